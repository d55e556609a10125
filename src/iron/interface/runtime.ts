/** The runtime sequence of the new interface: start, fill, drain, task groups (section 7.5.0.3). */
import type { GraphBuilder } from "../graph/builder.ts";
import { TensorType } from "../graph/types.ts";
import { type TensorAccessPattern, TensorTiler2D } from "../taplib/mod.ts";
import { isTiled } from "../taplib/pattern.ts";
import { RuntimeEndpoint } from "./endpoint.ts";
import { ObjectFifoHandle } from "./object-fifo.ts";
import { AnyShimTile, type Placement } from "./placeable.ts";
import { Worker } from "./worker.ts";

/** A host buffer inside `sequence`. */
export class RuntimeData {
  /** @internal made by `sequence`. */
  constructor(readonly runtime: Runtime, readonly index: number, readonly type: TensorType) {}

  /** The whole buffer in order. @throws {RangeError} for more than two dimensions. */
  linearPattern(): TensorAccessPattern {
    return TensorTiler2D.simpleTiler({ tensorDims: this.type.shape }).at(0);
  }
}

/** Transfers that are awaited and freed together. Made by `taskGroup`. */
export class TaskGroup {
  /** @internal made by `taskGroup`. */
  constructor(readonly id: number) {}
}

/** Options of `fill` and `drain`. */
export interface TransferOptions {
  /** What to walk over in the buffer (default: all of it, in order). */
  readonly tap?: TensorAccessPattern;
  readonly taskGroup?: TaskGroup;
  /** Wait for the transfer (in a group: when the group is finished). */
  readonly wait?: boolean;
  readonly placement?: Placement;
}

type Step =
  | { kind: "transfer"; handle: ObjectFifoHandle; data: RuntimeData; options: TransferOptions }
  | { kind: "finish"; group: TaskGroup }
  | { kind: "inline"; run: () => void };

/** What the host has done. */
export class Runtime {
  readonly #workers: Worker[] = [];
  readonly #steps: Step[] = [];
  readonly #groups = new Set<TaskGroup>();
  #types: readonly TensorType[] = [];
  #open = false;
  #tiled = false;
  #count = 0;

  /** Workers in the order in which they were started. */
  get workers(): readonly Worker[] {
    return this.#workers;
  }

  /** Handles used by transfers, each once. */
  get fifos(): readonly ObjectFifoHandle[] {
    const handles = this.#steps.flatMap((s) => s.kind === "transfer" ? [s.handle] : []);
    return [...new Set(handles)];
  }

  /** Whether a transfer's pattern was made by a tiler (the default pattern does not count). */
  get usesTiler(): boolean {
    return this.#tiled;
  }

  /** The sequence: `body` gets one buffer per type. @throws {RangeError} for groups left open. */
  sequence(types: readonly TensorType[], body: (...data: RuntimeData[]) => void): void {
    for (const type of types) {
      if (!(type instanceof TensorType)) throw new TypeError("sequence: expected tensor types");
    }
    this.#types = types;
    this.#open = true;
    try {
      body(...types.map((type, i) => new RuntimeData(this, i, type)));
    } finally {
      this.#open = false;
    }
    if (this.#groups.size > 0) {
      const open = [...this.#groups].map((g) => g.id).join(", ");
      throw new RangeError(`sequence: task groups left open: ${open}; call finishTaskGroup`);
    }
    this.#prune();
  }

  /** Runs workers. @throws {TypeError} for anything else. */
  start(...workers: (Worker | readonly Worker[])[]): void {
    for (const worker of workers.flat()) {
      if (!(worker instanceof Worker)) throw new TypeError("start: expected Workers");
      this.#workers.push(worker);
    }
  }

  /** Sends a buffer into an object FIFO. */
  fill(handle: ObjectFifoHandle, source: RuntimeData, options: TransferOptions = {}): void {
    this.#transfer("fill", true, handle, source, options);
  }

  /** Receives from an object FIFO into a buffer. */
  drain(handle: ObjectFifoHandle, target: RuntimeData, options: TransferOptions = {}): void {
    this.#transfer("drain", false, handle, target, options);
  }

  /** Opens a group: its transfers are awaited and freed at `finishTaskGroup`. */
  taskGroup(): TaskGroup {
    const group = new TaskGroup(this.#count++);
    this.#groups.add(group);
    return group;
  }

  /** Awaits, then frees the group's transfers. */
  finishTaskGroup(group: TaskGroup): void {
    if (!this.#groups.delete(group)) {
      throw new RangeError(`finishTaskGroup: group ${group?.id} is not open`);
    }
    this.#steps.push({ kind: "finish", group });
  }

  /** Runs `fn(...args)` at this point when the sequence is built (parameters set, for one). */
  inlineOps(fn: (...args: any[]) => void, args: readonly unknown[] = []): void {
    this.#steps.push({ kind: "inline", run: () => fn(...args) });
  }

  #transfer(
    what: string,
    producer: boolean,
    handle: ObjectFifoHandle,
    data: RuntimeData,
    options: TransferOptions,
  ): void {
    if (!(handle instanceof ObjectFifoHandle) || handle.isProducer !== producer) {
      throw new TypeError(`${what}: expected a handle made by ${producer ? "prod()" : "cons()"}`);
    }
    if (!this.#open || !(data instanceof RuntimeData) || data.runtime !== this) {
      throw new RangeError(`${what} of "${handle.name}": the buffer must come from sequence()`);
    }
    if (options.taskGroup !== undefined && !this.#groups.has(options.taskGroup)) {
      throw new RangeError(
        `${what} of "${handle.name}": task group ${options.taskGroup.id} is closed`,
      );
    }
    this.#tiled ||= options.tap !== undefined && isTiled(options.tap);
    const pattern = options.tap ?? data.linearPattern();
    if (pattern.sizes.length > 4) {
      throw new RangeError(
        `${what} of "${handle.name}": ${pattern} has ${pattern.sizes.length} dimensions; ` +
          "a transfer has at most 4",
      );
    }
    handle.endpoint = new RuntimeEndpoint(options.placement ?? AnyShimTile);
    this.#steps.push({ kind: "transfer", handle, data, options: { ...options, tap: pattern } });
  }

  /** Several `drain(fifo.cons())` of one FIFO mean one consumer, if they agree. */
  #prune(): void {
    const first = new Map<string, ObjectFifoHandle>();
    for (const step of this.#steps) {
      if (step.kind !== "transfer" || step.handle.isProducer) continue;
      const known = first.get(step.handle.name);
      if (known === undefined) first.set(step.handle.name, step.handle);
      if (known === undefined || known === step.handle) continue;
      const { handle } = step;
      if (
        known.depth !== handle.depth ||
        JSON.stringify(known.dimsFromStream) !== JSON.stringify(handle.dimsFromStream)
      ) {
        throw new RangeError(`drains of "${handle.name}" differ in depth or layout`);
      }
      handle.fifo.dropConsumer(handle);
      step.handle = known;
    }
  }

  /** Emits the sequence. */
  resolve(graph: GraphBuilder): void {
    graph.sequenceArgs(this.#types);
    let toFree: number[] = [];
    const groups = new Map<TaskGroup, { awaits: number[]; frees: number[] }>();
    for (const step of this.#steps) {
      if (step.kind === "inline") step.run();
      else if (step.kind === "finish") {
        const { awaits, frees } = groups.get(step.group) ?? { awaits: [], frees: [] };
        for (const id of awaits) graph.sequence({ op: "await", id });
        for (const id of frees) graph.sequence({ op: "free", id });
      } else {
        const { handle, data, options } = step;
        const { offset, sizes, strides } = options.tap as TensorAccessPattern;
        const fill = Array.from({ length: 4 - sizes.length });
        const id = graph.configure({
          fifo: handle.name,
          arg: data.index,
          offset,
          sizes: [...fill.map(() => 1), ...sizes],
          strides: [...fill.map(() => 0), ...strides],
          issueToken: options.wait ?? false,
        });
        graph.sequence({ op: "start", id });
        if (options.taskGroup !== undefined) {
          const group = groups.get(options.taskGroup) ?? { awaits: [], frees: [] };
          (options.wait ? group.awaits : group.frees).push(id);
          groups.set(options.taskGroup, group);
        } else if (options.wait) {
          graph.sequence({ op: "await", id });
          for (const each of toFree) graph.sequence({ op: "free", id: each });
          toFree = [];
        } else toFree.push(id);
      }
    }
  }
}
