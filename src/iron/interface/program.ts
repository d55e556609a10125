/** Programs: a runtime on a device, resolved to a design graph (section 7.5.0.3 and 7.5.0.4). */
import { Device } from "../../hardware/npu/mod.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { DesignGraph } from "../graph/graph.ts";
import { emitMlir } from "../graph/mlir.ts";
import type { ObjectFifoEndpoint } from "./endpoint.ts";
import { ObjectFifoLink } from "./link.ts";
import type { ObjectFifoHandle } from "./object-fifo.ts";
import type { Runtime } from "./runtime.ts";
import type { Worker } from "./worker.ts";

/** Finds tiles for everything in a program that has none. Write your own to try another way. */
export interface Placer {
  /** For results and reports. */
  readonly name: string;
  /**
   * Calls `place` on workers, buffers and FIFO ends that have no concrete tile.
   * @throws if the program does not fit the device.
   */
  makePlacement(
    device: Device,
    runtime: Runtime,
    workers: readonly Worker[],
    handles: readonly ObjectFifoHandle[],
  ): void;
}

/** A runtime and its workers, for one device. */
export class Program {
  readonly device: Device;
  #graph: DesignGraph | undefined;

  /** `device` by name: npu1_1col to npu1_4col, npu1, npu2. */
  constructor(device: string | Device, readonly runtime: Runtime) {
    this.device = typeof device === "string" ? new Device(device) : device;
  }

  /** Every handle of every FIFO that workers, transfers and links reach, in order of first use. */
  get handles(): readonly ObjectFifoHandle[] {
    const seen = new Set<ObjectFifoHandle>();
    const visit = (handle: ObjectFifoHandle) => {
      if (seen.has(handle)) return;
      seen.add(handle);
      handle.fifo.handles.forEach(visit);
      if (!handle.hasEndpoint || !(handle.endpoint instanceof ObjectFifoLink)) return;
      [...handle.endpoint.sources, ...handle.endpoint.destinations].forEach(visit);
    };
    for (const worker of this.runtime.workers) worker.fifos.forEach(visit);
    this.runtime.fifos.forEach(visit);
    return [...seen];
  }

  /**
   * Resolves the program to a placed design graph, calling the placer first if there is one. A
   * program is resolved once: later calls give the same graph.
   * @throws {NotResolvedError} naming what has no tile.
   */
  resolve(placer?: Placer): DesignGraph {
    if (this.#graph !== undefined) return this.#graph;
    const { runtime, device, handles } = this;
    const { workers } = runtime;
    placer?.makePlacement(device, runtime, workers, handles);
    const graph = new GraphBuilder(device.id);
    for (const worker of workers) graph.tile(worker.tile);
    const ends = new Set<ObjectFifoEndpoint>(handles.map((handle) => handle.endpoint));
    for (const end of ends) graph.tile(end.tile);
    for (const { fifo } of handles) fifo.resolve(graph);
    for (const worker of workers) worker.resolveArguments(graph);
    for (const worker of workers) worker.resolve(graph);
    runtime.resolve(graph);
    return this.#graph = graph.build();
  }

  /** The program as MLIR. */
  resolveProgram(placer?: Placer): string {
    return emitMlir(this.resolve(placer));
  }
}
