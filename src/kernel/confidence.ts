/** Confidence intervals, and when a simulation has warmed up. */
import { studentQuantile } from "./special-functions.ts";

/** A mean with its confidence interval. */
export interface Interval {
  /** In the unit of the values, as both ends. */
  readonly mean: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Values (replications or batches) behind it. */
  readonly n: number;
}

/**
 * The mean of independent replications with Student's t interval. With one value, low and high are NaN.
 *
 * @throws {RangeError} for no values, or a level outside (0, 1).
 */
export function replicationInterval(values: ArrayLike<number>, level = 0.95): Interval {
  const n = values.length;
  if (n === 0) throw new RangeError("a confidence interval needs at least one value");
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const off = values[i] - mean;
    mean += off / (i + 1);
    squares += off * (values[i] - mean);
  }
  if (n === 1) return { mean, low: NaN, high: NaN, n };
  const half = studentQuantile((1 + level) / 2, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { mean, low: mean - half, high: mean + half, n };
}

/**
 * The steady-state mean of one long run by non-overlapping batch means: the series is cut into
 * `batches` equal pieces (a remainder at its beginning is left out), whose means count as independent.
 *
 * @throws {RangeError} for fewer than two observations per batch, or fewer than two batches.
 */
export function batchMeans(series: ArrayLike<number>, batches = 20, level = 0.95): Interval {
  const size = Math.floor(series.length / batches);
  if (!(Number.isInteger(batches) && batches >= 2 && size >= 2)) {
    throw new RangeError(
      `${series.length} observations cannot make ${batches} batches of at least 2; take fewer batches`,
    );
  }
  const first = series.length - size * batches;
  const means = new Float64Array(batches);
  for (let b = 0; b < batches; b++) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += series[first + b * size + i];
    means[b] = sum / size;
  }
  return replicationInterval(means, level);
}

/** What `mser5` found. */
export interface WarmUp {
  /** Observations to leave out at the beginning (a multiple of 5). */
  readonly cut: number;
  /** Mean of the rest. */
  readonly mean: number;
  /** False when the best cut lies in the second half: then the run is too short to tell. */
  readonly settled: boolean;
}

/**
 * MSER-5 (White 1997): leaves out as many means of five observations at the beginning as make the
 * squared standard error of the rest least. At least five of those means are kept.
 *
 * @throws {RangeError} for fewer than 50 observations.
 */
export function mser5(series: ArrayLike<number>): WarmUp {
  const n = Math.floor(series.length / 5);
  if (n < 10) throw new RangeError(`MSER-5 needs at least 50 observations, not ${series.length}`);
  const means = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < 5; j++) means[i] += series[5 * i + j] / 5;
  }
  // Backwards, so that mean and squares of every remainder come by one update each.
  let best = Infinity;
  let cut = 0;
  let mean = 0;
  let squares = 0;
  let bestMean = 0;
  for (let d = n - 1; d >= 0; d--) {
    const left = n - d;
    const off = means[d] - mean;
    mean += off / left;
    squares += off * (means[d] - mean);
    if (left < 5) continue; // a few values at the end can agree by chance
    const error = squares / (left * left);
    if (error <= best) {
      best = error;
      cut = d;
      bestMean = mean;
    }
  }
  return { cut: 5 * cut, mean: bestMean, settled: cut <= n / 2 };
}
