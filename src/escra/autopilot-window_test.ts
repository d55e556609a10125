import assert from "node:assert/strict";
import fc from "fast-check";
import { BUCKETS } from "./autopilot-ml.ts";
import { OOM_TOLERANCES, WINDOW, WindowRecommender, WindowStatistics } from "./autopilot-window.ts";

const HOUR = 3600e9;
/** Windows of samples at times. */
type Windows = readonly { readonly at: number; readonly samples: readonly number[] }[];

/** The published sums, written out: every window looked at again for every bucket. */
function slow(windows: Windows, largest: number, halfLife: number, peakWindows: number) {
  const edge = (k: number) => (k + 1) * largest / BUCKETS;
  const count = (w: Windows[number], k: number) =>
    w.samples.filter((u) =>
      k === BUCKETS - 1 ? u > edge(k - 1) : k === 0 ? u <= edge(0) : u > edge(k - 1) && u <= edge(k)
    ).length;
  const used = windows.filter((w) => w.samples.length > 0);
  const now = windows.at(-1)?.at ?? 0;
  const weight = (w: Windows[number]) => 2 ** (-(now - w.at) / halfLife);
  const buckets = Array.from({ length: BUCKETS }, (_, k) => k);
  const h = buckets.map((k) => edge(k) * used.reduce((s, w) => s + weight(w) * count(w, k), 0));
  const total = h.reduce((a, b) => a + b, 0);
  const mean = (w: Windows[number]) =>
    buckets.reduce((s, k) => s + edge(k) * count(w, k), 0) / w.samples.length;
  return {
    peak: Math.max(
      0,
      ...used.slice(-peakWindows).flatMap((w) =>
        buckets.filter((k) => count(w, k) > 0).map((k) => edge(k))
      ),
    ),
    average: used.reduce((s, w) => s + weight(w) * mean(w), 0) /
      used.reduce((s, w) => s + weight(w), 0),
    percentile: (j: number) => {
      let sum = 0;
      return edge(
        buckets.find((k) => (sum += h[k] as number) >= j / 100 * total * (1 - 1e-12)) ?? 0,
      );
    },
  };
}

Deno.test("S_max, S_avg and S_pj of the moving window are the published sums", () => {
  const window = fc.record({
    gap: fc.integer({ min: 1, max: 40 }),
    samples: fc.array(fc.integer({ min: 0, max: 1200 }), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(
      fc.array(window, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 97 }),
      (gaps, peakWindows, j) => {
        const fast = new WindowStatistics({ largest: 10, halfLife: HOUR, peakWindows });
        let at = 0;
        const windows = gaps.map(({ gap, samples }) => {
          at += gap * HOUR; // many half-lives: the fast one moves its reference
          return { at, samples: samples.map((s) => s / 100) };
        });
        for (const { at, samples } of windows) fast.add(samples, at);
        if (windows.every((w) => w.samples.length === 0)) {
          return assert.deepEqual([fast.peak(), fast.average(), fast.percentile(j)], [0, 0, 0]);
        }
        const twin = slow(windows, 10, HOUR, peakWindows);
        assert.ok(Math.abs(fast.peak() - twin.peak) < 1e-9);
        assert.ok(Math.abs(fast.average() - twin.average) < 1e-9);
        // A sum that ends just at the percentile may fall on either side: a bucket's difference then.
        assert.ok(
          Math.abs(fast.percentile(j) - twin.percentile(j + 0.001)) < 1e-9 ||
            Math.abs(fast.percentile(j) - twin.percentile(j - 0.001)) < 1e-9,
        );
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

Deno.test("a load-adjusted percentile follows the few large samples, not the many small ones", () => {
  const statistics = new WindowStatistics({ largest: 10, halfLife: WINDOW.cpuHalfLife });
  statistics.add([...Array(90).fill(0.025), ...Array(10).fill(5)], 0);
  // 90 x 0.025 = 2.25 of 52.25: by count the median is 0.025, by load 5.
  assert.ok(Math.abs(statistics.percentile(50) - 5) < 1e-9);
  assert.ok(Math.abs(statistics.percentile(4) - 0.025) < 1e-9);
});

Deno.test("memory by OOM tolerance: S_max, S_p98, or max(S_p60, S_max / 2), and the margin", () => {
  const limit = (tolerance: typeof OOM_TOLERANCES[number]) => {
    const r = new WindowRecommender({ kind: "memory", largest: 400, tolerance });
    let last = 0;
    for (let k = 0; k < 200; k++) last = r.update([k === 0 ? 200 : 50], 2 * HOUR + k * 60e9);
    // The hour's largest holds: past it, only the statistic of all windows counts.
    for (let k = 0; k < 3; k++) last = r.update([50], 8 * HOUR + k * 60e9);
    return Math.round(last / (1 + WINDOW.margin));
  };
  assert.deepEqual(OOM_TOLERANCES.map(limit), [200, 50, 100]);
});

Deno.test("batch jobs get the average, serving jobs the 95th percentile of load", () => {
  const samples = [...Array(95).fill(1), ...Array(5).fill(4)];
  const limit = (job: "batch" | "serving") =>
    new WindowRecommender({ kind: "cpu", largest: 10, job }).update(samples, 0);
  assert.ok(Math.abs(limit("batch") - 1.15 * 1.15) < 1e-9);
  assert.ok(Math.abs(limit("serving") - 4 * 1.15) < 1e-9);
});

Deno.test("the moving window holds the hour's largest recommendation, and no longer", () => {
  const r = new WindowRecommender({
    kind: "memory",
    largest: 400,
    tolerance: "minimal",
    peakWindows: 1,
  });
  assert.ok(Math.abs(r.update([100], 0) - 115) < 1e-9);
  assert.ok(Math.abs(r.update([10], 60e9) - 115) < 1e-9);
  assert.ok(Math.abs(r.update([10], HOUR) - 115) < 1e-9);
  assert.ok(Math.abs(r.update([20], HOUR + 1e9) - 23) < 1e-9);
});
