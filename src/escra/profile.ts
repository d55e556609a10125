/** Static limits as section 5.6.2 makes them: each container's measured peak, times a multiplier. */
import type { Platform } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";
import type { Application } from "../workloads/mod.ts";
import { type Limits, STATIC_FLOOR, StaticPolicy } from "./policy.ts";
import { type Load, runLoad } from "./run.ts";

/** Peaks of one container: CPU over the tool's interval, cores; memory, bytes. */
export interface Peak {
  readonly cpu: number;
  readonly memory: number;
}

/** The load and length of a profiling run. */
export interface ProfileOptions {
  readonly sim: Simulation;
  readonly platform: Platform;
  readonly application: Application;
  readonly load: Load;
  readonly period: number;
  readonly stackDelay: number;
  readonly spread: number;
  readonly sliceExpiry: boolean;
  /** Peaks from deployment on, the start of the programs among them; else under the load only. */
  readonly includeStart: boolean;
  /** Seconds over which the tool averages CPU use. */
  readonly interval: number;
}

/**
 * The profiling run: no limits, peaks of each container in the order of the services. A tool that keeps
 * a container's largest use sees its start, too: class loading and compiling in a managed runtime.
 */
export function profile(options: ProfileOptions): Peak[] {
  const { application, load, interval } = options;
  const peaks = application.services.map(() => ({ cpu: 0, memory: 0 }));
  const sums = application.services.map(() => ({ used: 0, seconds: 0 }));
  runLoad({
    ...options,
    policy: new StaticPolicy(peaks.map(() => ({ cpu: Infinity, memory: Infinity }))),
    load,
    settle: 1e9,
    sampleStart: options.includeStart,
    sample: ({ container, used, memory }) => {
      const peak = peaks[container.id] as { cpu: number; memory: number };
      const sum = sums[container.id] as { used: number; seconds: number };
      sum.used += used;
      if (++sum.seconds === interval) {
        peak.cpu = Math.max(peak.cpu, sum.used / interval);
        sum.used = sum.seconds = 0;
      }
      peak.memory = Math.max(peak.memory, memory);
    },
  });
  return peaks;
}

/**
 * Limits at a multiplier of the peaks, scaled so that their sum at 1x is the application's published
 * one: static limits and Escra then have the same total. None is under the floor.
 */
export function staticLimits(
  application: Application,
  peaks: readonly Peak[],
  multiplier: number,
): Limits[] {
  const published = application.globalLimits.get(1);
  const memories = peaks.map((p) => Math.max(p.memory, 2 ** 24));
  if (published === undefined) {
    return peaks.map((p, i) => ({
      cpu: Math.max(STATIC_FLOOR, p.cpu * multiplier),
      memory: (memories[i] as number) * multiplier,
    }));
  }
  const cpus = fill(peaks.map((p) => p.cpu), published.cpu, STATIC_FLOOR);
  const total = application.globalLimits.get(multiplier)?.memory ?? published.memory * multiplier;
  const sum = memories.reduce((a, b) => a + b, 0);
  return cpus.map((cpu, i) => ({
    // A container at the floor stays there at every multiplier, as in the published profile.
    cpu: cpu <= STATIC_FLOOR + 1e-9 ? STATIC_FLOOR : Math.max(STATIC_FLOOR, cpu * multiplier),
    memory: total * (memories[i] as number) / sum,
  }));
}

/** Values in proportion to `weights`, at least `floor` each, that sum to `total`. */
function fill(weights: readonly number[], total: number, floor: number): number[] {
  let low = 0, high = total / Math.max(1e-9, Math.min(...weights.filter((w) => w > 0), total));
  for (let i = 0; i < 100; i++) {
    const k = (low + high) / 2;
    if (weights.reduce((sum, w) => sum + Math.max(floor, k * w), 0) > total) high = k;
    else low = k;
  }
  return weights.map((w) => Math.max(floor, low * w));
}
