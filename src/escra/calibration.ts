/**
 * What an application's one fitted number, `cpu_scale`, is fitted to: the authors' static runs, and nothing
 * of Escra or Autopilot. For bench/calibrate.ts and calibration_test.ts.
 */
import type { Platform } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import { microservicesExperiment } from "./microservices.ts";
import { microservices } from "./parameters.ts";

/** A measured static run. */
export interface StaticRun {
  /** As the measurements name it: hipster, media, teastore, ticket. */
  readonly app: string;
  readonly workload: string;
  readonly multiplier: number;
  /** Requests per second. */
  readonly completed: number;
}

/** The static rows of the measured runs; the others are dropped unread. */
export function staticRuns(csv: string): StaticRun[] {
  return csv.trim().split(/\r?\n/).slice(1)
    .map((line) => line.split(","))
    .filter(([, , policy]) => policy === "static")
    .map(([app, workload, , multiplier, , completed]) => ({
      app: app as string,
      workload: workload as string,
      multiplier: Number(multiplier),
      completed: Number(completed),
    }));
}

/** An application's YAML with another scale. @throws {RangeError} where it has none. */
export function withScale(yaml: string, scale: number): string {
  const line = /^cpu_scale: .*$/m;
  if (!line.test(yaml)) throw new RangeError("expected a line cpu_scale: in the application");
  return yaml.replace(line, `cpu_scale: ${scale}`);
}

/** Simulated completed requests of one run over the measured ones, as a logarithm. */
export function missed(yaml: string, run: StaticRun, platform: Platform, duration: string): number {
  const rows = [...microservicesExperiment.run({
    parameters: microservices.parse({
      application: "application.yaml",
      policy: "static",
      workload: run.workload,
      limit_multiplier: run.multiplier,
      duration,
    }),
    platform,
    seed: 1,
    simulation: () => new Simulation({ seed: 1 }),
    input: () => yaml,
    warn: () => {},
  })];
  return Math.log(Number(rows[0]?.["completed_rps"]) / run.completed);
}

/** Least value of a function between two positive numbers, by golden section on the logarithm. */
export function goldenSection(
  of: (x: number) => number,
  low: number,
  high: number,
  steps: number,
): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let a = Math.log(low), b = Math.log(high);
  let c = b - golden * (b - a), d = a + golden * (b - a);
  let atC = of(Math.exp(c)), atD = of(Math.exp(d));
  for (let i = 0; i < steps; i++) {
    if (atC <= atD) {
      b = d;
      [d, atD] = [c, atC];
      atC = of(Math.exp(c = b - golden * (b - a)));
    } else {
      a = c;
      [c, atC] = [d, atD];
      atD = of(Math.exp(d = a + golden * (b - a)));
    }
  }
  return Math.exp(atC <= atD ? c : d);
}
