import com.sun.jersey.api.client.Client;
import com.sun.jersey.api.client.WebResource;
import com.sun.jersey.api.client.config.DefaultClientConfig;
import com.sun.jersey.api.json.JSONConfiguration;
import com.sun.jersey.spi.container.servlet.ServletContainer;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import javax.ws.rs.GET;
import javax.ws.rs.Path;
import javax.ws.rs.PathParam;
import javax.ws.rs.Produces;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;

/** What TeaStore's services are made of: Tomcat, Jersey, JSON; a map of so many base64 images of so many bytes. */
public class Jersey {
  static final Map<String, String> images = new HashMap<>();

  @Path("/images/{n}/{kb}")
  public static class Images {
    @GET @Produces("application/json")
    public Map<String, String> get(@PathParam("n") int n, @PathParam("kb") int kb) {
      String one = images.computeIfAbsent("" + kb, k -> "iVBORw0KGgoAAAANSUhEUgAAAEAAAABA".repeat(32 * kb));
      Map<String, String> all = new HashMap<>();
      for (int i = 0; i < n; i++) all.put("" + i, one);
      return all;
    }
  }

  public static void main(String[] args) throws Exception {
    if (args[0].equals("server")) {
      Tomcat tomcat = new Tomcat();
      tomcat.setBaseDir("/tmp/measure-tomcat-" + args[1]);
      tomcat.setPort(Integer.parseInt(args[1]));
      tomcat.getConnector();
      Context context = tomcat.addContext("", new File(".").getAbsolutePath());
      Wrapper jersey = Tomcat.addServlet(context, "jersey", new ServletContainer());
      jersey.addInitParameter("com.sun.jersey.config.property.classnames", "Jersey$Images");
      jersey.addInitParameter("com.sun.jersey.config.property.resourceConfigClass", "com.sun.jersey.api.core.ClassNamesResourceConfig");
      jersey.addInitParameter("com.sun.jersey.api.json.POJOMappingFeature", "true");
      jersey.setLoadOnStartup(1);
      context.addServletMappingDecoded("/*", "jersey");
      tomcat.start();
      tomcat.getServer().await();
    }
    String n = args.length > 4 ? args[4] : "1", kb = args.length > 5 ? args[5] : "1";
    DefaultClientConfig config = new DefaultClientConfig();
    config.getFeatures().put(JSONConfiguration.FEATURE_POJO_MAPPING, true);
    Client client = Client.create(config);
    WebResource resource = client.resource("http://127.0.0.1:" + args[1] + "/images/" + n + "/" + kb);
    Bench.run(args, () -> () -> resource.accept("application/json").get(Map.class));
  }
}
