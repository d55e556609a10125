/** A running NPU: tiles, streams between their DMAs, cores, and the host that starts it all. */
import {
  type Process,
  ProcessError,
  Sharing,
  Signal,
  type Simulation,
  Store,
} from "../../kernel/mod.ts";
import { type Layout, Walker } from "./descriptor.ts";
import { checkLayout } from "./descriptor.ts";
import { type Coordinate, type Device, place } from "./device.ts";
import { DeadlockError, DescriptorError, ExhaustedError } from "./errors.ts";
import type { LockPair, Side } from "./locks.ts";
import { Router } from "./router.ts";
import { type Channel, type Memory, Tile } from "./tile.ts";

/** A transfer that the host hands to a shim DMA channel. */
export class ShimTask {
  /** Fires when the last byte has moved. */
  readonly finished: Signal;
  /** Descriptor number at the shim tile while configured. */
  readonly id: number;
  constructor(
    npu: Npu,
    readonly channel: Channel,
    readonly memory: Memory,
    readonly layout: Layout,
  ) {
    this.finished = new Signal(npu.sim, `transfer on "${channel.name}"`);
    this.id = npu.takeShimDescriptor(channel);
  }
}

/** What happened, for experiments. */
export interface NpuCounters {
  /** Bytes over each stream, by name. */
  readonly streams: Record<string, number>;
  /** Bytes between DDR and the array. */
  ddrBytes: number;
  /** Busy cycles of each core. */
  readonly cores: Record<string, number>;
}

/** One NPU in one simulation. Build it (tiles, streams, cores), then `run` a host sequence. */
export class Npu {
  readonly router: Router;
  readonly counters: NpuCounters = { streams: {}, ddrBytes: 0, cores: {} };
  readonly #tiles = new Map<string, Tile>();
  readonly #ddr: Sharing;
  readonly #shimTasks = new Map<Channel, Store<ShimTask>>();
  readonly #shimDescriptors = new Map<string, (ShimTask | true)[]>();
  readonly #nsPerCycle: number;

  constructor(readonly sim: Simulation, readonly device: Device) {
    this.router = new Router(device);
    const { part } = device;
    this.#nsPerCycle = 1e9 / part.clock.value;
    // Bytes per nanosecond: every stream its own rate until DDR as a whole is the limit.
    const stream = part.streamBytesPerCycle.value / this.#nsPerCycle;
    const rate = part.ddrRate.value / 1e9;
    this.#ddr = new Sharing(sim, "DDR", (jobs) => Math.min(jobs * stream, rate));
  }

  /** Nanoseconds of some cycles. */
  cycles(n: number): number {
    return n * this.#nsPerCycle;
  }

  /** The tile at a place, made when first asked for. */
  tile(at: Coordinate): Tile {
    const id = place(at);
    let tile = this.#tiles.get(id);
    if (tile === undefined) this.#tiles.set(id, tile = new Tile(this.sim, this.device, at));
    return tile;
  }

  /** All tiles in use. */
  get tiles(): readonly Tile[] {
    return [...this.#tiles.values()];
  }

  /** Joins a memory-to-stream channel to one or several stream-to-memory channels. */
  connect(name: string, source: Channel, destinations: readonly Channel[]): void {
    const hops = this.router.connect(name, source.at, destinations.map((d) => d.at));
    this.sim.spawn(`stream "${name}"`, this.#stream(name, source, destinations, hops), {
      daemon: true,
    });
  }

  /** Starts a core's program. */
  core(at: Coordinate, program: Process<void>): void {
    const start = this.cycles(this.device.part.coreStart.value);
    this.sim.spawn(
      `core ${place(at)}`,
      (function* () {
        yield start;
        yield* program;
      })(),
      { daemon: true },
    );
  }

  /** Takes the first free descriptor of the channel's shim tile. */
  takeShimDescriptor(channel: Channel): number {
    const id = place(channel.at);
    const inUse = this.#shimDescriptors.get(id) ?? [];
    const { bds } = this.device.limits(channel.at);
    for (let i = 0; i < bds; i++) {
      if (inUse[i] !== undefined) continue;
      inUse[i] = true;
      this.#shimDescriptors.set(id, inUse);
      return i;
    }
    throw new ExhaustedError(
      `shim tile ${id} has ${bds} buffer descriptors, all in use: none left for a transfer on ` +
        `"${channel.name}"; await or free earlier ones`,
    );
  }

  /** Gives a task's descriptor back. */
  freeShimDescriptor(task: ShimTask): void {
    const inUse = this.#shimDescriptors.get(place(task.channel.at));
    if (inUse !== undefined) delete inUse[task.id];
  }

  /**
   * Checks a transfer between DDR and a shim channel.
   * @throws {DescriptorError} if hardware cannot be told so, or it reaches beyond the buffer.
   */
  checkTransfer(channel: Channel, memory: Memory, layout: Layout): void {
    const what = `transfer of ${memory.name} on "${channel.name}"`;
    checkLayout(what, layout, "shim", this.device.limits(channel.at));
    const last = layout.dims.reduce((n, d) => n + (d.size - 1) * d.stride, layout.offset) + 1;
    if (last * layout.elementBytes > memory.bytes.length) {
      throw new DescriptorError(
        `${what}: reaches element ${last - 1}, byte ${
          last * layout.elementBytes
        }, of a buffer of ` +
          `${memory.bytes.length} bytes`,
      );
    }
  }

  /** Checks a transfer and gives it a descriptor. */
  configure(channel: Channel, memory: Memory, layout: Layout): ShimTask {
    this.checkTransfer(channel, memory, layout);
    return new ShimTask(this, channel, memory, layout);
  }

  /** Queues a configured transfer on its channel. */
  start(task: ShimTask): void {
    this.#tasksOf(task.channel).put(task);
  }

  /**
   * Runs a host sequence to its end: the launch, then `sequence`.
   * @returns the time of the whole launch in nanoseconds.
   * @throws {DeadlockError} listing who waits for which objects and who holds them.
   */
  run(sequence: Process<void>): number {
    const floor = this.device.part.launchFloor.value, { sim } = this;
    const began = sim.now;
    let finished = -1;
    sim.spawn(
      "host",
      (function* () {
        yield floor;
        yield* sequence;
        finished = sim.now;
        sim.stop();
      })(),
    );
    const outcome = unwrapped(() => sim.run());
    if (finished >= 0) return finished - began;
    const waits = outcome.waiting.map((w) => `  ${w.task} waits for ${w.for}`);
    throw new DeadlockError(
      `the program stands still at ${sim.now} ns:\n${waits.join("\n")}`,
    );
  }

  #tasksOf(channel: Channel): Store<ShimTask> {
    let tasks = this.#shimTasks.get(channel);
    if (tasks === undefined) {
      tasks = new Store(this.sim, `transfers for "${channel.name}"`);
      this.#shimTasks.set(channel, tasks);
    }
    return tasks;
  }

  /** One stream: moves as much as source and all destinations allow, again and again. */
  *#stream(
    name: string,
    source: Channel,
    destinations: readonly Channel[],
    hops: number,
  ): Process<void> {
    const { part } = this.device;
    const from = new End(this, source), ends = destinations.map((d) => new End(this, d));
    const overhead = part.bufferOverhead.value, hopCycles = hops * part.hop.value;
    const perByte = 1 / part.streamBytesPerCycle.value;
    const viaDdr = [from, ...ends].some((end) => end.atShim);
    let staging = new Uint8Array(0);
    this.counters.streams[name] = 0;
    for (;;) {
      yield* from.ready();
      for (const end of ends) yield* end.ready();
      let bytes = from.remaining;
      for (const end of ends) bytes = Math.min(bytes, end.remaining);
      if (staging.length < bytes) staging = new Uint8Array(bytes);
      if (from.fresh || ends.some((end) => end.fresh && end.atShim)) {
        yield this.cycles(hopCycles + (from.atShim ? part.ddrLatency.value : 0));
      }
      const began = this.sim.now;
      if (viaDdr) {
        this.counters.ddrBytes += bytes;
        yield this.#ddr.job(bytes);
        yield this.cycles(overhead);
      } else yield this.cycles(bytes * perByte + overhead);
      from.gather(staging, bytes);
      for (const end of ends) end.scatter(staging, bytes);
      this.counters.streams[name] += bytes;
      this.sim.trace?.complete(`stream ${name}`, `${bytes} bytes`, began, this.sim.now);
    }
  }

  /** @internal */
  nextTask(channel: Channel): Store<ShimTask> {
    return this.#tasksOf(channel);
  }
}

/** One end of a stream: the transfer that its channel is at. */
class End {
  readonly atShim: boolean;
  /** Whether the present transfer has not moved a byte yet. */
  fresh = false;
  #walker: Walker | undefined;
  #memory!: Memory;
  #done: (() => void) | undefined;
  #next = 0;

  constructor(readonly npu: Npu, readonly channel: Channel) {
    this.atShim = npu.tile(channel.at).kind === "shim";
  }

  get remaining(): number {
    return this.#walker?.remaining ?? 0;
  }

  /** Waits until there is something to move, with its objects taken. */
  *ready(): Process<void> {
    if (this.#walker !== undefined) return;
    if (this.atShim) {
      const task = yield* this.npu.nextTask(this.channel).get();
      this.#begin(task.memory, task.layout, () => task.finished.fire());
      return;
    }
    const { chain } = this.channel;
    const { memory, layout, locks, side } = chain[this.#next++ % chain.length];
    if (locks !== undefined) {
      yield locks.acquire(side as Side, 1, `DMA of "${this.channel.name}"`);
    }
    this.#begin(memory, layout, () => (locks as LockPair | undefined)?.release(side as Side, 1));
  }

  #begin(memory: Memory, layout: Layout, done: () => void): void {
    this.#memory = memory;
    this.#walker = new Walker(layout);
    this.#done = done;
    this.fresh = true;
  }

  gather(out: Uint8Array, bytes: number): void {
    (this.#walker as Walker).gather(this.#memory.bytes, out, bytes);
    this.#moved();
  }

  scatter(from: Uint8Array, bytes: number): void {
    (this.#walker as Walker).scatter(this.#memory.bytes, from, bytes);
    this.#moved();
  }

  #moved(): void {
    this.fresh = false;
    if ((this.#walker as Walker).remaining > 0) return;
    this.#walker = undefined;
    this.#done?.();
  }
}

/** Runs, and lets what an NPU cannot do through as such, not as the failure of a process. */
function unwrapped<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof ProcessError && error.cause instanceof RangeError ? error.cause : error;
  }
}
