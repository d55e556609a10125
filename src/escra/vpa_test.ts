import assert from "node:assert/strict";
import fc from "fast-check";
import { evicts, UPDATER } from "./vpa.ts";
import { DecayingHistogram, VPA, VpaRecommender } from "./vpa-recommender.ts";

const MIB = 2 ** 20, MINUTE = 60e9, DAY = 24 * 3600e9;

Deno.test("VPA's histogram gives the bucket's end above the percentile", () => {
  const sample = fc.record({
    value: fc.double({ min: 0.001, max: 20, noNaN: true }),
    weight: fc.double({ min: 0.1, max: 4, noNaN: true }),
    gap: fc.integer({ min: 0, max: 40 * 24 }),
  });
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1, maxLength: 20 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (samples, p) => {
        const h = new DecayingHistogram(0.01);
        let now = 0;
        const timed = samples.map((s) => ({ ...s, at: now += s.gap * 3600e9 }));
        for (const { value, weight, at } of timed) h.add(value, weight, at);
        // The twin sorts all samples and adds up weights that have halved each day.
        const end = (value: number) => {
          let start = 0, width = 0.01;
          while (start + width <= value * (1 + 1e-12)) {
            start += width;
            width *= 1.05;
          }
          return start + width;
        };
        const weighed = timed.map(({ value, weight, at }) => ({
          end: end(value),
          weight: weight * 2 ** ((at - now) / DAY),
        })).sort((a, b) => a.end - b.end);
        const total = weighed.reduce((sum, w) => sum + w.weight, 0);
        const at = (share: number) => {
          let sum = 0;
          return weighed.find((w) => (sum += w.weight) >= share * total)?.end ?? NaN;
        };
        const got = h.percentile(p);
        // A sum that ends just at the percentile may fall on either side.
        assert.ok([at(p - 1e-9), at(p + 1e-9)].some((x) => Math.abs(x / got - 1) < 1e-6), `${got}`);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("bounds have the published widths: 0.6 of the lower after 5 minutes, 3 times the upper after 12 h", () => {
  const after = (minutes: number) => {
    const r = new VpaRecommender();
    for (let k = 0; k <= minutes; k++) r.addCpu(2, 1, k * MINUTE);
    return r.cpu();
  };
  const edge = (after(0).target) / 1.15;
  assert.ok(edge >= 2 && edge < 2.12);
  assert.equal(after(0).upper, Infinity);
  assert.equal(after(0).lower, VPA.leastCpu);
  const near = (got: number, published: number) =>
    assert.ok(Math.abs(got - published) < 0.01, `${got}`);
  near(after(5).lower / (1.15 * edge), (1 + 0.001 * 288) ** -2); // the source says 0.6
  near(after(30).lower / (1.15 * edge), 0.91); // 0.9
  near(after(720).upper / (1.15 * edge), 3);
  near(after(1440).upper / (1.15 * edge), 2);
});

Deno.test("minima hold for the lower bound, too: a pod under 250 MiB is outside the range at once", () => {
  const r = new VpaRecommender();
  r.addCpu(0.001, 0.3, 0);
  r.addMemory(20 * MIB, 0);
  assert.equal(r.memory().lower, 250 * MIB);
  assert.equal(r.memory().target, 250 * MIB);
  assert.deepEqual([r.cpu().target, r.cpu().lower], [0.025, 0.025]);
  const pod = { age: MINUTE, quickOom: false };
  const small = { ...pod, requests: { cpu: 0.3, memory: 40 * MIB } };
  assert.equal(evicts(small, r.cpu(), r.memory()), true);
  assert.equal(
    evicts({ ...small, requests: { cpu: 0.3, memory: 300 * MIB } }, r.cpu(), r.memory()),
    false,
  );
});

Deno.test("a container that is throttled all the time is evicted after some twenty minutes of history", () => {
  const r = new VpaRecommender();
  const pod = { age: 0, quickOom: false, requests: { cpu: 1, memory: 2 ** 30 } };
  let minutes = 0;
  for (; minutes < 120; minutes++) {
    r.addCpu(1, 1, minutes * MINUTE);
    r.addMemory(400 * MIB, minutes * MINUTE);
    if (evicts(pod, r.cpu(), r.memory())) break;
  }
  // (1 + 1.44 / m)^-2 x 1.15 x the bucket's end above 1 core exceeds 1 core.
  assert.ok(minutes >= 10 && minutes <= 25, `${minutes}`);
});

Deno.test("inside the range a pod is evicted after 12 h for a tenth, or soon after a quick OOM kill", () => {
  const range = (target: number) => ({ target, lower: 0.5 * target, upper: 2 * target });
  const pod = { quickOom: false, requests: { cpu: 1, memory: 100 } };
  const at = (age: number, cpu: number, quickOom = false) =>
    evicts({ ...pod, age, quickOom }, range(cpu), range(100));
  assert.equal(at(UPDATER.lifetime - 1, 1.3), false);
  assert.equal(at(UPDATER.lifetime, 1.3), true);
  assert.equal(at(UPDATER.lifetime, 1.05), false);
  assert.equal(at(0, 1.05, true), true);
  assert.equal(at(0, 1, true), false);
});

Deno.test("an OOM kill is a peak of 100 MiB or a fifth more; one peak a day counts", () => {
  const r = new VpaRecommender();
  r.addMemory(300 * MIB, 0);
  r.addOom(310 * MIB, 1e9);
  assert.ok(r.memory().target >= 410 * MIB * 1.15 && r.memory().target < 432 * MIB * 1.15);
  r.addOom(1000 * MIB, 2e9);
  assert.ok(r.memory().target >= 1200 * MIB * 1.15);
  // The next day's peak is a second sample; the first, a day older, weighs half.
  r.addMemory(300 * MIB, DAY + 1);
  assert.ok(r.memory().lower <= 320 * MIB * 1.15);
  assert.ok(r.memory().target >= 1200 * MIB * 1.15);
});
