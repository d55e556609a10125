/** Observations without a time of their own. */
import { build, type Histogram } from "hdr-histogram-js";

/** How a tally keeps what it is given. */
export interface TallyOptions {
  /**
   * Keep a high dynamic range histogram instead of every value: constant memory, quantiles to this
   * many significant digits (1 to 5), values rounded to whole ones from 0. Default: exact.
   */
  readonly digits?: 1 | 2 | 3 | 4 | 5;
}

/**
 * Count, mean, variance (by Welford's updates), extremes and quantiles of a set of observations. Mean,
 * variance and extremes are exact in either form.
 */
export class Tally {
  /** Smallest observation; Infinity when empty. */
  min = Infinity;
  /** Largest observation; -Infinity when empty. */
  max = -Infinity;
  readonly #digits: number | undefined;
  readonly #histogram: Histogram | null;
  #values = new Float64Array(16);
  #sorted: Float64Array | null = null;
  #count = 0;
  #mean = 0;
  #squares = 0;

  /**
   * @param options `digits`: quantiles from a histogram of so many significant digits, in bounded
   * memory.
   */
  constructor(options: TallyOptions = {}) {
    this.#digits = options.digits;
    this.#histogram = options.digits === undefined ? null : build({
      numberOfSignificantValueDigits: options.digits,
      autoResize: true,
      bitBucketSize: 64,
      useWebAssembly: false,
    });
  }

  /** Adds one observation. @throws {RangeError} for NaN; for a negative value with `digits`. */
  add(value: number): void {
    if (Number.isNaN(value)) throw new RangeError("a tally was given NaN");
    if (this.#histogram !== null) {
      if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
        throw new RangeError(`a tally with digits takes values from 0 to 2^53, not ${value}`);
      }
      this.#histogram.recordValue(Math.round(value));
    } else {
      if (this.#count === this.#values.length) {
        const longer = new Float64Array(2 * this.#count);
        longer.set(this.#values);
        this.#values = longer;
      }
      this.#values[this.#count] = value;
      this.#sorted = null;
    }
    const off = value - this.#mean;
    this.#mean += off / ++this.#count;
    this.#squares += off * (value - this.#mean);
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** Number of observations. */
  get count(): number {
    return this.#count;
  }
  /** Mean; NaN when empty. */
  mean(): number {
    return this.#count === 0 ? NaN : this.#mean;
  }
  /** Sample variance (divisor n-1); NaN below two observations. */
  variance(): number {
    return this.#count < 2 ? NaN : this.#squares / (this.#count - 1);
  }
  /** Sample standard deviation; NaN below two observations. */
  stddev(): number {
    return Math.sqrt(this.variance());
  }

  /**
   * The `p` quantile, linear between order statistics (type 7 of Hyndman and Fan 1996, the default of
   * NumPy and R); NaN when empty. With `digits`, the upper end of the histogram's bucket.
   *
   * @throws {RangeError} unless 0 <= p <= 1.
   */
  quantile(p: number): number {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile lies between 0 and 1, not at ${p}`);
    if (this.#count === 0) return NaN;
    if (this.#histogram !== null) {
      return Math.min(this.max, this.#histogram.getValueAtPercentile(100 * p));
    }
    const sorted = this.#sorted ??= this.#values.slice(0, this.#count).sort();
    const at = p * (this.#count - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, this.#count - 1);
    return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
  }

  /** Adds all observations of another tally. @throws {TypeError} unless both keep them alike. */
  merge(other: Tally): void {
    if (other.#digits !== this.#digits) {
      throw new TypeError(
        "only tallies of the same kind (exact, or of equal digits) can be merged",
      );
    }
    if (this.#histogram === null) {
      for (const value of other.values()) this.add(value);
      return;
    }
    if (other.#count === 0) return;
    this.#histogram.add(other.#histogram as Histogram);
    const count = this.#count + other.#count;
    const off = other.#mean - this.#mean;
    this.#squares += other.#squares + off * off * this.#count * other.#count / count;
    this.#mean += off * other.#count / count;
    this.#count = count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  /** The observations in order of arrival; none with `digits`. */
  values(): Float64Array {
    return this.#values.slice(0, this.#histogram === null ? this.#count : 0);
  }
}
