import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * CPU time of a thumbnail function on a JVM, and which part of it is the runtime's own threads, for
 * src/escra/serverless (see src/escra/README.md): `java -Xmx160m -XX:+UseSerialGC Thumbnail.java photo.jpg`
 * prints one CSV row per request, the first one cold. Compile it first to leave the compiler out.
 */
public class Thumbnail {
  static double process() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime() / 1e9;
  }

  static double thread() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }

  static String resident() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS")) return line.replaceAll("\\D+", "");
    }
    return "";
  }

  public static void main(String[] arguments) throws Exception {
    System.setProperty("java.awt.headless", "true");
    byte[] photo = Files.readAllBytes(Path.of(arguments[0]));
    System.out.println("request,cpu_s,runtime_threads_share,rss_kib");
    System.out.printf("start,%.2f,,%s%n", process(), resident());
    for (int request = 0; request < 8; request++) {
      double all = process();
      double own = thread();
      for (int twice = 0; twice < 2; twice++) {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(photo));
        BufferedImage small = new BufferedImage(250, 188, BufferedImage.TYPE_INT_RGB);
        Image scaled = image.getScaledInstance(250, 188, Image.SCALE_AREA_AVERAGING);
        small.createGraphics().drawImage(scaled, 0, 0, null);
        ImageIO.write(small, "jpg", new ByteArrayOutputStream());
      }
      all = process() - all;
      own = thread() - own;
      System.out.printf("%d,%.3f,%.3f,%s%n", request, all, 1 - own / all, resident());
      Thread.sleep(800);
    }
  }
}
