/** Special functions of statistics, accurate to about 1e-12. */

// Lanczos approximation, g = 7, n = 9 (Godfrey's coefficients).
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  x -= 1;
  let sum = LANCZOS[0];
  for (let i = 1; i < 9; i++) sum += LANCZOS[i] / (x + i);
  const t = x + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised incomplete beta function I_x(a, b), by Lentz's continued fraction. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - (a + b) * x / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    fraction *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return Math.exp(front) * fraction / a;
}

function nonZero(x: number, tiny: number): number {
  return Math.abs(x) < tiny ? tiny : x;
}

/** P(T <= t) for Student's t with `df` degrees of freedom. */
function studentCdf(t: number, df: number): number {
  const tail = 0.5 * incompleteBeta(df / (df + t * t), df / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/**
 * The quantile of Student's t with `df` degrees of freedom: `studentQuantile(0.975, 19)` is 2.093.
 *
 * @throws {RangeError} unless 0 < p < 1 and df > 0.
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1 && df > 0)) throw new RangeError(`no t quantile at p ${p}, df ${df}`);
  if (p < 0.5) return -studentQuantile(1 - p, df);
  let low = 0;
  let high = 2;
  while (studentCdf(high, df) < p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, df) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const CENTRAL = [
  [3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125],
  [45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727],
  [1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077],
  [21213.794301586595867, 39307.89580009271061, 28729.085735721942674, 5226.495278852854561],
].flat();
const MIDDLE = [
  [1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504],
  [
    1.27045825245236838258,
    0.24178072517745061177,
    0.0227238449892691845833,
    7.7454501427834140764e-4,
  ],
  [1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455],
  [
    0.14810397642748007459,
    0.0151986665636164571966,
    5.475938084995344946e-4,
    1.05075007164441684324e-9,
  ],
].flat();
const TAIL = [
  [6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123],
  [
    0.026532189526576123093,
    0.0012426609473880784386,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
  ],
  [1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525],
  [
    7.868691311456132591e-4,
    1.8463183175100546818e-5,
    1.4215117583164458887e-7,
    2.04426310338993978564e-15,
  ],
].flat();

/** Quotient of two polynomials of degree 7: coefficients 0-7 above 8-15, lowest power first. */
function quotient(k: readonly number[], x: number): number {
  let above = k[7];
  let below = k[15];
  for (let i = 6; i >= 0; i--) {
    above = above * x + k[i];
    below = below * x + k[i + 8];
  }
  return above / below;
}

/**
 * The quantile of the standard normal distribution at 0 < p < 1 (Wichura 1988, AS 241), relative error
 * 1e-16: `normalQuantile(0.975)` is 1.96.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * quotient(CENTRAL, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const x = r <= 5 ? quotient(MIDDLE, r - 1.6) : quotient(TAIL, r - 5);
  return q < 0 ? -x : x;
}
