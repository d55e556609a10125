/** Runs a design on the NPU model: lowers it, starts its cores, plays its runtime sequence. */
import { type Process, Simulation } from "../../kernel/mod.ts";
import {
  type Channel,
  checkLayout,
  DeadlockError,
  Device,
  type Layout,
  type Memory,
  Npu,
  type NpuCounters,
  type NpuPart,
  place,
  type ShimTask,
} from "../../hardware/npu/mod.ts";
import { localBuffersOf, type MemRef } from "../graph/body.ts";
import {
  type CoreNode,
  type DesignGraph,
  type FunctionNode,
  sameTile,
  type Transfer,
} from "../graph/graph.ts";
import type { TypedData } from "../graph/types.ts";
import { CoreCosts } from "./cost.ts";
import { type CoreContext, runBody } from "./interpret.ts";
import { lowerFifos } from "./lower.ts";

/** What a run of a design gave. */
export interface DesignRun {
  /** Host latency of one launch, nanoseconds. */
  readonly latencyNs: number;
  /** Cycles of the array between the launch's overhead and the end. */
  readonly cycles: number;
  readonly events: number;
  readonly counters: NpuCounters;
}

/** How to run. */
export interface RunOptions {
  /** Other constants than the published NPU's. */
  readonly part?: NpuPart;
  /** Other costs of core programs and kernels than the calibrated ones. */
  readonly cost?: CoreCosts;
  readonly simulation?: Simulation;
}

/**
 * Runs a design on host buffers, one per argument of its sequence; results are written into them.
 * @throws {ExhaustedError} if the design needs more than a tile has.
 * @throws {DeadlockError} if it stands still, with who waits for what.
 */
export function runDesign(
  graph: DesignGraph,
  args: readonly TypedData[],
  options: RunOptions = {},
): DesignRun {
  const sim = options.simulation ?? new Simulation({ seed: 1 });
  const npu = new Npu(sim, new Device(graph.device, options.part));
  const sequence = buildNpu(graph, npu, args, options.cost);
  const latencyNs = explained(graph, npu, () => npu.run(sequence));
  const { launchFloor, clock } = npu.device.part;
  return {
    latencyNs,
    cycles: Math.round((latencyNs - launchFloor.value) * clock.value / 1e9),
    events: sim.events,
    counters: npu.counters,
  };
}

/** Adds to a deadlock's report the ends of FIFOs where nothing runs: the usual cause. */
function explained<T>(graph: DesignGraph, npu: Npu, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DeadlockError)) throw error;
    const linked = new Set(graph.links.flatMap((l) => [...l.sources, ...l.destinations]));
    const idle = graph.fifos.filter(({ name }) => !linked.has(name)).flatMap((fifo) =>
      [fifo.producer, ...fifo.consumers.map(({ tile }) => tile)]
        .filter((at) => npu.device.kind(at) === "core")
        .filter((at) => !graph.cores.some(({ tile }) => sameTile(tile, at)))
        .map((at) => `  no core runs at ${place(at)}, an end of "${fifo.name}": start its worker`)
    );
    if (idle.length === 0) throw error;
    throw new DeadlockError([error.message, ...new Set(idle)].join("\n"));
  }
}

/**
 * Checks a design against its device's limits without running it.
 * @throws {ExhaustedError} naming what a tile or the stream switches run out of.
 * @throws {DescriptorError} naming a transfer that a DMA cannot be told to do.
 */
export function checkDesign(graph: DesignGraph, part?: NpuPart): void {
  const device = new Device(graph.device, part);
  const npu = new Npu(new Simulation({ seed: 1 }), device);
  for (const { name, tile, type } of graph.buffers) npu.tile(tile).allocate(name, type.bytes);
  const { shim } = lowerFifos(graph, npu);
  for (const core of graph.cores) {
    allocateStack(npu, core);
    for (const { name, type } of localBuffersOf(core.body)) {
      npu.tile(core.tile).allocate(name, type.bytes);
    }
  }
  for (const op of graph.sequence.ops) {
    if (op.op !== "configure") continue;
    const { fifo, arg } = op.transfer;
    const { at } = shim.get(fifo) as Channel;
    const what = `transfer of argument ${arg} on "${fifo}"`;
    checkLayout(what, layoutOf(graph, op.transfer), "shim", device.limits(at));
  }
}

/** Memory for a stack that is larger than what every core has. */
function allocateStack(npu: Npu, { tile, stackSize }: CoreNode): void {
  const least = npu.device.part.coreStack.value;
  if (stackSize !== undefined && stackSize > least) {
    npu.tile(tile).allocate("larger stack", stackSize - least);
  }
}

/** The walk of a transfer, in elements of its argument. */
function layoutOf(graph: DesignGraph, { arg, offset, sizes, strides }: Transfer): Layout {
  const dims = sizes.map((size, d) => ({ size, stride: strides[d] }));
  return { elementBytes: graph.sequence.args[arg].elementBytes, offset, dims };
}

/** Puts a whole design on an NPU and returns its runtime sequence as a host process. */
export function buildNpu(
  graph: DesignGraph,
  npu: Npu,
  args: readonly TypedData[],
  cost: CoreCosts = new CoreCosts(),
): Process<void> {
  const { sequence, functions, buffers, cores } = graph;
  if (args.length < sequence.args.length) {
    throw new RangeError(
      `the design's sequence takes ${sequence.args.length} buffers, got ${args.length}`,
    );
  }
  sequence.args.forEach((type, i) => {
    if (args[i].BYTES_PER_ELEMENT !== type.elementBytes) {
      throw new TypeError(
        `buffer ${i} is a ${args[i].constructor.name}; the sequence takes ${type}, ` +
          `elements of ${type.elementBytes} bytes`,
      );
    }
  });
  // Buffers that the core reads by name come before the FIFOs: they must stay where they are.
  const data = new Map<MemRef, TypedData>(), named = new Map<string, TypedData>();
  for (const { name, tile, type, init, ref } of buffers) {
    const view = type.view(npu.tile(tile).allocate(name, type.bytes).bytes);
    if (init !== undefined) view.set(init);
    data.set(ref, view);
    named.set(name, view);
  }
  const lowered = lowerFifos(graph, npu);
  const table = new Map<string, FunctionNode>(functions.map((f) => [f.name, f]));
  for (const core of cores) {
    const tile = npu.tile(core.tile);
    allocateStack(npu, core);
    const who = `core (${core.tile.col}, ${core.tile.row})`;
    npu.counters.cores[who] = 0;
    const context: CoreContext = {
      who,
      end: (fifo, port) => lowered.end(fifo, port, core.tile),
      function: (name) => {
        const found = table.get(name);
        if (found === undefined) throw new RangeError(`${who} calls undeclared function "${name}"`);
        return found;
      },
      buffer: (ref) => data.get(ref),
      local: (name, ref) => ref.type.view(tile.allocate(name, ref.type.bytes).bytes),
      cycles: (n) => npu.cycles(n),
      cost,
      lockCycles: npu.device.part.lockOperation.value,
      busy: (n) => {
        npu.counters.cores[who] += n;
        npu.sim.trace?.complete(who, "compute", npu.sim.now, npu.sim.now + npu.cycles(n));
      },
    };
    npu.core(core.tile, runBody(core.body, context));
  }
  const memory: Memory[] = args.map((arg, i) => ({
    name: `argument ${i}`,
    bytes: new Uint8Array(arg.buffer, arg.byteOffset, arg.byteLength),
  }));
  const layouts = new Map<number, ShimTransfer>();
  for (const op of sequence.ops) {
    if (op.op !== "configure") continue;
    const { id, fifo, arg } = op.transfer;
    const channel = lowered.shim.get(fifo);
    if (channel === undefined) throw new RangeError(`transfer on "${fifo}": no shim channel`);
    const layout = layoutOf(graph, op.transfer);
    npu.checkTransfer(channel, memory[arg], layout);
    layouts.set(id, { channel, memory: memory[arg], layout });
  }
  return play(graph, npu, layouts, named);
}

interface ShimTransfer {
  readonly channel: Channel;
  readonly memory: Memory;
  readonly layout: Layout;
}

function* play(
  { sequence }: DesignGraph,
  npu: Npu,
  transfers: ReadonlyMap<number, ShimTransfer>,
  buffers: ReadonlyMap<string, TypedData>,
): Process<void> {
  const tasks = new Map<number, ShimTask>();
  for (const op of sequence.ops) {
    if (op.op === "rtp_write") {
      const buffer = buffers.get(op.buffer);
      if (buffer === undefined) throw new RangeError(`rtp_write: no buffer "${op.buffer}"`);
      buffer[op.index] = op.value;
    } else if (op.op === "configure") {
      const { id } = op.transfer;
      const { channel, memory, layout } = transfers.get(id) as ShimTransfer;
      tasks.set(id, npu.configure(channel, memory, layout));
    } else {
      const task = tasks.get(op.id);
      if (task === undefined) throw new RangeError(`${op.op} of transfer ${op.id}: not configured`);
      if (op.op === "start") npu.start(task);
      else {
        if (op.op === "await") yield task.finished;
        npu.freeShimDescriptor(task);
      }
    }
  }
}
