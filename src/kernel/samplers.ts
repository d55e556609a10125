/** Distributions that need a set-up or several uniforms a draw. */
import { logGamma } from "./special-functions.ts";

/** What a sampler needs of a stream. */
interface Uniform {
  readonly name: string;
  uniform(): number;
}

/**
 * A draw from the Poisson distribution with this mean: a whole number from 0. Knuth's multiplication below
 * a mean of 10, PTRS (Hörmann 1993) above.
 */
export function poisson(rng: Uniform, mean: number): number {
  if (mean < 10) {
    const limit = Math.exp(-mean);
    let product = rng.uniform();
    let k = 0;
    while (product > limit) {
      product *= rng.uniform();
      k++;
    }
    return k;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = rng.uniform() - 0.5;
    const v = rng.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const accept = k * Math.log(mean) - mean - logGamma(k + 1);
    if (Math.log(v * inverseAlpha / (a / (us * us) + b)) <= accept) return k;
  }
}

/** Zipf on 1..n by rejection-inversion (Hörmann and Derflinger 1996): O(1) time and memory. */
export function zipf(rng: Uniform, n: number, s: number): () => number {
  // The integral of x^-s, and its inverse; both go over into the logarithm at s = 1.
  const integral = (x: number) => {
    const t = Math.log(x);
    const e = (1 - s) * t;
    return Math.abs(e) < 1e-12 ? t : Math.expm1(e) / (1 - s);
  };
  const inverse = (y: number) => {
    const e = y * (1 - s);
    // At the far end rounding can push e to -1 or beyond, where the logarithm ends.
    return Math.exp(Math.abs(e) < 1e-12 ? y : Math.log1p(Math.max(e, -1)) / (1 - s));
  };
  const density = (x: number) => Math.exp(-s * Math.log(x));
  const low = integral(1.5) - 1;
  const high = integral(n + 0.5);
  const sure = 2 - inverse(integral(2.5) - density(2));
  return () => {
    for (;;) {
      const u = high + rng.uniform() * (low - high);
      const x = inverse(u);
      const k = Math.min(Math.max(Math.round(x), 1), n);
      if (k - x <= sure || u >= integral(k + 0.5) - density(k)) return k;
    }
  };
}

/** Inversion of a CDF given by points. @throws {RangeError} for points that are no CDF. */
export function empirical(
  rng: Uniform,
  points: readonly (readonly [number, number])[],
  interpolation: "linear" | "step",
): () => number {
  const values = Float64Array.from(points, (p) => p[0]);
  const chances = Float64Array.from(points, (p) => p[1]);
  const n = points.length;
  const wrong = (why: string) => new RangeError(`stream "${rng.name}": empiricalCdf ${why}`);
  if (n === 0) throw wrong("was given no points");
  for (let i = 0; i < n; i++) {
    const rises = i === 0 || (values[i] >= values[i - 1] && chances[i] >= chances[i - 1]);
    if (!(rises && Number.isFinite(values[i]) && chances[i] >= 0)) {
      throw wrong(`needs rising values and probabilities; point ${i} is (${points[i].join(", ")})`);
    }
  }
  if (Math.abs(chances[n - 1] - 1) > 1e-9) {
    throw wrong(`must end at probability 1, not ${chances[n - 1]}`);
  }
  chances[n - 1] = 1;
  return () => {
    const u = rng.uniform();
    let i = 0;
    for (let high = n - 1; i < high;) {
      const middle = (i + high) >> 1;
      if (chances[middle] > u) high = middle;
      else i = middle + 1;
    }
    if (i === 0 || interpolation === "step") return values[i];
    const share = (u - chances[i - 1]) / (chances[i] - chances[i - 1]);
    return values[i - 1] + share * (values[i] - values[i - 1]);
  };
}
