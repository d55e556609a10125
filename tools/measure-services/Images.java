import com.sun.management.OperatingSystemMXBean;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** CPU time of drawing 500 images of ten shapes on all CPUs, as TeaStore's image service does at its start; PNG sizes. */
public class Images {
  static int draw(int n, int size) {
    try {
      Random r = new Random(n);
      BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = image.createGraphics();
      for (int i = 0; i < 11; i++) {
        g.setColor(new Color(r.nextInt(1 << 24)));
        int x = r.nextInt(size), y = r.nextInt(size), w = r.nextInt(size), h = r.nextInt(size);
        if (i == 0) g.fillRect(0, 0, size, size);
        else if (i % 4 == 0) g.fillRect(x, y, w, h);
        else if (i % 4 == 1) g.drawLine(x, y, w, h);
        else if (i % 4 == 2) g.fillOval(x, y, w, h);
        else g.drawString("A name of a product " + n, x, y);
      }
      g.dispose();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return out.size();
    } catch (Exception e) { throw new RuntimeException(e); }
  }

  public static void main(String[] args) {
    OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long used = os.getProcessCpuTime();
    IntStream.range(0, 500).parallel().forEach(i -> draw(i, 300));
    System.out.println("images,500 of 300 x 300,cpu_s," + (os.getProcessCpuTime() - used) / 1e9);
    for (int size : new int[] {64, 125, 300, 600})
      System.out.println("images," + size + " x " + size + ",png_kib," + IntStream.range(0, 50).map(i -> draw(i, size)).average().getAsDouble() / 1024);
  }
}
