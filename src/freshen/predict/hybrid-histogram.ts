/**
 * The hybrid histogram of Shahrad et al. (USENIX ATC 2020) as a predictor of an action's next request:
 * inter-arrival times in bins of a minute; used where they are concentrated, else silent (their fixed
 * keep-alive; the ARIMA branch for very long intervals is left out, as it concerns few requests).
 */
import type { Action } from "../../serverless/mod.ts";
import type { Forecast, Predictor } from "./predictor.ts";

/** Settings; defaults as published. */
export interface HybridHistogramOptions {
  /** Width of a bin, ns. Default 1 min. */
  readonly bin?: number;
  /** Bins. Default 240: four hours. */
  readonly bins?: number;
  /** Percentile of the earliest and the latest expected arrival. Default 0.05 and 0.99. */
  readonly head?: number;
  readonly tail?: number;
  /** Least coefficient of variation of the bins' counts. Default 2. */
  readonly cv?: number;
  /** Most share of intervals beyond the last bin. Default 0.5. */
  readonly outside?: number;
  /** Intervals seen before it is used. Default 5. */
  readonly least?: number;
}

const MINUTE = 60e9;

interface Histogram {
  last: number;
  readonly counts: Uint32Array;
  total: number;
  outside: number;
  /** Sum of squares of the counts. */
  squares: number;
}

/** Foretells an action's next request from its own past. */
export class HybridHistogram implements Predictor {
  readonly #known = new Map<Action, Histogram>();
  readonly #bin: number;
  readonly #bins: number;
  constructor(private readonly options: HybridHistogramOptions = {}) {
    this.#bin = options.bin ?? MINUTE;
    this.#bins = options.bins ?? 240;
  }

  requested(action: Action, _by: Action | undefined, now: number): readonly Forecast[] {
    const known = this.#known.get(action);
    if (known === undefined) {
      const counts = new Uint32Array(this.#bins);
      this.#known.set(action, { last: now, counts, total: 0, outside: 0, squares: 0 });
      return [];
    }
    const at = Math.floor((now - known.last) / this.#bin);
    known.last = now;
    if (at >= this.#bins) known.outside++;
    else {
      const before = known.counts[at]++;
      known.squares += 2 * before + 1;
      known.total++;
    }
    return this.#forecast(action, known);
  }

  ended(): readonly Forecast[] {
    return [];
  }

  #forecast(action: Action, known: Histogram): Forecast[] {
    const { head = 0.05, tail = 0.99, cv = 2, outside = 0.5, least = 5 } = this.options;
    const { counts, total } = known;
    if (total < least || known.outside > outside * (total + known.outside)) return [];
    const mean = total / this.#bins;
    const variance = known.squares / this.#bins - mean * mean;
    if (Math.sqrt(variance) / mean < cv) return [];
    let [first, last, sum] = [-1, -1, 0];
    for (let i = 0; i < this.#bins && last < 0; i++) {
      sum += counts[i];
      if (first < 0 && sum >= head * total) first = i;
      if (sum >= tail * total) last = i;
    }
    // The margin of the paper: 10 % earlier and later.
    const after = first * this.#bin * 0.9;
    const window = (last + 1) * this.#bin * 1.1;
    return [{ action, after, window, probability: tail - head }];
  }
}
