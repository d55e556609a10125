import assert from "node:assert/strict";
import fc from "fast-check";
import { Rng, Simulation } from "./mod.ts";
import { logGamma } from "./special-functions.ts";

const N = 40_000;
// Kolmogorov-Smirnov at a level of 1e-4: sqrt(-ln(1e-4 / 2) / 2).
const KS = 2.2253;

function ksDistance(draws: Float64Array, cdf: (x: number) => number): number {
  draws.sort();
  let worst = 0;
  draws.forEach((x, i) => {
    const p = cdf(x);
    worst = Math.max(worst, p - i / draws.length, (i + 1) / draws.length - p);
  });
  return worst * Math.sqrt(draws.length);
}

/** Chi-squared as a normal deviate (Wilson-Hilferty); cells of an expectation below 10 are pooled. */
function chiSquaredDeviate(observed: number[], expected: number[]): number {
  let statistic = 0;
  let cells = 0;
  let o = 0;
  let e = 0;
  observed.forEach((_, i) => {
    o += observed[i];
    e += expected[i];
    if (e < 10 && i < observed.length - 1) return;
    if (e > 0) {
      statistic += (o - e) ** 2 / e;
      cells++;
    }
    o = e = 0;
  });
  const df = cells - 1;
  return (Math.cbrt(statistic / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
}

/** Normal CDF by its series (Marsaglia 2004): slow and obvious. */
function normalCdf(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let sum = x;
  let term = x;
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) sum += term = term * x * x / i;
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.5 * Math.log(2 * Math.PI));
}

const continuous: Record<string, [(r: Rng) => number, (x: number) => number]> = {
  uniform: [(r) => r.uniform(2, 5), (x) => (x - 2) / 3],
  exponential: [(r) => r.exponential(3), (x) => 1 - Math.exp(-x / 3)],
  normal: [(r) => r.normal(10, 2), (x) => normalCdf((x - 10) / 2)],
  "log-normal": [(r) => r.logNormal(1, 0.5), (x) => normalCdf((Math.log(x) - 1) / 0.5)],
  "log-normal by median and p90": [
    (r) => r.logNormalByPercentiles(20, 100),
    (x) => normalCdf(Math.log(x / 20) / (Math.log(5) / 1.2815515655446004)),
  ],
  Pareto: [(r) => r.pareto(1.5, 2), (x) => 1 - (2 / x) ** 1.5],
  "Burr XII": [(r) => r.burr12(11.652, 0.221, 107), (x) => 1 - (1 + (x / 107) ** 11.652) ** -0.221],
  Weibull: [(r) => r.weibull(0.7, 4), (x) => 1 - Math.exp(-((x / 4) ** 0.7))],
  Erlang: [(r) => r.erlang(3, 6), (x) => 1 - Math.exp(-x / 2) * (1 + x / 2 + x * x / 8)],
};

for (const [name, [draw, cdf]] of Object.entries(continuous)) {
  Deno.test(`${name} draws follow their distribution`, () => {
    const rng = new Rng(1, name);
    const distance = ksDistance(Float64Array.from({ length: N }, () => draw(rng)), cdf);
    assert.ok(distance < KS, `Kolmogorov-Smirnov ${distance}`);
  });
}

Deno.test("a wrong distribution is told apart by the same test", () => {
  const rng = new Rng(1, "wrong");
  const draws = Float64Array.from({ length: N }, () => rng.exponential(3.1));
  assert.ok(ksDistance(draws, (x) => 1 - Math.exp(-x / 3)) > KS);
});

for (const mean of [0.5, 4, 9.9, 10, 37, 4000]) {
  Deno.test(`Poisson draws of mean ${mean} follow their distribution`, () => {
    const rng = new Rng(2, `poisson ${mean}`);
    const top = Math.ceil(mean + 8 * Math.sqrt(mean) + 8);
    const seen = new Array(top + 1).fill(0);
    for (let i = 0; i < N; i++) seen[Math.min(rng.poisson(mean), top)]++;
    const expected = seen.map((_, k) => N * Math.exp(k * Math.log(mean) - mean - logGamma(k + 1)));
    assert.ok(Math.abs(chiSquaredDeviate(seen, expected)) < 4);
  });
}

for (const [n, s] of [[10, 0], [100, 0.5], [1000, 0.99], [1000, 1], [50, 2.5], [1, 1]]) {
  Deno.test(`Zipf draws of ${n} ranks with exponent ${s} follow their distribution`, () => {
    const rng = new Rng(3, `zipf ${n} ${s}`);
    const draw = rng.zipf(n, s);
    const seen = new Array(n).fill(0);
    for (let i = 0; i < N; i++) seen[draw() - 1]++;
    const weights = seen.map((_, k) => (k + 1) ** -s);
    const sum = weights.reduce((a, b) => a + b);
    if (n === 1) return assert.equal(seen[0], N);
    assert.ok(Math.abs(chiSquaredDeviate(seen, weights.map((w) => N * w / sum))) < 4);
  });
}

Deno.test("Zipf over 67 million ranks needs no table and hits the head as often as it should", () => {
  const n = 67_000_000;
  const draw = new Rng(4, "big").zipf(n, 0.99);
  let first = 0;
  let largest = 0;
  for (let i = 0; i < N; i++) {
    const k = draw();
    if (k === 1) first++;
    largest = Math.max(largest, k);
  }
  // Generalised harmonic number by Euler-Maclaurin from 1000 on.
  let h = 0;
  for (let k = 1; k < 1000; k++) h += k ** -0.99;
  h += (n ** 0.01 - 1000 ** 0.01) / 0.01 + 0.5 * (1000 ** -0.99 + n ** -0.99);
  const p = 1 / h;
  assert.ok(Math.abs(first - N * p) < 4 * Math.sqrt(N * p * (1 - p)), `${first} of ${N * p}`);
  assert.ok(largest > n / 2 && largest <= n);
});

Deno.test("whole numbers are uniform and unbiased, also just above a power of two", () => {
  const rng = new Rng(5, "ints");
  const n = 3 * 2 ** 30; // taking the remainder of 32 bits would favour the lowest third
  let low = 0;
  for (let i = 0; i < N; i++) if (rng.uniformInt(n) < 2 ** 30) low++;
  assert.ok(Math.abs(low - N / 3) < 4 * Math.sqrt(N * 2 / 9), `${low}`);
  const seen = new Array(7).fill(0);
  for (let i = 0; i < N; i++) seen[rng.uniformInt(7)]++;
  assert.ok(Math.abs(chiSquaredDeviate(seen, seen.map(() => N / 7))) < 4);
});

Deno.test("an empirical CDF is drawn from linearly or in steps", () => {
  const points = [[10, 0.25], [20, 0.75], [60, 1]] as const;
  const line = new Rng(6, "linear").empiricalCdf(points);
  const draws = Array.from({ length: N }, line);
  const below = (x: number) => draws.filter((d) => d <= x).length / N;
  for (const [x, p] of [[10, 0.25], [15, 0.5], [20, 0.75], [40, 0.875], [60, 1]]) {
    assert.ok(Math.abs(below(x) - p) < 0.012, `${x}`);
  }
  const step = new Rng(6, "step").empiricalCdf(points, "step");
  const seen = new Map<number, number>();
  for (let i = 0; i < N; i++) {
    const x = step();
    seen.set(x, (seen.get(x) ?? 0) + 1);
  }
  assert.deepEqual([...seen.keys()].sort(), [10, 20, 60]);
  assert.ok(Math.abs((seen.get(20) ?? 0) / N - 0.5) < 0.012);
});

Deno.test("shuffles reach every order as often", () => {
  const rng = new Rng(7, "shuffle");
  const seen = new Map<string, number>();
  for (let i = 0; i < N; i++) {
    const order = rng.shuffle([1, 2, 3, 4]).join("");
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  assert.equal(seen.size, 24);
  const observed = [...seen.values()];
  assert.ok(Math.abs(chiSquaredDeviate(observed, observed.map(() => N / 24))) < 4);
});

Deno.test("the generator gives the outputs published for xoshiro128**", () => {
  // rand_xoshiro's test, made with the authors' C code: state 1, 2, 3, 4.
  const rng = new Rng(0, "test", Int32Array.of(1, 2, 3, 4));
  const expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849];
  expected.push(3729100597, 4258142804);
  assert.deepEqual(expected.map(() => rng.int32() >>> 0), expected);
});

Deno.test("a stream depends on seed and name only, whatever other streams do", () => {
  const take = (seed: number, name: string, noise: number) => {
    const sim = new Simulation({ seed });
    for (let i = 0; i < noise; i++) sim.rng("noise").uniform();
    return Array.from({ length: 5 }, () => sim.rng(name).int32());
  };
  fc.assert(fc.property(fc.nat(), fc.string(), fc.nat(20), (seed, name, noise) => {
    fc.pre(name !== "noise");
    assert.deepEqual(take(seed, name, 0), take(seed, name, noise));
  }));
  assert.notDeepEqual(take(1, "a", 0), take(2, "a", 0));
  assert.notDeepEqual(take(1, "a", 0), take(2 ** 32 + 1, "a", 0));
  assert.notDeepEqual(take(1, "a", 0), take(1, "b", 0));
});

Deno.test("neighbouring seeds and names give unrelated streams", () => {
  const streams = Array.from({ length: 40 }, (_, i) => new Rng(i >> 1, `lane-${i & 1}`));
  const n = 2000;
  const draws = streams.map((r) => Float64Array.from({ length: n }, () => r.uniform() - 0.5));
  for (let a = 0; a < streams.length; a++) {
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += draws[a][i] * draws[b][i];
      const correlation = 12 * sum / n;
      assert.ok(Math.abs(correlation) < 5 / Math.sqrt(n), `${a} and ${b}: ${correlation}`);
    }
  }
});

Deno.test("senseless parameters are refused with the stream's name", () => {
  const rng = new Rng(1, "arrivals");
  const bad: (() => unknown)[] = [
    () => rng.uniformInt(0),
    () => rng.uniformInt(1.5),
    () => rng.pick([]),
    () => rng.zipf(0, 1),
    () => rng.zipf(10, -1),
    () => rng.poisson(-1),
    () => rng.logNormalByPercentiles(10, 5),
    () => rng.empiricalCdf([]),
    () => rng.empiricalCdf([[1, 0.5], [0, 1]]),
    () => rng.empiricalCdf([[1, 0.5], [2, 0.9]]),
  ];
  for (const call of bad) assert.throws(call, /stream "arrivals"/);
});
