/** The design graph: what both interfaces build, what MLIR is printed from and the NPU runs. */
import type { Coordinate, Dim } from "../../hardware/npu/mod.ts";
import type { CoreCosts } from "../run/cost.ts";
import type { MemRef, Op, Value } from "./body.ts";
import type { ScalarType, TensorType } from "./types.ts";

/** One receiving end of an object FIFO. */
export interface FifoConsumer {
  readonly tile: Coordinate;
  /** How the stream is laid out in this consumer's memory; default: linear. */
  readonly dimsFromStream?: readonly Dim[] | undefined;
}

/** An object FIFO: a circular buffer of objects between one producer and its consumers. */
export interface FifoNode {
  readonly name: string;
  readonly producer: Coordinate;
  readonly consumers: readonly FifoConsumer[];
  /** Objects at every end, or `[producer, ...consumers]`. */
  readonly depth: number | readonly number[];
  readonly type: TensorType;
  /** Order in which an object's elements enter the stream; default: linear. */
  readonly dimsToStream?: readonly Dim[] | undefined;
}

/** FIFOs joined over the memory of a tile: forward, distribute (split) or join. Offsets in elements. */
export interface LinkNode {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly sourceOffsets: readonly number[];
  readonly destinationOffsets: readonly number[];
}

/** A named buffer in a tile's memory, read by its core and written by the runtime sequence. */
export interface BufferNode {
  readonly name: string;
  readonly tile: Coordinate;
  readonly type: TensorType;
  readonly init?: readonly number[] | undefined;
  readonly ref: MemRef;
}

/** What the model does for an external kernel. */
export interface KernelModel {
  /** Computes on the arguments: typed arrays for tensors, numbers for scalars. */
  run(args: any[]): void;
  /** Core cycles of one call. */
  cycles(args: any[], cost: CoreCosts): number;
}

/** A function that cores call: compiled elsewhere, or part of the design. */
export interface FunctionNode {
  readonly name: string;
  readonly argTypes: readonly (TensorType | ScalarType)[];
  /** External: the object file. */
  readonly binary?: string | undefined;
  /** External: how the model computes it. */
  readonly model?: KernelModel | undefined;
  /** Local: parameters and operations. */
  readonly local?: { readonly params: readonly (Value | MemRef)[]; readonly body: readonly Op[] };
}

/** A core's program. */
export interface CoreNode {
  readonly tile: Coordinate;
  readonly body: readonly Op[];
  readonly linkWith?: string | undefined;
  readonly stackSize?: number | undefined;
}

/** A transfer between DDR and a FIFO's shim end, in elements; sizes and strides have 4 dimensions. */
export interface Transfer {
  readonly id: number;
  readonly fifo: string;
  /** Which argument of the sequence. */
  readonly arg: number;
  readonly offset: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly issueToken: boolean;
}

/** What the runtime sequence does, in order. */
export type SequenceOp =
  | {
    readonly op: "rtp_write";
    readonly buffer: string;
    readonly index: number;
    readonly value: number;
  }
  | { readonly op: "configure"; readonly transfer: Transfer }
  | { readonly op: "start" | "await" | "free"; readonly id: number };

/** A whole design, placed. */
export interface DesignGraph {
  readonly device: string;
  readonly tiles: readonly Coordinate[];
  readonly fifos: readonly FifoNode[];
  readonly links: readonly LinkNode[];
  readonly functions: readonly FunctionNode[];
  readonly buffers: readonly BufferNode[];
  readonly cores: readonly CoreNode[];
  readonly sequence: { readonly args: readonly TensorType[]; readonly ops: readonly SequenceOp[] };
}

/** Elements of one repetition: the product of the last three sizes. */
export function transferLength({ sizes }: Transfer): number {
  return sizes.slice(-3).reduce((n, size) => n * size, 1);
}

/** How often beyond the first a transfer is repeated: its highest size less one. */
export function repeatCount({ sizes }: Transfer): number {
  return sizes.length < 4 ? 0 : sizes[0] - 1;
}

/** Whether two tiles are the same. */
export function sameTile(a: Coordinate, b: Coordinate): boolean {
  return a.col === b.col && a.row === b.row;
}

/** Depth of a FIFO's producer end (0) or of its i-th consumer (i + 1). */
export function depthAt(fifo: FifoNode, end: number): number {
  return typeof fifo.depth === "number" ? fifo.depth : fifo.depth[end];
}
