/**
 * Gets line by line, for sets that an L3 holds: every lock word and item header (whose reference count
 * each get writes) is a cache line with an owner. Buckets and values are only read, so that after a while
 * each socket's L3 has them.
 */
import type { Simulation } from "../../kernel/mod.ts";
import { CacheLine, Coherence, type MemoryValues } from "../../hardware/memory/mod.ts";
import { getCpu } from "./costs.ts";
import { itemHash, LINE, lockLine, type MemcachedShape } from "./shape.ts";

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
  // A run of many gets is looked at: every line was last written by any of the threads, and a header in so
  // many was then read by one on its way through a chain. Lines are made when they are first touched.
  const last = sim.rng("last users");
  let taken = 0;
  const touch = (line: CacheLine, mode: 0 | 1) => {
    coherence.access(line, mode, cores[last.uniformInt(cores.length)] as number, 0);
    coherence.settle(line);
  };
  const used = (at: number) => {
    const line = freshLine(o.homeOf(at), taken++);
    touch(line, 1);
    return line;
  };
  const domain = cores.map((core) => coherence.domainOf(core));
  const cpu = domain.map((d) => Math.round(getCpu(values, domain.filter((o) => o === d).length)));
  const headers = new Array<CacheLine | undefined>(shape.items);
  const passers = shape.passed / (1 + shape.passed);
  const header = (item: number) => {
    const known = headers[item];
    if (known !== undefined) return known;
    const line = headers[item] = used(item * shape.itemBytes);
    if (last.uniform() < passers) touch(line, 0);
    return line;
  };
  const lock = Array.from({ length: shape.lockLines }, (_, i) => used(locksAt + i * LINE));
  const held = new Float64Array(shape.locks);
  const chain = chains(shape, cores.length);
  const random = cores.map((_, i) => sim.rng(`thread ${i}`));
  const done = cores.map(() => 0);
  const began = cores.map(() => 0);
  const rates: number[] = [];
  const get = (thread: number): void => {
    const core = cores[thread] as number;
    const rng = random[thread];
    const item = rng.uniformInt(shape.items);
    const hash = itemHash(item);
    const own = hash % shape.locks;
    let now = sim.now + (cpu[thread] as number);
    const word = lock[lockLine(own)] as CacheLine;
    now = Math.max(coherence.access(word, 2, core, now), held[own] as number);
    now += l3Latency;
    // The chain of the bucket: each header before the item's own is loaded, dirty or not.
    for (let at = chain.head[hash % shape.buckets] as number; at !== item; at = chain.next[at]!) {
      now = coherence.access(header(at), 0, core, now);
    }
    const mine = header(item);
    now = coherence.access(mine, 0, core, now);
    now = coherence.access(mine, 2, core, now);
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

/** Lines of earlier runs, used again: a run ends before the next one begins, and they are many. */
const lines: CacheLine[] = [];

/** The `index`th line of a run, as if it were new. */
function freshLine(home: number, index: number): CacheLine {
  const line = lines[index] ??= new CacheLine(home);
  line.home = home;
  line.record = -1;
  return line;
}

interface Chains {
  readonly items: number;
  readonly buckets: number;
  readonly threads: number;
  readonly head: Int32Array;
  readonly next: Int32Array;
}
/** The last ones made: runs of a sweep have the same, and they take megabytes. */
let made: Chains | undefined;

/** Buckets' chains: threads insert their parts side by side, each item at its bucket's head. */
function chains(shape: MemcachedShape, threads: number): Chains {
  const { items, buckets } = shape;
  if (made?.items === items && made.buckets === buckets && made.threads === threads) return made;
  const head = new Int32Array(shape.buckets).fill(-1);
  const next = new Int32Array(shape.items).fill(-1);
  const share = Math.ceil(shape.items / threads);
  for (let k = 0; k < share; k++) {
    for (let item = k; item < shape.items; item += share) {
      const bucket = itemHash(item) % shape.buckets;
      next[item] = head[bucket]!;
      head[bucket] = item;
    }
  }
  return made = { items, buckets, threads, head, next };
}
