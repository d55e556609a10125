/** Random streams: xoshiro128** (Blackman and Vigna 2018), one independent stream per name. */

/** Spreads (seed, name) over 32-bit words: FNV-1a over the name, then a 32-bit finaliser per word. */
function stateOf(seed: number, name: string): Int32Array {
  let h = 0x811c9dc5;
  const eat = (byte: number) => h = Math.imul(h ^ byte, 0x01000193);
  const low = seed >>> 0;
  const high = Math.floor(seed / 0x100000000) >>> 0;
  for (const byte of new TextEncoder().encode(name)) eat(byte);
  const state = new Int32Array(4);
  const words = [h, low, high, name.length];
  let carry = 0x9e3779b9 | 0;
  for (let i = 0; i < 16; i++) {
    carry = finalise(Math.imul(carry, 0x2c1b3c6d) + (words[i & 3] ^ i) | 0);
    state[i & 3] = Math.imul(state[i & 3], 0x297a2d39) ^ carry;
  }
  if ((state[0] | state[1] | state[2] | state[3]) === 0) state[0] = 1;
  return state;
}

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
  /** Uniform on [0, 1), 53 bits; or on [low, high). */
  uniform(low = 0, high = 1): number {
    const u = ((this.int32() >>> 5) * 0x4000000 + (this.int32() >>> 6)) / 0x20000000000000;
    return low + u * (high - low);
  }
  /** Uniform whole number on [0, n), without bias (Lemire 2019 by rejection). */
  uniformInt(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 0x100000000)) {
      throw new RangeError(`stream "${this.name}": uniformInt needs 1..2^32, not ${n}`);
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
  /** Exponential with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }
  /** Normal with mean `mu` and standard deviation `sigma`. */
  normal(mu = 0, sigma = 1): number {
    const r = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mu + sigma * r * Math.cos(2 * Math.PI * this.uniform());
  }
  /** Log-normal whose logarithm has mean `mu` and standard deviation `sigma`. */
  logNormal(mu: number, sigma: number): number {
    return Math.exp(this.normal(mu, sigma));
  }
  /** Pareto: P(X > x) = (scale / x)^shape for x >= scale. */
  pareto(shape: number, scale: number): number {
    return scale * Math.pow(1 - this.uniform(), -1 / shape);
  }
  /** Burr XII: P(X > x) = (1 + (x / lambda)^c)^-k. */
  burr12(c: number, k: number, lambda: number): number {
    return lambda * Math.pow(Math.pow(1 - this.uniform(), -1 / k) - 1, 1 / c);
  }
  /** One of the array's elements. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError(`stream "${this.name}": pick from an empty array`);
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
}
