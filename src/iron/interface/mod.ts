/** The extended IRON interface: object FIFO handles, workers, a runtime, programs, placement. */
export { type ScalarType, type TensorType } from "../graph/types.ts";
export { ndarray } from "../graph/types.ts";
export { MemRef, range, Value } from "../graph/body.ts";
export { type BufferOptions, CoreFunction, GlobalBuffer, Kernel, localBuffer } from "./kernel.ts";
export { RuntimeEndpoint } from "./endpoint.ts";
export type {
  ForwardOptions,
  ObjectFifoOptions,
  PartsOptions,
  StreamDims,
} from "./fifo-options.ts";
export { ObjectFifoLink } from "./link.ts";
export { ObjectFifo, ObjectFifoHandle } from "./object-fifo.ts";
export {
  AlreadyPlacedError,
  AnyComputeTile,
  AnyMemTile,
  AnyShimTile,
  NotResolvedError,
  Placeable,
  type Placement,
  PlacementError,
  Tile,
  type TileHint,
} from "./placeable.ts";
export { type Placer, Program } from "./program.ts";
export { Runtime, RuntimeData, TaskGroup, type TransferOptions } from "./runtime.ts";
export { type CoreFn, Worker, type WorkerOptions } from "./worker.ts";
