/** The shared hardware substrate's public face. Imports units and kernel. */
export { HOST_PARTS } from "./parts/mod.ts";
export type { Constant, HostConstants, HostPart, Mark } from "./parts/mod.ts";
export { hostSchema, type HostSpec, type HostYaml } from "./host-spec.ts";
export * from "./network/mod.ts";
export { platformSchema, type PlatformYaml } from "./platform-spec.ts";
export { buildPlatform, Platform } from "./platform.ts";
export {
  Cgroup,
  type CgroupOptions,
  type CpuSpec,
  type CpuStat,
  FluidGroup,
  type FluidGroupOptions,
  FluidHost,
  Host,
  type HostOptions,
  type PeriodReport,
  type Policy,
  type QuotaSpec,
  Thread,
} from "./cpu/mod.ts";
export {
  MemoryCgroup,
  type MemoryCgroupOptions,
  type MemoryStat,
  PAGE,
} from "./memory-cgroup/memory-cgroup.ts";
