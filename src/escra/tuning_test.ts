import assert from "node:assert/strict";
import fc from "fast-check";
import { answered, best, mayWin, TIE, tuningGrid, type TuningRun } from "./tuning.ts";

Deno.test("the grid holds the sources' own weights and each point once", () => {
  const grid = tuningGrid();
  assert.equal(grid.length, 108);
  assert.equal(new Set(grid.map((p) => JSON.stringify(p))).size, 108);
  assert.ok(
    grid.some((p) =>
      p.autopilot_zero_margin && p.autopilot_memory === "ml" &&
      p.autopilot_under === 0.25 &&
      p.autopilot_change_limit === 0.1 && p.autopilot_change_model === 0.1
    ),
  );
});

Deno.test("most good replies win, latency decides a tie, then the order", () => {
  const run = (good: number, p999: number): TuningRun[] => [{ good, p999 }];
  assert.equal(best([run(100, 5), run(200, 9), undefined]), 1);
  assert.equal(best([run(199, 8), run(200, 9), run(150, 1)]), 0);
  assert.equal(best([run(200, 9), run(200, 9)]), 0);
});

Deno.test("a point that is given up could not have won", () => {
  const run = fc.record({ good: fc.integer({ min: 0, max: 100 }), p999: fc.constant(1) });
  fc.assert(
    fc.property(fc.array(fc.tuple(run, run, run), { minLength: 1, maxLength: 6 }), (points) => {
      let most = 0;
      const kept = points.map((runs) => {
        for (let n = 1; n <= runs.length; n++) {
          if (!mayWin(runs.slice(0, n), runs.length - n, 100, most)) return undefined;
        }
        most = Math.max(most, answered(runs));
        return runs;
      });
      assert.equal(best(kept), best(points));
      const winner = points[best(points)] as readonly TuningRun[];
      assert.ok(answered(winner) >= (1 - TIE) * Math.max(...points.map(answered)));
    }),
    { numRuns: 100, seed: 1 },
  );
});
