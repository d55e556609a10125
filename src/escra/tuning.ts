/**
 * How Autopilot's unpublished weights are chosen: the chapter "tuned them to values that resulted in the best
 * performance" (section 5.6.1), and so does this, in simulation. The rule stands in AUTOPILOT.md and was
 * committed before the first run; no measured run is read. For bench/tune-autopilot.ts.
 */
import { SOURCE_WEIGHTS } from "./autopilot-ml.ts";
import type { Microservices } from "./parameters.ts";

/** A point of the grid, as parameters of `escra/microservices`. */
export type TuningPoint = Pick<
  Microservices,
  | "autopilot_zero_margin"
  | "autopilot_memory"
  | "autopilot_under"
  | "autopilot_change_limit"
  | "autopilot_change_model"
>;

/** What a run of one application gave. */
export interface TuningRun {
  /** Replies without an error. */
  readonly good: number;
  /** ms */
  readonly p999: number;
}

/** Times the open re-implementation's weight. */
export const FACTORS = [0.1, 1, 10] as const;
/** Points whose sums are nearer to the most than this share are equally good. */
export const TIE = 0.01;

/**
 * With and without the models that have no margin, both readings of memory, and each weight at a tenth, once
 * and ten times the source's. What an overrun costs stays: only ratios matter.
 */
export function tuningGrid(): TuningPoint[] {
  const { under, changeLimit, changeModel } = SOURCE_WEIGHTS;
  const times = (w: number) => FACTORS.map((f) => Number((f * w).toPrecision(6)));
  let points: Partial<TuningPoint>[] = [{}];
  const by = <K extends keyof TuningPoint>(key: K, values: readonly TuningPoint[K][]) => {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [key]: value })));
  };
  by("autopilot_zero_margin", [false, true]);
  by("autopilot_memory", ["ml", "peak"]);
  by("autopilot_under", times(under));
  by("autopilot_change_limit", times(changeLimit));
  by("autopilot_change_model", times(changeModel));
  return points as TuningPoint[];
}

/** Sum of good replies over the applications. */
export function answered(runs: readonly TuningRun[]): number {
  return runs.reduce((sum, { good }) => sum + good, 0);
}

/**
 * Index of the best: most good replies; within the tie, the least geometric mean of the 99.9th
 * percentiles; then the first. `undefined` stands for a point that cannot be it.
 */
export function best(points: readonly (readonly TuningRun[] | undefined)[]): number {
  const most = Math.max(...points.map((runs) => runs === undefined ? -1 : answered(runs)));
  let index = -1, least = Infinity;
  points.forEach((runs, i) => {
    if (runs === undefined || answered(runs) < (1 - TIE) * most) return;
    const latency = runs.reduce((sum, { p999 }) => sum + Math.log(Math.max(p999, 1e-6)), 0);
    if (latency < least) [index, least] = [i, latency];
  });
  return index;
}

/** Whether a point with these runs, and `left` that give `each` at most, may still be the best. */
export function mayWin(
  runs: readonly TuningRun[],
  left: number,
  each: number,
  most: number,
): boolean {
  return answered(runs) + left * each >= (1 - TIE) * most;
}
