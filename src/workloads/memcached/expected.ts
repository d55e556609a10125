/**
 * The expected time of a get on a large set, by where its lines, their translations and the locks are:
 * caches and TLBs by hit ratios, memory by load, dirty lock lines by who used them last.
 */
import {
  Coherence,
  hitRatios,
  type LineClass,
  type MemoryValues,
  type PageBytes,
  SKYLAKE_TLB,
  type Traffic,
  type TranslationProfile,
  translationProfile,
} from "../../hardware/memory/mod.ts";
import { getCpu, MEMCACHED_COSTS } from "./costs.ts";
import { LINE, type MemcachedShape } from "./shape.ts";

/** A running server: where its threads and its memory are. */
export interface Deployment {
  readonly shape: MemcachedShape;
  readonly values: MemoryValues;
  /** Threads in each domain. */
  readonly threads: readonly number[];
  /** Share of the memory in each domain. */
  readonly memory: readonly number[];
  readonly pageBytes: PageBytes;
  /** In a virtual machine a page walk is nested. */
  readonly virtual: boolean;
}

/** Time and traffic of a get by a thread of one domain. */
export interface GetCost {
  /** ns. */
  readonly time: number;
  /** Bytes read (and written back) from memory of each domain. */
  readonly bytes: readonly number[];
}

const PTE = 8;

/** Prices gets of a deployment. */
export class ExpectedGet {
  /** What translations of a get are expected to take when the TLB is warm. */
  readonly translation: TranslationProfile;
  /** Hit ratios in L2, and in L2 or L3: buckets, items, entries of page tables of level 1 to 4. */
  private readonly near: readonly number[];
  private readonly far: readonly number[];
  private readonly accesses: readonly [buckets: number, items: number];
  private readonly transfer: (domain: number) => number;

  constructor(readonly deployment: Deployment) {
    const { shape, values: v, pageBytes, threads } = deployment;
    // Of an item: its header, its value, and the headers before it in the chain. The value is on its
    // header's page but for one item in thirty.
    this.accesses = [1, 2 + shape.passed];
    const parts = [shape.bucketsBytes, shape.itemsBytes].map((bytes, i) => ({
      bytes,
      accesses: this.accesses[i] as number,
    }));
    const pages = [1, 1 + shape.passed];
    this.translation = translationProfile(
      parts.map((p, i) => ({ ...p, accesses: pages[i] as number })),
      pageBytes,
      SKYLAKE_TLB,
    );
    const all = shape.bucketsBytes + shape.itemsBytes;
    const classes: LineClass[] = [
      ...parts.map((p) => ({ lines: p.bytes / LINE, accesses: p.accesses })),
      ...this.translation.loads.map((accesses, level) => ({
        lines: Math.max(1, all / 2 ** (12 + 9 * level) * PTE / LINE),
        accesses,
      })),
    ];
    this.near = hitRatios(classes, v.l2 / LINE);
    this.far = hitRatios(classes, (v.l2 + v.l3) / LINE)
      .map((h, i) => Math.max(h, this.near[i] as number));
    const coherence = new Coherence(v);
    const total = threads.reduce((a, b) => a + b, 0);
    // The lock's last user is any thread; its line is homed as the memory is.
    this.transfer = (domain) => {
      let sum = 0;
      threads.forEach((n, owner) => {
        const others = owner === domain ? n - 1 : n;
        deployment.memory.forEach((share, home) =>
          sum += others / total * share * coherence.transfer(owner, domain, home)
        );
      });
      return sum + v.atomicHit / total;
    };
  }

  /**
   * Addresses that a get touches, uniformly at random, for a TLB that is simulated entry by entry: items from
   * 0 on, buckets behind their slab pages.
   */
  *addresses(random: () => number): Generator<number> {
    const { bucketsBytes, itemsBytes, mappedBytes, passed } = this.deployment.shape;
    yield mappedBytes + random() * bucketsBytes;
    if (random() < passed) yield random() * itemsBytes;
    yield random() * itemsBytes;
  }

  /**
   * A get by a thread of `domain` whose page table lies on `tables`.
   *
   * @param translation what its translations take; by default what a warm TLB is expected to
   */
  cost(
    domain: number,
    tables: number,
    traffic: Traffic,
    translation: TranslationProfile = this.translation,
  ): GetCost {
    const { values: v, memory, threads, virtual } = this.deployment;
    const bytes = memory.map(() => 0);
    let time = getCpu(v, threads[domain] ?? 1) + this.transfer(domain) + 2 * v.atomicHit;
    const found = (i: number, accesses: number) => {
      const [near, far] = [this.near[i] as number, this.far[i] as number];
      time += accesses * (near * v.l2Latency + (far - near) * v.l3Latency);
      return accesses * (1 - far);
    };
    const data = found(0, this.accesses[0]) + found(1, this.accesses[1]);
    // The line of the header comes back dirty.
    const written = 1 - (this.far[1] as number);
    memory.forEach((share, home) => {
      time += data * share * traffic.latency(domain, home);
      bytes[home] = (bytes[home] as number) + LINE * share * (data + written);
    });
    time += translation.second * SKYLAKE_TLB.secondHit;
    if (virtual) time += translation.walks * MEMCACHED_COSTS.nestedWalk.value * v.l2Latency;
    const walks = translation.loads.reduce((sum, n, level) => sum + found(2 + level, n), 0);
    time += walks * traffic.latency(domain, tables);
    bytes[tables] = (bytes[tables] ?? 0) + LINE * walks;
    return { time, bytes };
  }
}

/**
 * Gets per ns of all threads, each domain's page table on `tables[domain]`: rates and the latencies that
 * they cause are brought together.
 */
export function expectedThroughput(
  get: ExpectedGet,
  tables: readonly number[],
  traffic: Traffic,
): number {
  const { threads } = get.deployment;
  const flow = threads.map(() => ({ rate: 0, bytes: [] as readonly number[] }));
  const add = (domain: number, sign: number) =>
    flow[domain].bytes.forEach((b, home) =>
      traffic.add(home, domain, sign * b * flow[domain].rate)
    );
  for (let round = 0; round < 200; round++) {
    threads.forEach((n, domain) => {
      if (n === 0) return;
      add(domain, -1);
      const { time, bytes } = get.cost(domain, tables[domain], traffic);
      const rate = flow[domain].rate + 0.2 * (n / time - flow[domain].rate);
      flow[domain] = { rate, bytes };
      add(domain, 1);
    });
  }
  threads.forEach((_, domain) => add(domain, -1));
  return flow.reduce((sum, f) => sum + f.rate, 0);
}
