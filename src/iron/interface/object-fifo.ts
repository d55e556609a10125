/** Object FIFOs of the new interface: handles, forward, split and join (section 7.5.0.2). */
import type { Dim } from "../../hardware/npu/mod.ts";
import { emit, MemRef } from "../graph/body.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { FifoNode } from "../graph/graph.ts";
import type { TensorType } from "../graph/types.ts";
import type { ObjectFifoEndpoint } from "./endpoint.ts";
import type {
  ForwardOptions,
  ObjectFifoOptions,
  PartsOptions,
  StreamDims,
} from "./fifo-options.ts";
import { ObjectFifoLink } from "./link.ts";
import { AnyMemTile, NotResolvedError } from "./placeable.ts";

let counter = 0;

/** A circular buffer of objects of one type, from one producer to one or several consumers. */
export class ObjectFifo {
  readonly name: string;
  readonly defaultDepth: number | undefined;
  readonly dimsToStream: StreamDims | undefined;
  readonly defaultDimsFromStream: StreamDims | undefined;
  readonly plio: boolean;
  #producer: ObjectFifoHandle | undefined;
  #consumers: ObjectFifoHandle[] = [];
  #node: FifoNode | undefined;
  #resolving = false;

  /** @throws {RangeError} for a depth below 1. */
  constructor(readonly type: TensorType, options: ObjectFifoOptions = {}) {
    const depth = options.depth === undefined ? 2 : options.depth ?? undefined;
    this.name = options.name ?? `of${counter++}`;
    if (depth !== undefined) checkDepth(depth, this.name);
    this.defaultDepth = depth;
    this.dimsToStream = options.dimsToStream;
    this.defaultDimsFromStream = options.dimsFromStream;
    this.plio = options.plio ?? false;
  }

  /** The producer's handle: always the same; the first call fixes its depth. */
  prod(depth?: number): ObjectFifoHandle {
    const wanted = this.#depth(depth);
    return this.#producer ??= new ObjectFifoHandle(this, true, wanted, undefined);
  }

  /** A new consumer's handle; several make a broadcast. */
  cons(depth?: number, dimsFromStream?: StreamDims): ObjectFifoHandle {
    const dims = dimsFromStream ?? this.defaultDimsFromStream;
    const handle = new ObjectFifoHandle(this, false, this.#depth(depth), dims);
    this.#consumers.push(handle);
    return handle;
  }

  /** Every handle made so far, the producer's first. */
  get handles(): readonly ObjectFifoHandle[] {
    return [...this.#producer === undefined ? [] : [this.#producer], ...this.#consumers];
  }

  /** Takes a consumer handle back (the runtime prunes duplicates). @internal */
  dropConsumer(handle: ObjectFifoHandle): void {
    this.#consumers = this.#consumers.filter((each) => each !== handle);
  }

  /** The resolved FIFO. @throws {NotResolvedError} before the program was resolved. */
  get node(): FifoNode {
    if (this.#node === undefined) {
      throw new NotResolvedError(`object FIFO "${this.name}" has not been resolved`);
    }
    return this.#node;
  }

  /** Declares the FIFO, then the link at one of its ends, if any. */
  resolve(graph: GraphBuilder): void {
    if (this.#resolving) return;
    this.#resolving = true;
    if (this.#producer === undefined) {
      throw new RangeError(`object FIFO "${this.name}" has no producer: nothing called prod()`);
    }
    if (this.#consumers.length === 0) {
      throw new RangeError(`object FIFO "${this.name}" has no consumer: nothing called cons()`);
    }
    const depths = this.handles.map((handle) => handle.depth);
    this.#node = {
      name: this.name,
      producer: this.#producer.endpoint.tile,
      consumers: this.#consumers.map((handle) => ({
        tile: handle.endpoint.tile,
        dimsFromStream: toDims(handle.dimsFromStream),
      })),
      depth: depths.every((d) => d === depths[0]) ? depths[0] : depths,
      type: this.type,
      dimsToStream: toDims(this.dimsToStream),
    };
    graph.fifo(this.#node);
    for (const { endpoint } of this.handles) {
      if (endpoint instanceof ObjectFifoLink) endpoint.resolve(graph);
    }
  }

  #depth(depth: number | undefined): number {
    const wanted = depth ?? this.defaultDepth;
    if (wanted === undefined) {
      throw new RangeError(`object FIFO "${this.name}" has no default depth: give the handle one`);
    }
    checkDepth(wanted, this.name);
    return wanted;
  }
}

function checkDepth(depth: number, name: string): void {
  if (!Number.isSafeInteger(depth)) {
    throw new TypeError(`object FIFO "${name}": depth must be an integer, got ${depth}`);
  }
  if (depth < 1) throw new RangeError(`object FIFO "${name}": depth must be >= 1, got ${depth}`);
}

function toDims(dims: StreamDims | undefined): Dim[] | undefined {
  return dims?.map(([size, stride]) => ({ size, stride }));
}

/** One end of an object FIFO, given to a worker, the runtime, or a link. Made by `prod` and `cons`. */
export class ObjectFifoHandle {
  #endpoint: ObjectFifoEndpoint | undefined;

  /** @internal use `prod` and `cons`. */
  constructor(
    readonly fifo: ObjectFifo,
    readonly isProducer: boolean,
    readonly depth: number,
    readonly dimsFromStream: StreamDims | undefined,
  ) {
    if (isProducer && dimsFromStream !== undefined) {
      throw new RangeError(`object FIFO "${fifo.name}": a producer has no dimsFromStream`);
    }
  }

  get name(): string {
    return this.fifo.name;
  }

  get type(): TensorType {
    return this.fifo.type;
  }

  get hasEndpoint(): boolean {
    return this.#endpoint !== undefined;
  }

  /** What stands at this end. */
  get endpoint(): ObjectFifoEndpoint {
    if (this.#endpoint === undefined) {
      const role = this.isProducer ? "producer" : "consumer";
      throw new NotResolvedError(
        `object FIFO "${this.name}": the ${role} handle belongs to no worker, transfer or link`,
      );
    }
    return this.#endpoint;
  }

  /** @throws {RangeError} if another end stands there already. */
  set endpoint(endpoint: ObjectFifoEndpoint) {
    if (this.#endpoint !== undefined && !this.#endpoint.sameAs(endpoint)) {
      throw new RangeError(
        `object FIFO "${this.name}": the end is already ${this.#endpoint.describe()}; ` +
          `it cannot be ${endpoint.describe()} too`,
      );
    }
    this.#endpoint ??= endpoint;
  }

  /** Inside a worker: waits until `n` objects are held. One object for n = 1, else a list. */
  acquire(n: 1): MemRef;
  acquire(n: number): MemRef[];
  acquire(n: number): MemRef | MemRef[] {
    this.#checkCount("acquire", n);
    const results = Array.from({ length: n }, () => new MemRef(this.type));
    const { name: fifo, port, type } = this;
    emit({ op: "acquire", fifo, port, n, results, type });
    return n === 1 ? results[0] : results;
  }

  /** Inside a worker: gives back the `n` oldest objects held. */
  release(n: number): void {
    this.#checkCount("release", n);
    emit({ op: "release", fifo: this.name, port: this.port, n });
  }

  get port(): "Produce" | "Consume" {
    return this.isProducer ? "Produce" : "Consume";
  }

  #checkCount(what: string, n: number): void {
    if (!Number.isSafeInteger(n) || n < 1 || n > this.depth) {
      throw new RangeError(
        `object FIFO "${this.name}": cannot ${what} ${n} objects; this end has ${this.depth}`,
      );
    }
  }

  /** Sends what this consumer gets on over a tile: the new FIFO. */
  forward(options: ForwardOptions = {}): ObjectFifo {
    if (this.isProducer) {
      throw new RangeError(`object FIFO "${this.name}": only a consumer handle can be forwarded`);
    }
    return this.split([0], {
      placement: options.placement ?? AnyMemTile,
      types: [options.type ?? this.type],
      depths: [options.depth ?? this.depth],
      names: [options.name ?? `${this.name}_fwd`],
      dimsToStream: [options.dimsToStream],
      dimsFromStream: [options.dimsFromStream],
      plio: options.plio,
    })[0];
  }

  /** Distributes each object that this consumer gets: one new FIFO per offset (in elements). */
  split(offsets: readonly number[], options: PartsOptions = {}): ObjectFifo[] {
    if (this.isProducer) {
      throw new RangeError(`object FIFO "${this.name}": only a consumer handle can be split`);
    }
    const fifos = this.#parts("split", offsets, options, true);
    const placement = options.placement ?? AnyMemTile;
    new ObjectFifoLink([this], fifos.map((f) => f.prod()), placement, [], offsets);
    return fifos;
  }

  /** Composes each object that this producer gives from parts: one new FIFO per offset (in elements). */
  join(offsets: readonly number[], options: PartsOptions = {}): ObjectFifo[] {
    if (!this.isProducer) {
      throw new RangeError(`object FIFO "${this.name}": only a producer handle can be joined`);
    }
    const fifos = this.#parts("join", offsets, options, false);
    const sources = fifos.map((fifo, i) => fifo.cons(undefined, options.dimsFromStream?.[i]));
    new ObjectFifoLink(sources, [this], options.placement ?? AnyMemTile, offsets, []);
    return fifos;
  }

  #parts(
    what: "split" | "join",
    offsets: readonly number[],
    options: PartsOptions,
    defaultLayouts: boolean,
  ): ObjectFifo[] {
    const { depths, types, names, dimsToStream, dimsFromStream } = options;
    if (offsets.length === 0) {
      throw new RangeError(`object FIFO "${this.name}": ${what} needs at least one offset`);
    }
    for (
      const [key, list] of Object.entries({ depths, types, names, dimsToStream, dimsFromStream })
    ) {
      if (list !== undefined && list.length !== offsets.length) {
        throw new RangeError(
          `object FIFO "${this.name}": ${what} has ${offsets.length} offsets but ${list.length} ${key}`,
        );
      }
    }
    return offsets.map((_, i) =>
      new ObjectFifo(types?.[i] ?? this.type, {
        depth: depths?.[i] ?? this.depth,
        name: names?.[i] ?? `${this.name}_${what}${i}`,
        dimsToStream: dimsToStream?.[i],
        dimsFromStream: defaultLayouts ? dimsFromStream?.[i] : undefined,
        plio: options.plio,
      })
    );
  }
}
