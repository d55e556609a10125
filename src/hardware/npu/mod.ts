/** The NPU of the substrate: an XDNA array with its tiles, streams and host. Imports the kernel. */
export { checkLayout, type Dim, type Layout, layoutBytes, Walker } from "./descriptor.ts";
export {
  type Coordinate,
  Device,
  DEVICE_IDS,
  type Direction,
  place,
  type TileKind,
  type TileLimits,
} from "./device.ts";
export { DeadlockError, DescriptorError, ExhaustedError } from "./errors.ts";
export { LockPair, type Side } from "./locks.ts";
export { Npu, type NpuCounters, ShimTask } from "./npu.ts";
export { type NpuConstant, type NpuPart, XDNA } from "./part.ts";
export { Router } from "./router.ts";
export { changedNpu, NPU_PARTS, npuSchema, type NpuYaml, resolveNpu } from "./spec.ts";
export { type Channel, type Descriptor, type Memory, Tile } from "./tile.ts";
