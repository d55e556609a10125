/**
 * The expected time of a get on a large set, by where its lines, their translations and the locks are:
 * caches and TLB by hit ratios, memory by load, dirty lock lines by who used them last.
 */
import {
  Coherence,
  hitRatios,
  type LineClass,
  type MemoryValues,
  type Traffic,
} from "../../hardware/memory/mod.ts";
import { MEMCACHED_COSTS } from "./costs.ts";
import { LINE, type MemcachedShape } from "./shape.ts";

/** A running server: where its threads and its memory are. */
export interface Deployment {
  readonly shape: MemcachedShape;
  readonly values: MemoryValues;
  /** Threads in each domain. */
  readonly threads: readonly number[];
  /** Share of the memory in each domain. */
  readonly memory: readonly number[];
  readonly pageBytes: number;
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
  /** Hit ratios in L2, and in L2 or L3: bucket line, item header, value, their leaf entries, locks. */
  private readonly near: readonly number[];
  private readonly far: readonly number[];
  private readonly tlbMiss: number;
  private readonly transfer: (domain: number) => number;

  constructor(readonly deployment: Deployment) {
    const { shape, values: v, pageBytes, threads } = deployment;
    const bytes = [shape.bucketsBytes, shape.itemsBytes];
    const pages = (shape.bucketsBytes + shape.itemsBytes) / pageBytes;
    this.tlbMiss = 1 - Math.min(1, v.tlbEntries / Math.max(1, pages));
    const data = bytes.map((b, i): LineClass => ({ lines: b / LINE, accesses: i === 0 ? 1 : 2 }));
    const walk = bytes.map((b): LineClass => ({
      lines: Math.max(1, b / pageBytes * PTE / LINE),
      accesses: this.tlbMiss,
    }));
    const classes = [...data, ...walk];
    this.near = hitRatios(classes, v.l2 / LINE);
    this.far = hitRatios(classes, (v.l2 + v.l3) / LINE).map((h, i) => Math.max(h, this.near[i]));
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

  /** A get by a thread of `domain` whose page table lies on `tables`. */
  cost(domain: number, tables: number, traffic: Traffic): GetCost {
    const { values: v, memory, virtual } = this.deployment;
    const bytes = memory.map(() => 0);
    const nested = virtual ? MEMCACHED_COSTS.nestedWalk.value * v.l2Latency : 0;
    let time = MEMCACHED_COSTS.getCpu.value + this.transfer(domain) + 2 * v.atomicHit;
    const found = (i: number, accesses: number) => {
      const [near, far] = [this.near[i], this.far[i]];
      time += accesses * (near * v.l2Latency + (far - near) * v.l3Latency);
      return accesses * (1 - far);
    };
    const data = found(0, 1) + found(1, 2);
    memory.forEach((share, home) => {
      time += data * share * traffic.latency(domain, home);
      // Half of the lines of an item come back dirty: its header.
      bytes[home] += LINE * share * (data + found2(this.far[1]));
    });
    const walks = found(2, this.tlbMiss) + found(3, this.tlbMiss);
    time += 2 * this.tlbMiss * nested + walks * traffic.latency(domain, tables);
    bytes[tables] = (bytes[tables] ?? 0) + LINE * walks;
    return { time, bytes };
  }
}

/** Headers written back, of those that are not kept in the caches. */
function found2(hit: number): number {
  return 1 - hit;
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
