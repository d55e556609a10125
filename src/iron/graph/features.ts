/** Features that a design graph shows (chapter 7, Table 7.2). */
import { Device } from "../../hardware/npu/mod.ts";
import { sharesMemory } from "../run/lower.ts";
import type { Op } from "./body.ts";
import { type DesignGraph, type FifoNode, sameTile } from "./graph.ts";

/** What a design uses. */
export interface Features {
  readonly l2_memory: boolean;
  readonly shared_memory: boolean;
  readonly tiling: boolean;
  readonly broadcast: boolean;
  readonly split_join: boolean;
  readonly window: boolean;
  readonly skip: boolean;
  readonly pipeline: boolean;
  readonly columns: number;
}

/** Reads the features from a graph. */
export function featuresOf(graph: DesignGraph): Features {
  const device = new Device(graph.device);
  const flow = new Flow(graph);
  return {
    l2_memory: graph.tiles.some((at) => device.kind(at) === "mem"),
    shared_memory: graph.fifos.some((fifo) =>
      !sameTile(fifo.producer, fifo.consumers[0].tile) && sharesMemory(graph, fifo, { device })
    ),
    tiling:
      graph.fifos.some((f) =>
        f.dimsToStream !== undefined || f.consumers.some((c) => c.dimsFromStream !== undefined)
      ) || graph.sequence.ops.some((op) =>
        op.op === "configure" && !linear(op.transfer.sizes, op.transfer.strides)
      ),
    broadcast: graph.fifos.some((fifo) => fifo.consumers.length > 1),
    split_join: graph.links.some((l) => l.sources.length > 1 || l.destinations.length > 1),
    window: graph.cores.some((core) => slides(core.body)),
    skip: graph.fifos.some((fifo) => flow.skips(fifo)),
    pipeline: graph.fifos.some((fifo) => {
      const from = flow.coreOf(fifo);
      return from !== undefined && flow.coresFed(fifo).some((core) => core !== from);
    }),
    columns: new Set(graph.tiles.map((tile) => tile.col)).size,
  };
}

/** Whether a walk touches consecutive elements once each. */
function linear(sizes: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let d = sizes.length - 1; d >= 0; d--) {
    if (sizes[d] === 1) continue;
    if (strides[d] !== expected) return false;
    expected *= sizes[d];
  }
  return true;
}

/** Whether a core holds several objects of a FIFO and at some place releases fewer of them. */
function slides(ops: readonly Op[]): boolean {
  const most = new Map<string, number>(), least = new Map<string, number>();
  const visit = (list: readonly Op[]) => {
    for (const op of list) {
      if (op.op === "for") visit(op.body);
      else if (op.op === "acquire") most.set(op.fifo, Math.max(most.get(op.fifo) ?? 0, op.n));
      else if (op.op === "release") {
        least.set(op.fifo, Math.min(least.get(op.fifo) ?? Infinity, op.n));
      }
    }
  };
  visit(ops);
  return [...most].some(([fifo, n]) => n > 1 && (least.get(fifo) ?? n) < n);
}

/** Where data goes: from FIFOs through links to cores, and on through the FIFOs that cores fill. */
class Flow {
  constructor(readonly graph: DesignGraph) {}

  /** The core that fills a FIFO; undefined for the host and for links. */
  coreOf(fifo: FifoNode): number | undefined {
    const linked = this.graph.links.some((l) => l.destinations.includes(fifo.name));
    const core = this.graph.cores.findIndex((c) => sameTile(c.tile, fifo.producer));
    return linked || core < 0 ? undefined : core;
  }

  /** Cores that get a FIFO's objects, directly or over links. */
  coresFed(fifo: FifoNode): number[] {
    const { cores, links } = this.graph;
    const direct = fifo.consumers.flatMap(({ tile }) =>
      cores.flatMap((core, i) => sameTile(core.tile, tile) ? [i] : [])
    );
    const over = links.filter((l) => l.sources.includes(fifo.name)).flatMap((l) =>
      l.destinations.flatMap((name) => this.coresFed(this.#named(name)))
    );
    return [...direct, ...over];
  }

  /** Whether one of the cores that a broadcast feeds also gets what another of them makes of it. */
  skips(fifo: FifoNode): boolean {
    const fed = [...new Set(this.coresFed(fifo))];
    return fed.length > 1 && fed.some((core) => fed.some((from) => this.#reaches(from, core)));
  }

  #reaches(from: number, to: number, seen = new Set<number>()): boolean {
    if (seen.has(from)) return false;
    seen.add(from);
    return this.graph.fifos.some((fifo) =>
      this.coreOf(fifo) === from &&
      this.coresFed(fifo).some((core) =>
        core !== from && (core === to || this.#reaches(core, to, seen))
      )
    );
  }

  #named(name: string): FifoNode {
    return this.graph.fifos.find((fifo) => fifo.name === name) as FifoNode;
  }
}
