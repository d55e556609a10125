/** A quantity over simulated time. */
import type { Simulation } from "./simulation.ts";

/** A piecewise constant quantity: its time-weighted mean, variance and extremes since it began. */
export class Level {
  // value, since, began, area, square, max, min: one typed array, so that a change allocates nothing.
  readonly #s = new Float64Array(7);
  readonly #clock: { readonly now: number };

  /** @param initial value from now on. */
  constructor(readonly sim: Simulation, initial = 0) {
    this.#clock = sim.clock;
    this.#s[0] = this.#s[5] = this.#s[6] = initial;
    this.#s[1] = this.#s[2] = sim.now;
  }

  /** The value now. */
  get value(): number {
    return this.#s[0];
  }
  /** Highest value so far. */
  get max(): number {
    return this.#s[5];
  }
  /** Lowest value so far. */
  get min(): number {
    return this.#s[6];
  }
  /** The value from now on. */
  set(value: number): void {
    const s = this.#s;
    const now = this.#clock.now;
    const span = now - s[1];
    if (span !== 0) {
      const area = s[0] * span;
      s[3] += area;
      s[4] += s[0] * area;
      s[1] = now;
    }
    s[0] = value;
    if (value > s[5]) s[5] = value;
    else if (value < s[6]) s[6] = value;
  }
  /** Changes the value by `by`. */
  add(by: number): void {
    this.set(this.#s[0] + by);
  }
  /** Forgets the past (the end of a warm-up). */
  reset(): void {
    const s = this.#s;
    s[1] = s[2] = this.sim.now;
    s[3] = s[4] = 0;
    s[5] = s[6] = s[0];
  }
  /** Integral over time (value x ns). */
  area(): number {
    this.set(this.#s[0]);
    return this.#s[3];
  }
  /** Time-weighted mean; the value itself if no time has passed. */
  mean(): number {
    const area = this.area();
    const span = this.#s[1] - this.#s[2];
    return span === 0 ? this.#s[0] : area / span;
  }
  /** Time-weighted variance. */
  variance(): number {
    const mean = this.mean();
    const span = this.#s[1] - this.#s[2];
    return span === 0 ? 0 : Math.max(0, this.#s[4] / span - mean * mean);
  }
}
