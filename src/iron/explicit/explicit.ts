/**
 * The interface that IRON had before the extensions (chapter 7, section 7.3 and Figure 7.2a): tiles,
 * object FIFOs between tiles, a program per core and a runtime sequence of DMA tasks, each written out
 * and placed at once. Every function works on the design being built by `explicitDesign`.
 */
import type { Coordinate, Dim } from "../../hardware/npu/mod.ts";
import {
  call,
  emit,
  MAX_SIZE,
  MemRef,
  type Port,
  range,
  record,
  recordFunction,
  type Value,
} from "../graph/body.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { DesignGraph, KernelModel } from "../graph/graph.ts";
import type { ScalarType, TensorType } from "../graph/types.ts";
import { kernelModel } from "../kernels/library.ts";

export { MAX_SIZE, range };

let current: GraphBuilder | undefined;

function builder(what: string): GraphBuilder {
  if (current === undefined) throw new RangeError(`${what} is only possible inside explicitDesign`);
  return current;
}

/** Builds a design on a device: everything declared inside `body` belongs to it. */
export function explicitDesign(device: string, body: () => void): DesignGraph {
  const outer = current;
  const graph = new GraphBuilder(device);
  current = graph;
  try {
    body();
  } finally {
    current = outer;
  }
  return graph.build();
}

/** A tile of the device. */
export function tile(col: number, row: number): Coordinate {
  const at = { col, row };
  builder("tile").tile(at);
  return at;
}

/** A declared object FIFO. */
export class ExplicitFifo {
  /** @param type of its objects */
  constructor(readonly name: string, readonly type: TensorType) {}

  /** Waits until `n` objects are held; one object, or a list when `n` > 1. */
  acquire(port: Port, n: 1): MemRef;
  /** The same, as a list. */
  acquire(port: Port, n: number): MemRef[];
  acquire(port: Port, n: number): MemRef | MemRef[] {
    const results = Array.from({ length: n }, () => new MemRef(this.type));
    emit({ op: "acquire", fifo: this.name, port, n, results, type: this.type });
    return n === 1 ? results[0] : results;
  }

  /** Gives back the `n` oldest objects held. */
  release(port: Port, n: number): void {
    emit({ op: "release", fifo: this.name, port, n });
  }
}

/** Layouts of an object FIFO's stream. */
export interface StreamLayouts {
  /** Order in which the producer's elements enter the stream: [size, stride], slowest first. */
  readonly toStream?: readonly (readonly [number, number])[];
  /** For each consumer how the stream is laid out. */
  readonly fromStream?: readonly (readonly (readonly [number, number])[])[];
}

/** An object FIFO from a tile to one or several others. */
export function objectFifo(
  name: string,
  producer: Coordinate,
  consumers: Coordinate | readonly Coordinate[],
  depth: number | readonly number[],
  type: TensorType,
  layouts: StreamLayouts = {},
): ExplicitFifo {
  const tiles = Array.isArray(consumers) ? consumers : [consumers];
  builder("objectFifo").fifo({
    name,
    producer,
    consumers: tiles.map((at, i) => ({ tile: at, dimsFromStream: dims(layouts.fromStream?.[i]) })),
    depth,
    type,
    dimsToStream: dims(layouts.toStream),
  });
  return new ExplicitFifo(name, type);
}

function dims(list: readonly (readonly [number, number])[] | undefined): Dim[] | undefined {
  return list?.map(([size, stride]) => ({ size, stride }));
}

type Fifos = ExplicitFifo | readonly ExplicitFifo[];

/** Links FIFOs over the tile that they share. Offsets in elements: of joined sources, of split destinations. */
export function objectFifoLink(
  sources: Fifos,
  destinations: Fifos,
  sourceOffsets: readonly number[] = [],
  destinationOffsets: readonly number[] = [],
): void {
  const names = (list: Fifos) => [list].flat().map((fifo) => (fifo as ExplicitFifo).name);
  builder("objectFifoLink").link({
    sources: names(sources),
    destinations: names(destinations),
    sourceOffsets,
    destinationOffsets,
  });
}

/** What a declared function looks like to a core: call it with its arguments. */
export type CoreFunction = (...args: (Value | MemRef | number)[]) => void;

/** Declares a kernel that is compiled elsewhere. `model` says what it computes if the library does not. */
export function externalFunction(
  name: string,
  argTypes: readonly (TensorType | ScalarType)[],
  binary: string,
  model?: KernelModel,
): CoreFunction {
  const node = { name, argTypes, binary, model: model ?? kernelModel(name, binary, argTypes) };
  builder("externalFunction").function(node);
  return (...args) => call(node, args);
}

/** Declares a function of the design itself. */
export function localFunction(
  name: string,
  argTypes: readonly (TensorType | ScalarType)[],
  body: (...args: any[]) => void,
): CoreFunction {
  const node = { name, argTypes, local: recordFunction(argTypes, body) };
  builder("localFunction").function(node);
  return (...args) => call(node, args);
}

/** A named buffer in a tile's memory. */
export function buffer(
  at: Coordinate,
  type: TensorType,
  name: string,
  init?: readonly number[],
): MemRef {
  return builder("buffer").buffer({ tile: at, type, name, init });
}

/** The program of a tile's core; `linkWith` names the object file of its kernels. */
export function core(at: Coordinate, linkWith: string | undefined, body: () => void): void {
  builder("core").core({ tile: at, linkWith, body: record(body) });
}

/** A buffer argument of the runtime sequence. */
export interface SequenceArgument {
  /** Which argument, from 0. */
  readonly index: number;
  /** Its dimensions and element type. */
  readonly type: TensorType;
}

/** The runtime sequence: what the host has done, on its buffers. */
export function runtimeSequence(
  types: readonly TensorType[],
  body: (...args: SequenceArgument[]) => void,
): void {
  builder("runtimeSequence").sequenceArgs(types);
  body(...types.map((type, index) => ({ index, type })));
}

/** What a DMA task moves. */
export interface TaskOptions {
  /** First element; default 0. */
  readonly offset?: number;
  /** Four sizes, slowest first; default: the whole argument. */
  readonly sizes?: readonly number[];
  /** Four strides, slowest first; default [0, 0, 0, 1]. */
  readonly strides?: readonly number[];
  /** Let the task be awaited. */
  readonly issueToken?: boolean;
}

/** A configured DMA task. */
export interface DmaTask {
  /** Number of the task in its sequence. */
  readonly id: number;
}

/** Configures a transfer between an argument and a FIFO that ends at a shim tile. */
export function shimDmaSingleBdTask(
  fifo: ExplicitFifo,
  argument: SequenceArgument,
  options: TaskOptions = {},
): DmaTask {
  const sizes = options.sizes ?? [1, 1, 1, argument.type.elements];
  const id = builder("shimDmaSingleBdTask").configure({
    fifo: fifo.name,
    arg: argument.index,
    offset: options.offset ?? 0,
    sizes,
    strides: options.strides ?? [0, 0, 0, 1],
    issueToken: options.issueToken ?? false,
  });
  return { id };
}

const each = (op: "start" | "await" | "free") => (...tasks: DmaTask[]) => {
  for (const { id } of tasks) builder(`dma ${op}`).sequence({ op, id });
};
/** Starts tasks. */
export const dmaStartTask: (...tasks: DmaTask[]) => void = each("start");
/** Waits for tasks that issue a token. */
export const dmaAwaitTask: (...tasks: DmaTask[]) => void = each("await");
/** Gives the descriptors of tasks back. */
export const dmaFreeTask: (...tasks: DmaTask[]) => void = each("free");

/** Writes one element of a buffer from the runtime sequence. */
export function npuRtpWrite(name: string, index: number, value: number): void {
  builder("npuRtpWrite").sequence({ op: "rtp_write", buffer: name, index, value });
}
