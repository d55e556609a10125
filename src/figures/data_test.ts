import assert from "node:assert/strict";
import fc from "fast-check";
import { distinct, keep, observe } from "./data.ts";
import { counted } from "./kinds/cdf.ts";

Deno.test("an empirical distribution counts the share at or below each value", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -5, max: 9 }), { minLength: 1 }), (values) => {
    for (const { x, share } of counted(values)) {
      assert.equal(share, values.filter((v) => v <= x).length / values.length);
    }
    assert.equal(counted(values).length, new Set(values).size);
  }));
});

Deno.test("a measure is read from its own column, its mean, or the rows that repeat", () => {
  const means = [{ a_ms_mean: 5, a_ms_stddev: 2, a_ms_ci_low: 4, a_ms_ci_high: 7 }];
  const columns = Object.keys(means[0] as object);
  assert.deepEqual(observe(means, "a_ms", undefined, columns), { value: 5 });
  assert.deepEqual(observe(means, "a_ms", "stddev", columns), { value: 5, low: 3, high: 7 });
  assert.deepEqual(observe(means, "a_ms", "ci", columns), { value: 5, low: 4, high: 7 });
  const rows = [2, 4, 9].map((a) => ({ a }));
  assert.deepEqual(observe(rows, "a", undefined, ["a"]), { value: 5 });
  assert.deepEqual(observe(rows, "a", "minmax", ["a"]), { value: 5, low: 2, high: 9 });
  const deviation = Math.sqrt((9 + 1 + 16) / 2);
  assert.deepEqual(observe(rows, "a", "stddev", ["a"]), {
    value: 5,
    low: 5 - deviation,
    high: 5 + deviation,
  });
});

Deno.test("rows are kept by value and categories come in the order given, then as in the table", () => {
  const rows = ["b", "a", "c", "a"].map((k, i) => ({ k, i }));
  assert.deepEqual(keep(rows, { k: ["a", "c"] }).map((r) => r["i"]), [1, 2, 3]);
  assert.deepEqual(distinct(rows, "k", ["c", "absent"]), ["c", "b", "a"]);
});
