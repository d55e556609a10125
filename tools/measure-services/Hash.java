import java.lang.management.ManagementFactory;
import org.mindrot.jbcrypt.BCrypt;

/** CPU time of checking a password against a bcrypt hash of cost 6 and 10. */
public class Hash {
  public static void main(String[] args) {
    for (int cost : new int[] {6, 10}) {
      String hash = BCrypt.hashpw("password", BCrypt.gensalt(cost));
      for (int i = 0; i < 40; i++) BCrypt.checkpw("password", hash);
      long from = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (int i = 0; i < 40; i++) BCrypt.checkpw("password", hash);
      System.out.printf("bcrypt,cost %d,check_cpu_ms,%.2f%n", cost, (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - from) / 40e6);
    }
  }
}
