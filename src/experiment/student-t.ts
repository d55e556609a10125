/** Student's t for confidence intervals of few replications. */

/** P(|T| <= t) for a whole number of degrees of freedom: Abramowitz & Stegun 26.7.3 and 26.7.4. */
export function studentTwoSided(t: number, freedom: number): number {
  const theta = Math.atan(t / Math.sqrt(freedom));
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const odd = freedom % 2 === 1;
  let term = odd ? cos : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (k - 1) / k * cos * cos;
    sum += term;
  }
  return odd ? 2 / Math.PI * (theta + sin * sum) : sin * sum;
}

const known = new Map<number, number>();

/** The t that 95 % of |T| stay below: 12.706 for one degree of freedom, 1.96 for many. */
export function student95(freedom: number): number {
  if (!Number.isInteger(freedom) || freedom < 1) return NaN;
  const found = known.get(freedom);
  if (found !== undefined) return found;
  let [low, high] = [1.9, 13];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  known.set(freedom, low);
  return low;
}
