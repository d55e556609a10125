/** What workers are given besides FIFO handles: kernels, functions and buffers. */
import { call, emit, MemRef, recordFunction, recording, type Value } from "../graph/body.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { FunctionNode, KernelModel } from "../graph/graph.ts";
import { type ScalarType, TensorType } from "../graph/types.ts";
import { kernelModel } from "../kernels/library.ts";
import { NotResolvedError, Placeable, type Placement } from "./placeable.ts";

type ArgTypes = readonly (TensorType | ScalarType)[];

/** A kernel compiled elsewhere, in object file `binary`. Call it inside a worker: `kernel.call(...)`. */
export class Kernel {
  readonly node: FunctionNode;
  #resolved = false;

  /** `model` says what it computes, where the library of known kernels does not. */
  constructor(
    readonly name: string,
    readonly binary: string,
    readonly argTypes: ArgTypes,
    model?: KernelModel,
  ) {
    this.node = { name, argTypes, binary, model: model ?? kernelModel(name, binary, argTypes) };
  }

  /** Declares it, once. */
  resolve(graph: GraphBuilder): void {
    this.#resolved = true;
    graph.function(this.node);
  }

  /** Calls it. @throws {NotResolvedError} if it was not given to the worker as an argument. */
  call(...args: (Value | MemRef | GlobalBuffer | number)[]): void {
    if (!this.#resolved) {
      throw new NotResolvedError(`kernel "${this.name}": give it to the Worker in fnArgs`);
    }
    call(this.node, args.map((arg) => arg instanceof GlobalBuffer ? arg.ref : arg));
  }
}

/** A function of the design itself, callable by workers that get it as an argument. */
export class CoreFunction {
  #node: FunctionNode | undefined;

  constructor(
    readonly name: string,
    readonly argTypes: ArgTypes,
    readonly body: (...args: any[]) => void,
  ) {}

  /** Declares it, once. */
  resolve(graph: GraphBuilder): void {
    const { name, argTypes } = this;
    this.#node ??= { name, argTypes, local: recordFunction(argTypes, this.body) };
    graph.function(this.#node);
  }

  /** Calls it. */
  call(...args: (Value | MemRef | number)[]): void {
    if (this.#node === undefined) {
      throw new NotResolvedError(`function "${this.name}": give it to the Worker in fnArgs`);
    }
    call(this.#node, args);
  }
}

let buffers = 0;

/** Options of a buffer. */
export interface BufferOptions {
  /** Symbol (default: `buf_<n>`). */
  readonly name?: string;
  readonly init?: readonly number[];
  readonly placement?: Placement;
  /** Let the runtime write single elements with `write`. */
  readonly useWriteRtp?: boolean;
}

/** A buffer in the memory of a worker's tile, visible to the worker and to the runtime sequence. */
export class GlobalBuffer extends Placeable {
  readonly name: string;
  readonly ref: MemRef;
  readonly init: readonly number[] | undefined;
  readonly useWriteRtp: boolean;
  #graph: GraphBuilder | undefined;

  constructor(readonly type: TensorType, options: BufferOptions = {}) {
    super(options.placement);
    if (!(type instanceof TensorType)) throw new TypeError("GlobalBuffer: expected a tensor type");
    this.name = options.name ?? `buf_${buffers++}`;
    this.init = options.init;
    if (this.init !== undefined && this.init.length !== type.elements) {
      throw new RangeError(
        `buffer "${this.name}": ${type} needs ${type.elements} initial values, got ${this.init.length}`,
      );
    }
    this.useWriteRtp = options.useWriteRtp ?? false;
    this.ref = new MemRef(type, this.name);
  }

  describe(): string {
    return `buffer "${this.name}"`;
  }

  /** Declares it. @throws {NotResolvedError} if it has no tile. */
  resolve(graph: GraphBuilder): void {
    const { name, type, init } = this;
    graph.buffer({ name, type, init, tile: this.tile }, this.ref);
    this.#graph = graph;
  }

  /** Inside a worker: reads an element. */
  at(...indices: (Value | number)[]): Value {
    return this.ref.at(...indices);
  }

  /** Inside a worker: writes an element. In `Runtime.inlineOps`: writes it from the sequence. */
  set(index: number, value: number): void {
    if (recording()) return this.ref.set([index], value);
    if (!this.useWriteRtp) {
      throw new RangeError(`buffer "${this.name}": the runtime writes only with useWriteRtp`);
    }
    if (this.#graph === undefined) {
      throw new NotResolvedError(`buffer "${this.name}": give it to a Worker in fnArgs`);
    }
    if (index < 0 || index >= this.type.elements) {
      throw new RangeError(`buffer "${this.name}" has no element ${index}`);
    }
    this.#graph.sequence({ op: "rtp_write", buffer: this.name, index, value });
  }
}

let location = "", locals = 0;

/** Names local buffers after the core being resolved. @internal */
export function atCore<T>(at: string, build: () => T): T {
  const outer: [string, number] = [location, locals];
  [location, locals] = [at, 0];
  try {
    return build();
  } finally {
    [location, locals] = outer;
  }
}

/** A buffer of one worker, declared inside its function. @throws {RangeError} elsewhere. */
export function localBuffer(type: TensorType, init?: readonly number[], name?: string): MemRef {
  if (!recording() || location === "") {
    throw new RangeError("localBuffer is only possible inside a worker's function");
  }
  const symbol = name ?? `buf_${location}_${locals++}`;
  const result = new MemRef(type);
  emit({ op: "buffer", result, name: symbol, init });
  return result;
}
