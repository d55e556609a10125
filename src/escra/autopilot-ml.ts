/**
 * Autopilot's ML recommender (Rzadca et al., EuroSys 2020, section 3.2.2): an ensemble of argmin
 * models, each with a decay and a safety margin; the one with the least discounted cost sets the limit.
 */

/** Weights are unpublished, and the chapter tuned its own for the best performance. */
export interface MlWeights {
  /** Cost of a sample over the limit. */
  readonly over: number;
  /** Cost of a sample under it. */
  readonly under: number;
  /** Cost of a changed limit, and of a changed model. */
  readonly changeLimit: number;
  readonly changeModel: number;
  /** Discount of a model's cost. */
  readonly discount: number;
  /** Decays of the models. */
  readonly decays: readonly number[];
  /** Safety margins of the models, in buckets. */
  readonly margins: readonly number[];
}

/**
 * The open re-implementation's weights and models (AUTOPILOT.md): decays from 0.1 to 1 in tenths, and no
 * margin or one of 1 on a scale that ends at about 10, which is 40 of 400 buckets.
 */
export const SOURCE_WEIGHTS: MlWeights = {
  over: 0.5,
  under: 0.25,
  changeLimit: 0.1,
  changeModel: 0.1,
  discount: 0.75,
  decays: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  margins: [0, 40],
};

/** What src/escra/bench/tune-autopilot.ts chose by performance in the simulation: see AUTOPILOT.md. */
export const TUNED_WEIGHTS: MlWeights = {
  ...SOURCE_WEIGHTS,
  under: 0.025,
  changeLimit: 0.01,
  changeModel: 0.01,
  margins: [40],
};

/** Buckets of a usage histogram. */
export const BUCKETS = 400;

/** One resource of one container. */
export class MlRecommender {
  /** Edge of bucket `k` is `(k + 1) * width`. */
  readonly width: number;
  readonly #weights: MlWeights;
  readonly #over: Float64Array[];
  readonly #under: Float64Array[];
  readonly #best: number[];
  readonly #cost: Float64Array;
  readonly #limits: Int32Array;
  #model = -1;
  #limit = -1;

  /** @param largest usage that the last bucket stands for. */
  constructor(largest: number, weights: MlWeights = TUNED_WEIGHTS) {
    this.width = largest / BUCKETS;
    this.#weights = weights;
    this.#over = weights.decays.map(() => new Float64Array(BUCKETS));
    this.#under = weights.decays.map(() => new Float64Array(BUCKETS));
    this.#best = weights.decays.map(() => -1);
    const models = weights.decays.length * weights.margins.length;
    this.#cost = new Float64Array(models);
    this.#limits = new Int32Array(models).fill(-1);
  }

  /** Usage samples of one update window; gives the limit. */
  update(samples: readonly number[]): number {
    const w = this.#weights;
    const counts = new Float64Array(BUCKETS);
    for (const s of samples) {
      const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.ceil(s / this.width) - 1));
      counts[bucket] = (counts[bucket] as number) + 1;
    }
    // Samples above and below each limit.
    const above = new Float64Array(BUCKETS), below = new Float64Array(BUCKETS);
    for (let k = BUCKETS - 2; k >= 0; k--) {
      above[k] = (above[k + 1] as number) + (counts[k + 1] as number);
    }
    for (let k = 1; k < BUCKETS; k++) {
      below[k] = (below[k - 1] as number) + (counts[k - 1] as number);
    }
    let chosen = -1, least = Infinity;
    w.decays.forEach((decay, d) => {
      const over = this.#over[d] as Float64Array, under = this.#under[d] as Float64Array;
      let best = 0, bestCost = Infinity;
      for (let k = 0; k < BUCKETS; k++) {
        over[k] = (1 - decay) * (over[k] as number) + decay * (above[k] as number);
        under[k] = (1 - decay) * (under[k] as number) + decay * (below[k] as number);
        const cost = w.over * (over[k] as number) + w.under * (under[k] as number) +
          (k === this.#best[d] ? 0 : w.changeLimit);
        if (cost < bestCost) {
          best = k;
          bestCost = cost;
        }
      }
      this.#best[d] = best;
      w.margins.forEach((margin, m) => {
        const i = d * w.margins.length + m;
        const limit = Math.min(BUCKETS - 1, best + margin);
        // The model is judged by the limit that it had set before these samples came.
        const had = (this.#limits[i] as number) < 0 ? limit : this.#limits[i] as number;
        const now = w.over * (above[had] as number) + w.under * (below[had] as number) +
          (limit === had ? 0 : w.changeLimit);
        this.#cost[i] = w.discount * now + (1 - w.discount) * (this.#cost[i] as number);
        this.#limits[i] = limit;
        const total = (this.#cost[i] as number) + (i === this.#model ? 0 : w.changeModel) +
          (limit === this.#limit ? 0 : w.changeLimit);
        if (total < least) {
          least = total;
          chosen = i;
        }
      });
    });
    this.#model = chosen;
    this.#limit = this.#limits[chosen] as number;
    return (this.#limit + 1) * this.width;
  }
}
