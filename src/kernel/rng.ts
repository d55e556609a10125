/** Random streams: xoshiro128** (Blackman and Vigna 2018), one independent stream per name. */

import { empirical, poisson, zipf } from "./samplers.ts";
import { normalQuantile } from "./special-functions.ts";

const NORMAL_P90 = normalQuantile(0.9);

/** Spreads (seed, name) over the 128 bits of the state, every bit of either over all of it. */
function stateOf(seed: number, name: string): Int32Array {
  const state = Int32Array.of(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344); // digits of pi
  const absorb = (word: number) => {
    for (let i = 0; i < 4; i++) {
      state[i] = finalise(state[i] ^ word) + Math.imul(state[(i + 1) & 3], 0x9e3779b9);
    }
  };
  absorb(seed >>> 0);
  absorb(Math.floor(seed / 0x100000000));
  const bytes = new TextEncoder().encode(name);
  for (const byte of bytes) absorb(byte);
  absorb(~bytes.length);
  if ((state[0] | state[1] | state[2] | state[3]) === 0) state[0] = 1;
  return state;
}

/** A bijection of 32 bits that mixes well (two rounds of xor-shift and multiply). */
function finalise(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

/** A random stream, made by `simulation.rng(name)`. The same seed and name give the same draws. */
export class Rng {
  readonly #s: Int32Array;

  /** @param state the four words of the generator; for tests against published outputs. */
  constructor(seed: number, readonly name: string, state?: Int32Array) {
    this.#s = state ?? stateOf(seed, name);
  }

  /** The next 32 random bits as a signed integer. */
  int32(): number {
    const s = this.#s;
    const s1 = s[1];
    const m = Math.imul(s1, 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9);
    const s2 = s[2] ^ s[0];
    const s3 = s[3] ^ s1;
    s[1] = s1 ^ s2;
    s[0] ^= s3;
    s[2] = s2 ^ (s1 << 9);
    s[3] = (s3 << 11) | (s3 >>> 21);
    return result;
  }
  /** Uniform on [0, 1) with 53 random bits; or on [low, high). */
  uniform(low = 0, high = 1): number {
    const u = ((this.int32() >>> 5) * 0x4000000 + (this.int32() >>> 6)) / 0x20000000000000;
    return low + u * (high - low);
  }

  /**
   * Uniform whole number on [0, n), without bias: the incomplete last block of n is rejected.
   *
   * @throws {RangeError} unless n is a whole number from 1 to 2^32.
   */
  uniformInt(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 0x100000000)) {
      throw this.#bad("uniformInt", "a whole number from 1 to 2^32", n);
    }
    const limit = 0x100000000 - 0x100000000 % n;
    let x = this.int32() >>> 0;
    while (x >= limit) x = this.int32() >>> 0;
    return x % n;
  }

  /** True with probability `p`. */
  bernoulli(p: number): boolean {
    return this.uniform() < p;
  }

  /**
   * Exponential with this mean. By inversion, like the other continuous draws but the sampler functions:
   * one uniform a draw, monotone in it, so that common random numbers stay in step.
   */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Normal with mean `mu` and standard deviation `sigma` (inversion, AS 241). */
  normal(mu = 0, sigma = 1): number {
    // Half a step from 0, so that the quantile is finite.
    return mu + sigma * normalQuantile(this.uniform() + 2 ** -54);
  }

  /** Log-normal: its logarithm is normal with mean `mu` and standard deviation `sigma`. */
  logNormal(mu: number, sigma: number): number {
    return Math.exp(this.normal(mu, sigma));
  }

  /**
   * Log-normal with this median and 90th percentile.
   *
   * @throws {RangeError} unless 0 < median <= p90.
   */
  logNormalByPercentiles(median: number, p90: number): number {
    if (!(median > 0 && p90 >= median && p90 < Infinity)) {
      throw this.#bad("logNormalByPercentiles", "0 < median <= p90", `${median} and ${p90}`);
    }
    return median * Math.exp(this.normal(0, Math.log(p90 / median) / NORMAL_P90));
  }

  /** Pareto: P(X > x) = (scale / x)^shape for x >= scale. */
  pareto(shape: number, scale: number): number {
    return scale * Math.pow(1 - this.uniform(), -1 / shape);
  }

  /** Burr XII: P(X > x) = (1 + (x / lambda)^c)^-k. */
  burr12(c: number, k: number, lambda: number): number {
    // expm1 and log1p keep the small values exact, where 1 - u is next to 1.
    return lambda * Math.pow(Math.expm1(-Math.log1p(-this.uniform()) / k), 1 / c);
  }

  /** Weibull: P(X > x) = exp(-(x / scale)^shape). */
  weibull(shape: number, scale: number): number {
    return scale * Math.pow(-Math.log1p(-this.uniform()), 1 / shape);
  }

  /** Erlang: the sum of `stages` exponentials, of this mean in all. */
  erlang(stages: number, mean: number): number {
    let sum = 0;
    for (let i = 0; i < stages; i++) sum += this.exponential(mean / stages);
    return sum;
  }

  /** Poisson with this mean: by multiplication below 10, by transformed rejection (PTRS) above. */
  poisson(mean: number): number {
    if (!(mean >= 0 && mean < 2 ** 31)) throw this.#bad("poisson", "a mean from 0 to 2^31", mean);
    return poisson(this, mean);
  }

  /**
   * A sampler of ranks 1..n with P(k) proportional to k^-s, in O(1) memory whatever n (Hörmann and
   * Derflinger 1996): `const key = rng.zipf(67e6, 0.99); key()`.
   *
   * @throws {RangeError} unless n is a whole number from 1 and s >= 0.
   */
  zipf(n: number, s: number): () => number {
    if (!(Number.isSafeInteger(n) && n >= 1)) throw this.#bad("zipf", "a whole number of ranks", n);
    if (!(s >= 0 && s < Infinity)) throw this.#bad("zipf", "an exponent from 0", s);
    return zipf(this, n, s);
  }

  /**
   * A sampler of an empirical distribution given by points (value, cumulative probability).
   *
   * `linear` draws between the points, the first being the least value; `step` draws the values
   * themselves, each with the probability by which it raises the CDF.
   *
   * @throws {RangeError} for points that do not rise, or that do not end at probability 1.
   */
  empiricalCdf(
    points: readonly (readonly [value: number, probability: number])[],
    interpolation: "linear" | "step" = "linear",
  ): () => number {
    return empirical(this, points, interpolation);
  }

  /** One of the elements, each as likely. @throws {RangeError} for an empty array. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw this.#bad("pick", "an array with elements", "an empty one");
    return from[this.uniformInt(from.length)];
  }

  /** Shuffles in place (Fisher-Yates) and returns the array. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.uniformInt(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }

  #bad(method: string, expected: string, given: unknown): RangeError {
    return new RangeError(`stream "${this.name}": ${method} needs ${expected}, not ${given}`);
  }
}
