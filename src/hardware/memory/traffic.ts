/**
 * Load on memory controllers and on socket-to-socket links, and what it does to latency. Flows declare
 * their rate while they run; a load's latency is the idle one plus queueing at the controller (a measured
 * curve) and on the link (an M/D/1 queue of 64-byte lines).
 */
import type { MemoryValues } from "./parts/part.ts";

/** Utilisation → extra latency over idle, as a multiple of the idle latency: measured, two sockets. */
// Source: FD.io CSIT, MLC loaded latency on 2 x 24-core Cascade Lake: 80.19 ns idle; bandwidth over the
// 244.3 GB/s at which it saturates.
const LOADED: readonly (readonly [number, number])[] = [
  [0.009, 0],
  [0.048, 0.018],
  [0.115, 0.057],
  [0.163, 0.107],
  [0.226, 0.193],
  [0.371, 0.208],
  [0.548, 0.255],
  [0.969, 1.016],
  [1, 1.816],
];
const UTILISATIONS = Float64Array.from(LOADED, ([x]) => x);
const EXTRAS = Float64Array.from(LOADED, ([, y]) => y);
const LINE = 64;
/** Beyond this the queue is closed by its own sources; latency goes on rising steeply. */
const FULL = 0.995;

/** Extra latency of a memory controller at a utilisation, as a multiple of the idle latency. */
export function loadedExtra(utilisation: number): number {
  let x0 = UTILISATIONS[0] as number;
  let y0 = EXTRAS[0] as number;
  if (utilisation <= x0) return 0;
  for (let i = 0; i < UTILISATIONS.length; i++) {
    const x = UTILISATIONS[i] as number;
    const y = EXTRAS[i] as number;
    if (utilisation <= x) return y0 + (y - y0) * (utilisation - x0) / (x - x0 || 1);
    x0 = x;
    y0 = y;
  }
  return y0 + (utilisation - 1) * 1000;
}

/** Rates in use on every controller and link. */
export class Traffic {
  /** Bytes per ns drawn from each domain's memory, and then from each domain to each other one. */
  private readonly rates: Float64Array;
  private readonly domains: number;
  /** Bytes per ns that a controller, and the links of a pair of sockets, can do; time of a line on these, ns. */
  private readonly memoryCapacity: number;
  private readonly linkCapacity: number;
  private readonly service: number;

  constructor(private readonly values: MemoryValues) {
    const { domains } = values;
    this.domains = domains | 0;
    this.rates = new Float64Array(domains + domains ** 2);
    this.memoryCapacity = values.memoryBandwidth / 1e9;
    this.linkCapacity = values.linkBandwidth * values.linksPerPair / 1e9;
    this.service = LINE / this.linkCapacity;
  }

  /** A flow of `rate` bytes/ns begins (or, negative, ends) from memory of `home` to cores of `to`. */
  add(home: number, to: number, rate: number): void {
    const { rates } = this;
    const from = home | 0;
    rates[from] = (rates[from] as number) + rate;
    if (from === (to | 0)) return;
    const link = this.link(from, to);
    rates[link] = (rates[link] as number) + rate;
  }

  /** The flows of `before` and the changes, which are none from then on. */
  follow(before: Traffic, changes: Traffic): void {
    const { rates } = this;
    const a = before.rates;
    const b = changes.rates;
    for (let i = 0; i < rates.length; i++) {
      rates[i] = (a[i] as number) + (b[i] as number);
      b[i] = 0;
    }
  }

  /** Latency now of a load by a core of `domain` from memory of `home`, in ns. */
  latency(domain: number, home: number): number {
    const v = this.values;
    const rho = (this.rates[home | 0] as number) / this.memoryCapacity;
    const queue = loadedExtra(rho) * v.localLatency;
    if (domain === home) return v.localLatency + queue;
    return v.remoteLatency + queue + this.linkWait(home, domain);
  }

  /** Utilisation of the links from `from` to `to`. */
  linkUtilisation(from: number, to: number): number {
    return (this.rates[this.link(from, to)] as number) / this.linkCapacity;
  }

  private link(from: number, to: number): number {
    return (this.domains + Math.imul(from, this.domains) + to) | 0;
  }

  private linkWait(from: number, to: number): number {
    const rho = this.linkUtilisation(from, to);
    const { service } = this;
    if (rho < FULL) return service * rho / (2 * (1 - rho));
    return service * (FULL / (2 * (1 - FULL)) + (rho - FULL) * 100_000);
  }
}
