/**
 * What a program may use of the IRON models: the extended interface (`Program`, `Worker`, ...), the
 * explicit one (`explicit`), taplib, placers, MLIR, and the NPU model that runs designs.
 */
export * from "./interface/mod.ts";
export * from "./taplib/mod.ts";
export * from "./placers/mod.ts";
/** The interface of the published toolchain, in which the designs before the extensions are written. */
export * as explicit from "./explicit/explicit.ts";
export type { DesignGraph, KernelModel } from "./graph/graph.ts";
export { compareDesigns, type Comparison } from "./graph/compare.ts";
export { type Features, featuresOf } from "./graph/features.ts";
export { emitMlir } from "./graph/mlir.ts";
export { CoreCosts } from "./run/cost.ts";
export { checkDesign, type DesignRun, runDesign, type RunOptions } from "./run/run.ts";
export { type Design, designNamed, DESIGNS } from "./designs/catalogue.ts";
export { DeadlockError, DescriptorError, Device, ExhaustedError } from "../hardware/npu/mod.ts";
