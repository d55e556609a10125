/** Workers: a routine and the context to run it in, like a thread (section 7.5.0.3). */
import { localBuffersOf, MAX_SIZE, mostAcquired, type Op, range, record } from "../graph/body.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { TensorType } from "../graph/types.ts";
import { atCore, CoreFunction, GlobalBuffer, Kernel } from "./kernel.ts";
import { ObjectFifoEndpoint } from "./endpoint.ts";
import { ObjectFifo, ObjectFifoHandle } from "./object-fifo.ts";
import { AnyComputeTile, type Placement } from "./placeable.ts";

/** Options of a worker. */
export interface WorkerOptions {
  readonly placement?: Placement;
  /** Run the routine for ever (default) or once. */
  readonly whileTrue?: boolean;
  /** Stack in bytes, if not the device's default. */
  readonly stackSize?: number;
}

/** A worker's routine: gets what `fnArgs` lists, in that order. */
export type CoreFn = (...args: any[]) => void;

/** A core's task. */
export class Worker extends ObjectFifoEndpoint {
  readonly fifos: readonly ObjectFifoHandle[];
  readonly buffers: readonly GlobalBuffer[];
  readonly linkWith: string | undefined;
  #recorded: readonly Op[] | undefined;

  /**
   * `coreFn(...fnArgs)` is the routine. Of the arguments, FIFO handles, kernels, functions and buffers
   * become the worker's; all others are data for building the program.
   */
  constructor(
    readonly coreFn: CoreFn | null,
    readonly fnArgs: readonly unknown[] = [],
    readonly options: WorkerOptions = {},
  ) {
    super(options.placement ?? AnyComputeTile);
    const all = fnArgs.flat(2);
    for (const arg of all) {
      if (arg instanceof ObjectFifo) {
        throw new TypeError(
          `worker: object FIFO "${arg.name}" as an argument; give it fifo.prod() or fifo.cons()`,
        );
      }
    }
    const binaries = new Set(all.filter((a) => a instanceof Kernel).map((k) => k.binary));
    if (binaries.size > 1) {
      throw new RangeError(
        `worker: kernels from ${binaries.size} object files (${[...binaries].join(", ")}); ` +
          "a core links with one",
      );
    }
    this.linkWith = [...binaries][0];
    this.fifos = all.filter((a) => a instanceof ObjectFifoHandle);
    this.buffers = all.filter((a) => a instanceof GlobalBuffer);
    for (const handle of this.fifos) handle.endpoint = this;
  }

  describe(): string {
    if (this.coreFn?.name) return `the worker of ${this.coreFn.name}`;
    const fifos = this.fifos.map(({ name }) => `"${name}"`).join(", ");
    return `the worker ${fifos === "" ? "of an idle core" : `on ${fifos}`}`;
  }

  /** Most objects of one of its handles that the routine holds at once (for placers). */
  mostAcquired(handle: ObjectFifoHandle): number {
    return mostAcquired(this.#routine, handle.name, handle.port);
  }

  /** Buffers that the routine declares for itself, each with its bytes (for placers). */
  get localBuffers(): readonly TensorType[] {
    return localBuffersOf(this.#routine).map(({ type }) => type);
  }

  /** The routine, recorded beforehand only to be looked at: its kernels go into a graph thrown away. */
  get #routine(): readonly Op[] {
    if (this.#recorded === undefined) {
      const scratch = new GraphBuilder("npu1_1col");
      for (const arg of this.fnArgs.flat(2)) {
        if (arg instanceof Kernel || arg instanceof CoreFunction) arg.resolve(scratch);
      }
      this.#recorded = atCore("?", () => record(() => this.coreFn?.(...this.fnArgs)));
    }
    return this.#recorded;
  }

  /** Declares the functions, kernels and buffers that the routine uses. */
  resolveArguments(graph: GraphBuilder): void {
    for (const arg of this.fnArgs.flat(2)) {
      if (arg instanceof Kernel || arg instanceof CoreFunction || arg instanceof GlobalBuffer) {
        arg.resolve(graph);
      }
    }
  }

  /** Declares the core. @throws {NotResolvedError} if the worker has no tile. */
  resolve(graph: GraphBuilder): void {
    const { tile } = this;
    const { whileTrue = true, stackSize } = this.options;
    const routine = () => this.coreFn?.(...this.fnArgs);
    const endless = whileTrue || this.coreFn === null;
    const body = atCore(`${tile.col}_${tile.row}`, () =>
      record(() => {
        if (endless) range(MAX_SIZE, routine);
        else routine();
      }));
    graph.core({ tile, body, linkWith: this.linkWith, stackSize });
  }
}
