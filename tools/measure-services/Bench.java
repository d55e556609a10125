import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Calls in a closed loop from so many threads; prints calls, own CPU time and median latency. */
public class Bench {
  interface Call { void run() throws Exception; }
  interface Maker { Call make() throws Exception; }

  static void run(String[] args, Maker maker) throws Exception {
    int threads = Integer.parseInt(args[2]);
    double seconds = Double.parseDouble(args[3]);
    OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long total = 0;
    for (int round = 0; round < 2; round++) {  // the first one warms up
      AtomicLong own = new AtomicLong();
      List<Double> all = Collections.synchronizedList(new ArrayList<>());
      long from = System.nanoTime(), used = os.getProcessCpuTime();
      List<Thread> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Thread t = new Thread(() -> {
          try {
            Call call = maker.make();
            while (System.nanoTime() - from < seconds * 1e9) {
              long start = System.nanoTime();
              call.run();
              all.add((System.nanoTime() - start) / 1e3);
            }
            own.addAndGet(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
          } catch (Exception e) { throw new RuntimeException(e); }
        });
        t.start();
        running.add(t);
      }
      for (Thread t : running) t.join();
      double cpu = (os.getProcessCpuTime() - used) / 1e9;
      total += all.size();
      Collections.sort(all);
      if (round == 1) System.out.printf("{\"total_calls\": %d, \"calls\": %d, \"cpu_s\": %f, \"callers_cpu_s\": %f, \"p50_us\": %f}%n", total, all.size(), cpu, own.get() / 1e9, all.get(all.size() / 2));
    }
    System.exit(0);
  }
}
