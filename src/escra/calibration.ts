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

/** Requests per second that are sent, by workload (section 5.6.1). */
const SENT: Readonly<Record<string, number>> = { fixed: 400, exp: 300 };

/** From this ratio of its first half's rate to its mean rate on, a run broke down midway. */
const BREAKDOWN = 1.2;

/**
 * The static rows of the measured runs but those that broke down midway, whose completed requests are not
 * what the limits let through; rows of other policies are dropped unread.
 */
export function staticRuns(csv: string): StaticRun[] {
  return csv.trim().split(/\r?\n/).slice(1)
    .map((line) => line.split(","))
    .filter(([, , policy]) => policy === "static")
    .filter(([, workload, , , , completed, recorded, , p50]) =>
      firstHalfRate(SENT[workload as string] as number, Number(recorded), Number(p50)) <=
        BREAKDOWN * Number(completed)
    )
    .map(([app, workload, , multiplier, , completed]) => ({
      app: app as string,
      workload: workload as string,
      multiplier: Number(multiplier),
      completed: Number(completed),
    }));
}

/**
 * Rate at which the first half of the recorded requests was answered, 1/s: in an overloaded open loop that
 * lags more and more, the request in the middle was sent half of them over `sent` (1/s) after the begin,
 * and answered the median latency (ms) later.
 */
export function firstHalfRate(sent: number, recorded: number, p50: number): number {
  return recorded / 2 / (recorded / 2 / sent + p50 / 1000);
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
