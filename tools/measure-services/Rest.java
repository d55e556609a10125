import java.io.File;
import java.util.Arrays;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.springframework.beans.factory.xml.XmlBeanDefinitionReader;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.context.support.XmlWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;

/** What Spring Boot 1.5 puts together: Tomcat inside, Spring MVC 4.3, Jackson; RestTemplate as the client. */
public class Rest {
  public static class Item {
    public String id, name, description, picture;
    public long units;
    public int nanos;
    public List<String> categories;
  }

  @RestController
  public static class Items {
    @RequestMapping(path = "/item/{id}", method = RequestMethod.GET)
    public Item get(@PathVariable("id") String id) {
      Item item = new Item();
      item.id = id;
      item.name = "Vintage camera lens";
      item.description = "You won't have a camera to use it. ".repeat(3);
      item.picture = "/static/img/products/camera-lens.jpg";
      item.units = 12;
      item.nanos = 490000000;
      item.categories = Arrays.asList("photography", "vintage");
      return item;
    }
  }

  /** As XML: Debian's class generator for annotated configurations does not run on this JDK. */
  static final String BEANS = "<beans xmlns='http://www.springframework.org/schema/beans'"
      + " xmlns:mvc='http://www.springframework.org/schema/mvc' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
      + " xsi:schemaLocation='http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd"
      + " http://www.springframework.org/schema/mvc http://www.springframework.org/schema/mvc/spring-mvc.xsd'>"
      + "<mvc:annotation-driven/><bean class='Rest$Items'/></beans>";

  public static void main(String[] args) throws Exception {
    if (args[0].equals("server")) {
      Tomcat tomcat = new Tomcat();
      tomcat.setBaseDir("/tmp/measure-tomcat-" + args[1]);
      tomcat.setPort(Integer.parseInt(args[1]));
      tomcat.getConnector();
      Context context = tomcat.addContext("", new File(".").getAbsolutePath());
      XmlWebApplicationContext spring = new XmlWebApplicationContext() {
        @Override protected void loadBeanDefinitions(XmlBeanDefinitionReader reader) {
          reader.loadBeanDefinitions(new ByteArrayResource(BEANS.getBytes()));
        }
      };
      Tomcat.addServlet(context, "spring", new DispatcherServlet(spring)).setLoadOnStartup(1);
      context.addServletMappingDecoded("/", "spring");
      tomcat.start();
      tomcat.getServer().await();
    }
    String url = "http://127.0.0.1:" + args[1] + "/item/66VCHSJNUP";
    Bench.run(args, () -> {
      RestTemplate rest = new RestTemplate();
      return () -> rest.getForObject(url, Item.class);
    });
  }
}
