/** CPU time on simulated hosts: threads, cgroups, quotas. */
export {
  Bandwidth,
  KEPT_RUNTIME,
  MAX_PERIOD,
  MIN_EXPIRATION,
  MIN_QUOTA,
  type PeriodReport,
  type QuotaSpec,
  SLACK_PERIOD,
} from "./bandwidth.ts";
export { FluidHost } from "./fluid.ts";
export { FluidGroup, type FluidGroupOptions } from "./fluid-group.ts";
export { Cgroup, type CgroupOptions, type CpuStat } from "./cgroup.ts";
export { type CpuSpec, Host, type HostOptions } from "./host.ts";
export { type Policy, Thread } from "./thread.ts";
