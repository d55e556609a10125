/** Observations without a time of their own. */

/** Count, mean, variance and exact quantiles of a set of observations. */
export class Tally {
  #values: number[] = [];
  #sorted = true;
  #mean = 0;
  #m2 = 0;

  /** Adds one observation. @throws {RangeError} for NaN. */
  add(value: number): void {
    if (Number.isNaN(value)) throw new RangeError("a tally was given NaN");
    this.#values.push(value);
    this.#sorted = false;
    const d = value - this.#mean;
    this.#mean += d / this.#values.length;
    this.#m2 += d * (value - this.#mean);
  }
  /** Number of observations. */
  get count(): number {
    return this.#values.length;
  }
  /** Mean; NaN when empty. */
  mean(): number {
    return this.count === 0 ? NaN : this.#mean;
  }
  /** Sample variance (n-1); NaN below two observations. */
  variance(): number {
    return this.count < 2 ? NaN : this.#m2 / (this.count - 1);
  }
  /** Sample standard deviation. */
  stddev(): number {
    return Math.sqrt(this.variance());
  }
  /** Smallest observation. */
  get min(): number {
    return this.quantile(0);
  }
  /** Largest observation. */
  get max(): number {
    return this.quantile(1);
  }
  /** The `p` quantile, linear between order statistics (type 7); NaN when empty. */
  quantile(p: number): number {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile lies between 0 and 1, not at ${p}`);
    if (!this.#sorted) {
      this.#values = Array.from(Float64Array.from(this.#values).sort());
      this.#sorted = true;
    }
    const v = this.#values;
    if (v.length === 0) return NaN;
    const at = p * (v.length - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, v.length - 1);
    return v[low] + (v[high] - v[low]) * (at - low);
  }
  /** Adds all observations of another tally. */
  merge(other: Tally): void {
    for (const v of other.values()) this.add(v);
  }
  /** The observations, in no promised order. */
  values(): readonly number[] {
    return this.#values;
  }
}
