/** What object FIFOs and their parts are made with. */
import type { TensorType } from "../graph/types.ts";
import type { Placement } from "./placeable.ts";

/** A stream layout: [size, stride] in elements, the slowest dimension first. */
export type StreamDims = readonly (readonly [number, number])[];

/** Options of an object FIFO. */
export interface ObjectFifoOptions {
  /** Objects at each end that does not say otherwise (default 2); null: every handle must say. */
  readonly depth?: number | null | undefined;
  /** Symbol in the MLIR (default: `of0`, `of1`, ...). */
  readonly name?: string | undefined;
  readonly dimsToStream?: StreamDims | undefined;
  /** Layout at every consumer that does not give its own. */
  readonly dimsFromStream?: StreamDims | undefined;
  readonly plio?: boolean | undefined;
}

/** Options of `forward`. */
export interface ForwardOptions extends ObjectFifoOptions {
  readonly placement?: Placement;
  readonly type?: TensorType | undefined;
}

/** Options of `split` and `join`; lists have one entry per part. */
export interface PartsOptions {
  readonly placement?: Placement;
  readonly depths?: readonly number[] | undefined;
  readonly types?: readonly TensorType[] | undefined;
  readonly names?: readonly string[] | undefined;
  readonly dimsToStream?: readonly (StreamDims | undefined)[] | undefined;
  readonly dimsFromStream?: readonly (StreamDims | undefined)[] | undefined;
  readonly plio?: boolean | undefined;
}
