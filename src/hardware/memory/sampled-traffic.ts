/**
 * Traffic as loads feel it: queues at controllers and links take a moment to build and to drain, so the
 * latency of a load follows from the flows a sampling period or two before it. That makes it a
 * piecewise constant function of time which does not depend on the order in which flows of one moment
 * are declared, and is known a period ahead.
 */
import type { MemoryValues } from "./parts/part.ts";
import { Traffic } from "./traffic.ts";

/** Sampling period, ns: about the latency of one load. */
export const TRAFFIC_PERIOD = 64;
/** Grid of rates, bytes per ns: sums and differences of such rates are exact in any order. */
const GRID = 2 ** 20;
const RING = 4;

/** A rate on the grid of rates. */
export function gridRate(rate: number): number {
  return Math.round(rate * GRID) / GRID;
}

/** Flows declared with their times, and latencies that follow from them. */
export class SampledTraffic {
  /** What flows begin to do to loads in a period, by period modulo the ring's size. */
  private readonly flows: readonly Traffic[];
  private readonly latencies: readonly Float64Array[];
  /** Changes of a period; they count from the one after the next. */
  private readonly changes: { home: number; to: number; rate: number }[][] = [[], [], [], []];
  private readonly lengths = new Int32Array(RING);
  /** Last period whose flows are known. */
  private period = 1;

  constructor(private readonly values: MemoryValues) {
    this.flows = Array.from({ length: RING }, () => new Traffic(values));
    this.latencies = Array.from(
      { length: RING },
      () => new Float64Array(values.domains ** 2).fill(NaN),
    );
  }

  /** A flow of `rate` bytes/ns (on the grid) begins at time `at`, or, negative, ends. */
  add(home: number, to: number, rate: number, at: number): void {
    const period = Math.floor(at / TRAFFIC_PERIOD) + 2;
    this.advance(period - 2);
    const slot = period % RING;
    const list = this.changes[slot] as { home: number; to: number; rate: number }[];
    const n = this.lengths[slot] as number;
    const change = list[n];
    if (change === undefined) list.push({ home, to, rate });
    else {
      change.home = home;
      change.to = to;
      change.rate = rate;
    }
    this.lengths[slot] = n + 1;
  }

  /** Latency of a load at time `at`, at most a period ahead of what has been declared, in ns. */
  latency(domain: number, home: number, at: number): number {
    const period = Math.floor(at / TRAFFIC_PERIOD) + 2;
    this.advance(period - 2);
    const slot = (period - 2) % RING;
    const table = this.latencies[slot] as Float64Array;
    const index = domain * this.values.domains + home;
    const known = table[index] as number;
    if (known === known) return known;
    return table[index] = (this.flows[slot] as Traffic).latency(domain, home);
  }

  private advance(period: number): void {
    while (this.period < period) {
      if (this.period + RING < period && this.lengths.every((n) => n === 0)) {
        // Nothing has changed for long: all periods are alike.
        this.skipTo(period);
        return;
      }
      const from = this.flows[this.period % RING] as Traffic;
      const slot = ++this.period % RING;
      const flows = this.flows[slot] as Traffic;
      flows.copy(from);
      const list = this.changes[slot] as { home: number; to: number; rate: number }[];
      const n = this.lengths[slot] as number;
      for (let i = 0; i < n; i++) {
        const change = list[i] as { home: number; to: number; rate: number };
        flows.add(change.home, change.to, change.rate);
      }
      this.lengths[slot] = 0;
      (this.latencies[slot] as Float64Array).fill(NaN);
    }
  }

  private skipTo(period: number): void {
    const from = this.flows[this.period % RING] as Traffic;
    this.period = period;
    for (const flows of this.flows) if (flows !== from) flows.copy(from);
    for (const table of this.latencies) table.fill(NaN);
  }
}
