/** Constants of a stock Linux kernel, shared by the parts that run one. */
import { constant, type HostConstants } from "./part.ts";

/** Scheduler constants of a Linux host whose kernel was not measured by us. */
export const LINUX_DEFAULTS: Pick<
  HostConstants,
  | "tickRate"
  | "schedulerSlice"
  | "bandwidthSlice"
  | "wakeUpCost"
  | "contextSwitchCost"
  | "newidleShare"
> = {
  tickRate: constant(
    "250Hz",
    "frequency",
    "assumed",
    "CONFIG_HZ=250 of Ubuntu's kernels on CloudLab images",
  ),
  schedulerSlice: constant(
    "3ms",
    "duration",
    "published",
    "kernel/sched/fair.c, sysctl_sched_min_granularity / base_slice: 0.75 ms x (1 + log2(CPUs)), CPUs capped at 8",
  ),
  bandwidthSlice: constant(
    "5ms",
    "duration",
    "published",
    "kernel/sched/fair.c, sysctl_sched_cfs_bandwidth_slice = 5000 us",
  ),
  wakeUpCost: constant(
    "5us",
    "duration",
    "assumed",
    "order of magnitude of a futex wake-up on bare metal (perf bench futex wake: a few us)",
  ),
  contextSwitchCost: constant(
    "2us",
    "duration",
    "assumed",
    "order of magnitude of perf bench sched pipe on Xeons of that age, without cache refill",
  ),
  newidleShare: constant(
    "100%",
    "ratio",
    "published",
    "kernel/sched/fair.c, newidle_balance of kernels up to 6.17: always, when some CPU is overloaded",
  ),
};
