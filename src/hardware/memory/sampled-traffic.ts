/**
 * Traffic as loads feel it: queues at controllers and links take a moment to build and to drain, so the
 * latency of a load follows from the flows a sampling period or two before it. That makes it a
 * piecewise constant function of time which does not depend on the order in which flows of one moment
 * are declared, and is known a period ahead.
 */
import type { MemoryValues } from "./parts/part.ts";
import * as registers from "./registers.ts";
import { Traffic } from "./traffic.ts";

/** Sampling period, ns: about the latency of one load. */
export const TRAFFIC_PERIOD = 64;
// Own copies: see registers.ts.
const PERIOD = TRAFFIC_PERIOD;
const { REGISTERS, LOAD, RATE } = registers;
/** Grid of rates, bytes per ns: sums and differences of such rates are exact in any order. */
const GRID = 2 ** 20;
/** Periods that are kept: a power of two. */
const RING = 4;

/** A rate on the grid of rates. */
export function gridRate(rate: number): number {
  return Math.round(rate * GRID) / GRID;
}

/** Flows of some periods that have them in common, and the latencies that follow, where asked for. */
class Sample {
  readonly flows: Traffic;
  readonly latencies: Float64Array;

  constructor(values: MemoryValues) {
    this.flows = new Traffic(values);
    this.latencies = new Float64Array(values.domains ** 2).fill(NaN);
  }
}

/** Flows declared with their times, and latencies that follow from them. */
export class SampledTraffic {
  /** What flows do to loads in the last periods, by period modulo the ring's size. */
  private readonly samples: Sample[];
  /** Samples in turn: one more than the ring could need. */
  private readonly spare: readonly Sample[];
  private taken = 0;
  /**
   * Sums of the changes of a period, which count from the one after the next; and whether there are any.
   * Rates lie on a grid, so that it is the same in which order they are added.
   */
  private readonly changes: readonly Traffic[];
  private readonly changed: Uint8Array = new Uint8Array(RING);
  /** Last period whose flows are known. */
  private period = 0;

  private readonly domains: number;

  constructor(values: MemoryValues) {
    this.spare = Array.from({ length: RING + 1 }, () => new Sample(values));
    this.samples = Array.from({ length: RING }, () => this.spare[0] as Sample);
    this.changes = Array.from({ length: RING }, () => new Traffic(values));
    this.domains = values.domains | 0;
  }

  /** A flow of `rate` bytes/ns (on the grid) begins at time `at`, or, negative, ends. */
  add(home: number, to: number, rate: number, at: number): void {
    REGISTERS[LOAD] = at;
    REGISTERS[RATE] = rate;
    this.change(home, to);
  }

  /** The same, with the time in the register `LOAD` and the rate in `RATE`: where it is called most, that costs less. */
  change(home: number, to: number): void {
    const period = Math.floor((REGISTERS[LOAD] as number) / PERIOD);
    if (period > this.period) this.advance(period);
    const slot = (period + 2) & (RING - 1);
    (this.changes[slot] as Traffic).add(home, to, REGISTERS[RATE] as number);
    this.changed[slot] = 1;
  }

  /** Latency of a load at time `at`, less than a period ahead of what has been declared, in ns. */
  latency(domain: number, home: number, at: number): number {
    REGISTERS[LOAD] = at;
    this.know(domain, home);
    return REGISTERS[LOAD] as number;
  }

  /** The same, with the time and then the latency in the register `LOAD`: where it is asked most, that costs less. */
  know(domain: number, home: number): void {
    const period = Math.floor((REGISTERS[LOAD] as number) / PERIOD);
    if (period > this.period) this.advance(period);
    const { flows, latencies } = this.samples[period & (RING - 1)] as Sample;
    const index = (Math.imul(domain, this.domains) + home) | 0;
    const known = latencies[index] as number;
    REGISTERS[LOAD] = known === known ? known : latencies[index] = flows.latency(domain, home);
  }

  private advance(period: number): void {
    const { samples } = this;
    const far = period - this.period > 2 * RING;
    for (let i = 0; this.period < period && !(far && i === RING); i++) this.next();
    if (!far) return;
    // What had been declared counts by now, and nothing has been since: all periods are alike.
    samples.fill(samples[this.period & (RING - 1)] as Sample);
    this.period = period;
  }

  private next(): void {
    const { samples } = this;
    const before = samples[this.period & (RING - 1)] as Sample;
    const slot = ++this.period & (RING - 1);
    if (this.changed[slot] === 0) {
      samples[slot] = before;
      return;
    }
    this.taken = (this.taken + 1) % this.spare.length;
    const sample = this.spare[this.taken] as Sample;
    const changes = this.changes[slot] as Traffic;
    sample.flows.follow(before.flows, changes);
    this.changed[slot] = 0;
    const { latencies } = sample;
    // Not by `fill`, whose call takes longer than this.
    for (let i = 0; i < latencies.length; i++) latencies[i] = NaN;
    samples[slot] = sample;
  }
}
