/**
 * Gets line by line, for sets that an L3 holds: every lock word and item header (whose reference count
 * each get writes) is a cache line with an owner. Buckets and values are only read, so that after a while
 * each socket's L3 has them.
 */
import type { Simulation } from "../../kernel/mod.ts";
import { CacheLine, Coherence, type MemoryValues } from "../../hardware/memory/mod.ts";
import { MEMCACHED_COSTS } from "./costs.ts";
import { LINE, lockLine, type MemcachedShape } from "./shape.ts";

/** Where the threads run and the memory lies. */
export interface ExactOptions {
  readonly shape: MemcachedShape;
  readonly values: MemoryValues;
  /** Core of each thread. */
  readonly cores: readonly number[];
  /** Domain of the memory at a byte of the process's heap: items, then buckets, then locks. */
  readonly homeOf: (offset: number) => number;
  /** Gets of each thread before the clock counts, and while it does. */
  readonly warmUp: number;
  readonly gets: number;
}

/** Gets per ns of all threads together. */
export function exactThroughput(sim: Simulation, o: ExactOptions): number {
  const { shape, values, cores } = o;
  const coherence = new Coherence(values);
  const { l3Latency } = values;
  const bucketsAt = shape.itemsBytes;
  const locksAt = bucketsAt + shape.bucketsBytes;
  const lines = (count: number, at: number, stride: number) =>
    Array.from({ length: count }, (_, i) => new CacheLine(o.homeOf(at + i * stride)));
  const header = lines(shape.items, 0, shape.itemBytes);
  const lock = lines(shape.lockLines, locksAt, LINE);
  const held = new Float64Array(shape.locks);
  // Threads fill disjoint parts: each item is first modified by the core that made it.
  const share = shape.items / cores.length;
  header.forEach((line, i) => {
    const core = cores[Math.min(cores.length - 1, Math.floor(i / share))] as number;
    line.owner = core;
  });
  const random = cores.map((_, i) => sim.rng(`thread ${i}`));
  const done = cores.map(() => 0);
  const began = cores.map(() => 0);
  const rates: number[] = [];
  const get = (thread: number): void => {
    const core = cores[thread] as number;
    const rng = random[thread];
    const item = rng.uniformInt(shape.items);
    // A good hash spreads items over buckets and locks without regard to their order.
    const hash = Math.imul(item + 1, 0x9e3779b1) >>> 0;
    const own = hash % shape.locks;
    let now = sim.now + MEMCACHED_COSTS.getCpu.value;
    const word = lock[lockLine(own)] as CacheLine;
    now = Math.max(coherence.access(word, 2, core, now), held[own] as number);
    now += l3Latency;
    now = coherence.access(header[item] as CacheLine, 0, core, now);
    now = coherence.access(header[item] as CacheLine, 2, core, now);
    now = coherence.access(word, 2, core, now);
    held[own] = now;
    now += l3Latency;
    const n = done[thread] = (done[thread] as number) + 1;
    if (n === o.warmUp) began[thread] = now;
    if (n === o.warmUp + o.gets) rates.push(o.gets / (now - (began[thread] as number)));
    // All go on until the last has been measured, so that load stays what it was.
    if (rates.length < cores.length) {
      sim.schedule(Math.max(1, Math.round(now - sim.now)), handler, thread);
    }
  };
  const handler = sim.handler(get);
  cores.forEach((_, i) => sim.schedule(i, handler, i));
  sim.run();
  return rates.reduce((a, b) => a + b, 0);
}
