import assert from "node:assert/strict";
import fc from "fast-check";
import { batchMeans, Level, mser5, replicationInterval, Rng, Series, Simulation } from "./mod.ts";
import { studentQuantile, Tally } from "./mod.ts";

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const near = (a: number, b: number, scale = 1) =>
  assert.ok(Math.abs(a - b) <= 1e-8 * scale, `${a} ${b}`);

Deno.test("a level's mean, variance and extremes are those of its path", () => {
  const step = fc.record({ wait: fc.integer({ min: 0, max: 1000 }), value: finite });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const sim = new Simulation({ seed: 1 });
      const level = new Level(sim, 3);
      const path: number[] = []; // the slow twin: one entry a nanosecond
      let value = 3;
      sim.spawn(
        "walk",
        function* () {
          for (const s of steps) {
            yield s.wait;
            for (let i = 0; i < s.wait; i++) path.push(value);
            level.set(value = s.value);
          }
        }(),
      );
      sim.run();
      const mean = path.length === 0 ? value : path.reduce((a, b) => a + b) / path.length;
      near(level.mean(), mean, 1e6);
      const variance = path.length === 0
        ? 0
        : path.reduce((a, b) => a + (b - mean) ** 2, 0) / path.length;
      near(level.variance(), variance, 1e13);
      assert.equal(level.max, Math.max(3, ...steps.map((s) => s.value)));
      assert.equal(level.min, Math.min(3, ...steps.map((s) => s.value)));
    }),
    { numRuns: 50 },
  );
});

Deno.test("a level forgets its warm-up when it is reset", () => {
  const sim = new Simulation({ seed: 1 });
  const level = new Level(sim, 100);
  sim.after(10, () => {
    level.set(2);
    level.reset();
  });
  sim.after(30, () => level.set(4));
  sim.run(50);
  assert.equal(level.mean(), 3);
  assert.equal(level.max, 4);
});

Deno.test("a tally agrees with sorting and summing", () => {
  fc.assert(
    fc.property(
      fc.array(finite, { minLength: 2 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (xs, p) => {
        const tally = new Tally();
        xs.forEach((x) => tally.add(x));
        const mean = xs.reduce((a, b) => a + b) / xs.length;
        near(tally.mean(), mean, 1e6);
        near(tally.variance(), xs.reduce((a, b) => a + (b - mean) ** 2, 0) / (xs.length - 1), 1e13);
        const sorted = [...xs].sort((a, b) => a - b);
        const at = p * (xs.length - 1);
        const low = sorted[Math.floor(at)];
        const high = sorted[Math.ceil(at)];
        near(tally.quantile(p), low + (high - low) * (at - Math.floor(at)), 1e6);
        assert.equal(tally.min, sorted[0]);
        assert.equal(tally.max, sorted[xs.length - 1]);
      },
    ),
  );
});

Deno.test("merged tallies are the tally of everything, exact and with digits", () => {
  const part = fc.array(fc.integer({ min: 0, max: 2 ** 40 }));
  fc.assert(
    fc.property(part, part, fc.boolean(), (a, b, hdr) => {
      const make = (xs: number[]) => {
        const tally = new Tally(hdr ? { digits: 3 } : {});
        xs.forEach((x) => tally.add(x));
        return tally;
      };
      const merged = make(a);
      merged.merge(make(b));
      const whole = make([...a, ...b]);
      assert.equal(merged.count, whole.count);
      if (whole.count === 0) return;
      near(merged.mean(), whole.mean(), 1e12);
      assert.equal(merged.quantile(0.5), whole.quantile(0.5));
      assert.equal(merged.max, whole.max);
      if (whole.count > 1) near(merged.stddev(), whole.stddev(), 1e12);
    }),
    { numRuns: 50 },
  );
});

Deno.test("a tally with three digits gives quantiles to one part in a thousand", () => {
  const rng = new Rng(1, "x");
  const exact = new Tally();
  const rough = new Tally({ digits: 3 });
  for (let i = 0; i < 20_000; i++) {
    const x = rng.logNormal(14, 1.5);
    exact.add(x);
    rough.add(x);
  }
  for (const p of [0.01, 0.5, 0.9, 0.99, 0.999]) {
    assert.ok(Math.abs(rough.quantile(p) / exact.quantile(p) - 1) < 2.5e-3, `${p}`);
  }
  assert.equal(rough.mean(), exact.mean());
  assert.throws(() => rough.merge(exact), /same kind/);
  assert.throws(() => rough.add(-1), /from 0/);
  assert.throws(() => exact.add(NaN), /NaN/);
});

Deno.test("Student's t quantiles are those of the tables", () => {
  for (
    const [p, df, t] of [[0.975, 1, 12.7062], [0.975, 19, 2.0930], [0.95, 5, 2.0150], [
      0.995,
      120,
      2.6174,
    ]]
  ) {
    assert.ok(Math.abs(studentQuantile(p, df) - t) < 5e-5);
    assert.equal(studentQuantile(1 - p, df), -studentQuantile(1 - (1 - p), df));
  }
});

Deno.test("about 95 % of the 95 % intervals of short replications hold the true mean", () => {
  // 1000 experiments of 10 replications; each replication is the mean of 20 exponentials of mean 1.
  const rng = new Rng(1, "coverage");
  let covered = 0;
  for (let e = 0; e < 1000; e++) {
    const means = Float64Array.from({ length: 10 }, () => {
      let sum = 0;
      for (let i = 0; i < 20; i++) sum += rng.exponential(1);
      return sum / 20;
    });
    const { low, high } = replicationInterval(means);
    if (low <= 1 && 1 <= high) covered++;
  }
  // The binomial's own 4 sigma around 950.
  assert.ok(Math.abs(covered - 950) < 28, `${covered} of 1000`);
});

Deno.test("about 95 % of batch-means intervals of a correlated series hold the true mean", () => {
  // First-order autoregression with coefficient 0.8: naive intervals cover about half of the time.
  const rng = new Rng(2, "coverage");
  let covered = 0;
  let naive = 0;
  for (let e = 0; e < 400; e++) {
    const series = new Float64Array(4000);
    let x = rng.normal() / 0.6;
    for (let i = 0; i < series.length; i++) series[i] = x = 0.8 * x + rng.normal();
    const batched = batchMeans(series, 20);
    if (batched.low <= 0 && 0 <= batched.high) covered++;
    const plain = replicationInterval(series);
    if (plain.low <= 0 && 0 <= plain.high) naive++;
  }
  assert.ok(covered > 360 && covered < 396, `${covered} of 400`);
  assert.ok(naive < 280, `${naive} of 400`);
});

Deno.test("MSER-5 cuts a known transient and leaves a stationary series nearly whole", () => {
  const rng = new Rng(3, "mser");
  const series = Float64Array.from(
    { length: 5000 },
    (_, i) => 10 * Math.exp(-i / 100) + rng.normal(),
  );
  const found = mser5(series);
  assert.ok(found.settled && found.cut >= 150 && found.cut <= 1000, `${found.cut}`);
  assert.ok(Math.abs(found.mean) < 0.1, `${found.mean}`);
  const flat = mser5(Float64Array.from({ length: 5000 }, () => rng.normal()));
  assert.ok(flat.settled && flat.cut < 2500);
  const ramp = mser5(Float64Array.from({ length: 1000 }, (_, i) => i));
  assert.equal(ramp.settled, false);
});

Deno.test("too few observations are refused", () => {
  assert.throws(() => replicationInterval([]), /at least one/);
  assert.throws(() => batchMeans([1, 2, 3], 2), /batches/);
  assert.throws(() => mser5([1, 2, 3]), /at least 50/);
  assert.ok(Number.isNaN(replicationInterval([1]).low));
});

Deno.test("a series gives its rows and refuses a wrong number of values", () => {
  const series = new Series(["cores", "queue"]);
  series.at(5, 1, 2);
  series.at(7, 3, 4);
  assert.deepEqual([...series.rows()], [{ time: 5, cores: 1, queue: 2 }, {
    time: 7,
    cores: 3,
    queue: 4,
  }]);
  assert.throws(() => series.at(9, 1), /cores, queue/);
});
