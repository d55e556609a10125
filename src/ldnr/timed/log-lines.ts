/**
 * Coherence state of the log's entries, one line each, as every other line has it, kept in arrays because
 * there are up to half a million: who wrote an entry, and on which domains copies of it are. Lines that
 * follow each other are fetched with as many in flight as a core has fill buffers.
 */
import type { Coherence } from "../../hardware/memory/mod.ts";
import * as places from "./clock.ts";

// Own copies: see hardware/memory/registers.ts.
const { CLOCK: clock, LOG_TIME } = places;

/** Lines of a ring of entries. */
export class LogLines {
  /** Core that wrote each entry, and one bit for each domain with a copy: 0 while only the writer has it. */
  private writers: Int16Array;
  private holders: Int32Array;
  /** Latencies of the second and third level and of memory, ns; misses that a core has in flight. */
  private readonly l2: number;
  private readonly l3: number;
  private readonly near: number;
  private readonly far: number;
  private readonly misses: number;

  constructor(
    private readonly coherence: Coherence,
    /** Entries of the ring, a power of two. */
    private readonly size: number,
    /** Domain of the log's memory. */
    private readonly home: number,
  ) {
    const { values } = coherence;
    this.l2 = values.l2Latency;
    this.l3 = values.l3Latency;
    this.near = values.localLatency;
    this.far = values.remoteLatency;
    this.misses = values.outstandingMisses;
    const first = Math.min(size, 8192);
    this.writers = new Int16Array(first).fill(-1);
    this.holders = new Int32Array(first);
  }

  /**
   * Time in ns in which `core` writes entries `at` and on. What a lap ago was written and read there has
   * left every cache since (the table's accesses turn them over in milliseconds): each line is fetched
   * for ownership from its home.
   */
  fill(at: number, count: number, core: number): number {
    const near = this.coherence.domainOf(core) === this.home;
    for (let i = at; i < at + count; i++) {
      const slot = this.slot(i);
      this.writers[slot] = core;
      this.holders[slot] = 0;
    }
    return count * (near ? this.near : this.far) / this.misses;
  }

  /** `core` reads `count` entries from `at` on, and has copies from then on; the time that takes, in ns, to `CLOCK[LOG_TIME]`. */
  read(at: number, count: number, core: number): void {
    const { coherence, l2 } = this;
    const domain = coherence.domainOf(core) | 0;
    let sum = 0;
    for (let i = at; i < at + count; i++) {
      const slot = this.slot(i);
      const writer = this.writers[slot] as number;
      const holders = this.holders[slot] as number;
      sum += writer === core
        ? l2
        : Math.max(l2, this.latency(writer, holders, domain) / this.misses);
      if (writer !== core || holders !== 0) {
        const from = writer < 0 ? 0 : 1 << coherence.domainOf(writer);
        this.holders[slot] = holders | (1 << domain) | from;
      }
    }
    clock[LOG_TIME] = sum;
  }

  private latency(writer: number, holders: number, domain: number): number {
    const { coherence } = this;
    if (writer >= 0 && holders === 0) {
      return coherence.transfer(coherence.domainOf(writer), domain, this.home);
    }
    if ((holders & (1 << domain)) !== 0) return this.l3;
    return domain === this.home ? this.near : this.far;
  }

  private slot(at: number): number {
    const slot = at & (this.size - 1);
    if (slot >= this.writers.length) this.reach(slot);
    return slot;
  }

  /** The arrays grow as the ring is used for the first time. */
  private reach(slot: number): void {
    const { writers, holders } = this;
    let { length } = writers;
    while (length <= slot) length *= 2;
    this.writers = new Int16Array(length).fill(-1);
    this.holders = new Int32Array(length);
    this.writers.set(writers);
    this.holders.set(holders);
  }
}
