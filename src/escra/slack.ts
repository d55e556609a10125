/**
 * Slack of containers, measured in two ways: each second, and as the published controller logs it: one line
 * for each datagram that it takes (gregcusack/ec_gcm, Manager.cpp: after stale ones are turned away).
 */
import type { PeriodReport } from "../hardware/mod.ts";
import { type Container, percentile } from "../workloads/mod.ts";
import type { Sample } from "./run.ts";

const MIB = 2 ** 20;
/** Bins of the telemetry's slack, cores. */
const BIN = 0.001, BINS = 10_000;

/** Slack over containers and time, without the warm-up. */
export class Slacks {
  readonly #cpu: number[] = [];
  readonly #memory: number[] = [];
  readonly #bins = new Uint32Array(BINS);
  #logged = 0;
  #open = false;
  #sorted: { readonly cpu: Float64Array; readonly memory: Float64Array } | undefined;
  /** Sum of all samples' CPU limits, cores. */
  limits = 0;

  constructor(private readonly warmUp: number) {}

  /** A second of a container: limit minus use, and memory limit minus usage at its end. */
  add(s: Sample): void {
    this.limits += s.cpuLimit;
    if (s.time < this.warmUp) return;
    this.#open = true;
    this.#cpu.push(s.cpuLimit - s.used);
    this.#memory.push((s.memoryLimit - s.memory) / MIB);
  }

  /** A CPU period's end: what was left in the pool, as a hook reports it; idle periods are silent. */
  readonly report = (report: PeriodReport, container: Container): void => {
    if (!report.idle) this.log(report.pool / container.cpu.period);
  };

  /** Unused runtime that was reported, cores. */
  log(cores: number): void {
    if (!this.#open) return;
    const bin = Math.min(BINS - 1, Math.floor(cores / BIN));
    this.#bins[bin] = (this.#bins[bin] as number) + 1;
    this.#logged++;
  }

  /** Limit minus use over seconds, cores. @param p percentile, 0 to 100. */
  cpu(p: number): number {
    return percentile(this.#sort().cpu, Math.max(p, 1e-6));
  }
  /** Limit minus usage over seconds, MiB. */
  memory(p: number): number {
    return percentile(this.#sort().memory, Math.max(p, 1e-6));
  }
  /** Percentile of the unused runtime that was reported, cores; NaN for none. */
  telemetry(p: number): number {
    if (this.#logged === 0) return NaN;
    const rank = Math.max(1, Math.ceil(p / 100 * this.#logged));
    let seen = 0;
    for (let bin = 0; bin < BINS; bin++) {
      seen += this.#bins[bin] as number;
      if (seen >= rank) return bin * BIN;
    }
    return BINS * BIN;
  }

  #sort(): { readonly cpu: Float64Array; readonly memory: Float64Array } {
    return this.#sorted ??= {
      cpu: Float64Array.from(this.#cpu).sort(),
      memory: Float64Array.from(this.#memory).sort(),
    };
  }
}
