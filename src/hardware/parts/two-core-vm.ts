/** The virtual machine on which data/kernel was measured. */
import { constant, count, type HostPart } from "./part.ts";

const DATA = "data/kernel/README.md: Linux 6.18, 2-core virtual machine";

/** Two virtual CPUs under Linux 6.18, HZ 250, EEVDF scheduler, cgroup v1. */
export const twoCoreVm: HostPart = {
  id: "two-core-vm",
  title: "2-core virtual machine, Linux 6.18 (EEVDF, HZ 250)",
  constants: {
    sockets: count(1, "measured", DATA),
    cores: count(2, "measured", DATA),
    threadsPerCore: count(1, "measured", DATA),
    frequency: constant("2.6GHz", "frequency", "assumed", "AMD EPYC, clock not shown to the guest"),
    memory: constant("8GiB", "bytes", "assumed", "not part of the measurement"),
    nicRate: constant("10Gbps", "bit_rate", "assumed", "not part of the measurement"),
    tickRate: constant(
      "250Hz",
      "frequency",
      "measured",
      "CONFIG_HZ=250 in the machine's /proc/config.gz",
    ),
    schedulerSlice: constant(
      "1.4ms",
      "duration",
      "published",
      "kernel/sched/fair.c, sysctl_sched_base_slice 0.7 ms x (1 + log2(2 CPUs))",
    ),
    bandwidthSlice: constant(
      "5ms",
      "duration",
      "measured",
      "/proc/sys/kernel/sched_cfs_bandwidth_slice_us of the machine",
    ),
    wakeUpCost: constant(
      "100us",
      "duration",
      "measured",
      "tools/measure-cpu-quota on such a machine: 60 to 130 us from a job's due time to its first work",
    ),
    contextSwitchCost: constant(
      "5us",
      "duration",
      "assumed",
      "order of magnitude of perf bench sched pipe in a virtual machine",
    ),
    newidleShare: constant(
      "20%",
      "ratio",
      "measured",
      "tools/measure-cpu-quota on such a machine: 156 of 732 threads woken behind a running one were " +
        "taken over by the CPU that had just become idle",
    ),
  },
};
