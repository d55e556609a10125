import assert from "node:assert/strict";
import fc from "fast-check";
import type { Column, Replications } from "../model/mod.ts";
import type { Cell, Row } from "../table/mod.ts";
import { gather, type SettingRows } from "./gather.ts";
import { RowPacker } from "./packed.ts";

const key: Column = { role: "key", says: "k" };
const measure: Column = { role: "measure", says: "m" };

function setting(cells: Row, ...runs: Row[][]): SettingRows {
  const packed = runs.map((rows) => {
    const packer = new RowPacker(Object.keys(rows[0] ?? {}));
    rows.forEach((row) => packer.add(row));
    return packer.finish();
  });
  return { cells, seeds: runs.map((_, i) => i + 1), runs: packed };
}

const gathering = (replications: Replications, columns: Record<string, Column>, seeds: number) => ({
  varied: ["s"],
  columns: Object.entries(columns),
  replications,
  seeds,
});

Deno.test("three replications of one row: mean, deviation, interval by hand", () => {
  const settings = [setting({ s: "a" }, [{ x: 1 }], [{ x: 2 }], [{ x: 6 }])];
  const deviation = Math.sqrt((4 + 1 + 9) / 2);
  const [stddev] = gather(settings, gathering("mean_stddev", { x: measure }, 3)).rows;
  assert.deepEqual(Object.keys(stddev), ["s", "x_mean", "x_stddev", "n"]);
  assert.deepEqual(stddev, { s: "a", x_mean: 3, x_stddev: deviation, n: 3 });
  const [ci] = gather(settings, gathering("mean_ci", { x: measure }, 3)).rows;
  const half = 4.30265 * deviation / Math.sqrt(3); // t(0.975, 2) of any table
  assert.ok(Math.abs(ci.x_ci_low as number - (3 - half)) < 1e-4);
  assert.ok(Math.abs(ci.x_ci_high as number - (3 + half)) < 1e-4);
  assert.deepEqual(gather(settings, gathering("mean", { x: measure }, 3)).rows, [{ s: "a", x: 3 }]);
  assert.deepEqual(gather(settings, gathering("rows", { x: measure }, 3)).rows, [
    { s: "a", seed: 1, x: 1 },
    { s: "a", seed: 2, x: 2 },
    { s: "a", seed: 3, x: 6 },
  ]);
});

Deno.test("one replication has no deviation and no interval", () => {
  const settings = [setting({ s: 1 }, [{ x: 5 }])];
  assert.deepEqual(gather(settings, gathering("mean_stddev", { x: measure }, 1)).rows, [
    { s: 1, x_mean: 5, x_stddev: null, n: 1 },
  ]);
  assert.deepEqual(gather(settings, gathering("mean_ci", { x: measure }, 1)).rows, [
    { s: 1, x_mean: 5, x_ci_low: null, x_ci_high: null, n: 1 },
  ]);
  const { columns } = gather(settings, gathering("rows", { x: measure }, 1));
  assert.deepEqual(columns, ["s", "x"]);
});

Deno.test("rows of runs that differ are matched by key, in order of first appearance", () => {
  const settings = [setting(
    { s: 1 },
    [{ t: 2, x: 1 }, { t: 0, x: 3 }],
    [{ t: 0, x: 5 }, { t: 7, x: 9 }],
  )];
  const columns = { t: key, x: measure };
  const { rows } = gather(settings, gathering("mean_stddev", columns, 2));
  assert.deepEqual(rows.map((r) => [r.t, r.x_mean, r.n]), [[2, 1, 1], [0, 4, 2], [7, 9, 1]]);
});

Deno.test("nulls are left out of means, and only nulls give null", () => {
  const settings = [setting({ s: 1 }, [{ x: null, y: null }], [{ x: 4, y: null }])];
  const { rows } = gather(settings, gathering("mean_stddev", { x: measure, y: measure }, 2));
  assert.deepEqual(rows, [
    { s: 1, x_mean: 4, x_stddev: null, y_mean: null, y_stddev: null, n: 2 },
  ]);
});

Deno.test("rows that no key tells apart, and text without a mean, are refused by name", () => {
  const refuse = (rows: Row[], columns: Record<string, Column>, why: RegExp) =>
    assert.throws(
      () => gather([setting({ s: "a" }, rows, rows)], gathering("mean", columns, 2)),
      why,
    );
  refuse([{ x: 1 }, { x: 2 }], { x: measure }, /s=a: a run yields 2 rows and no key column/);
  refuse(
    [{ k: "p", x: 1 }, { k: "p", x: 2 }],
    { k: key, x: measure },
    /two rows with k=p; add a key column/,
  );
  refuse([{ x: "text" }], { x: measure }, /column x holds "text", of which there is no mean/);
});

Deno.test("keys of different types or with separators inside are different keys", () => {
  const columns = { a: key, b: key, x: measure };
  const rows: Row[] = [
    { a: "1", b: ",", x: 1 },
    { a: 1, b: ",", x: 2 },
    { a: "1,", b: "", x: 3 },
    { a: null, b: "null", x: 4 },
    { a: "null", b: null, x: 5 },
  ];
  assert.equal(gather([setting({ s: 1 }, rows)], gathering("mean", columns, 1)).rows.length, 5);
});

Deno.test("the fast path and the path by keys agree with a slow, obvious twin", () => {
  const run = fc.uniqueArray(
    fc.record({ k: fc.integer({ min: 0, max: 5 }), x: fc.integer({ min: -50, max: 50 }) }),
    { selector: (r) => r.k, minLength: 1, maxLength: 5 },
  );
  fc.assert(fc.property(fc.array(run, { minLength: 1, maxLength: 4 }), (runs) => {
    const { rows } = gather(
      [setting({ s: 0 }, ...runs)],
      gathering("mean_stddev", { k: key, x: measure }, runs.length),
    );
    const order: Cell[] = [];
    for (const { k } of runs.flat()) if (!order.includes(k)) order.push(k);
    const twin = order.map((k) => {
      const xs = runs.flat().filter((r) => r.k === k).map((r) => r.x);
      const mean = xs.reduce((a, b) => a + b, 0) / xs.length;
      const squares = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      return {
        k,
        mean,
        stddev: xs.length < 2 ? null : Math.sqrt(squares / (xs.length - 1)),
        n: xs.length,
      };
    });
    assert.equal(rows.length, twin.length);
    rows.forEach((row, i) => {
      assert.equal(row.k, twin[i].k);
      assert.equal(row.n, twin[i].n);
      assert.ok(Math.abs(row.x_mean as number - twin[i].mean) < 1e-9);
      if (twin[i].stddev === null) assert.equal(row.x_stddev, null);
      else assert.ok(Math.abs(row.x_stddev as number - (twin[i].stddev as number)) < 1e-9);
    });
  }));
});

Deno.test("settings keep their order, and columnsFor leaves what is missing null", () => {
  const settings = [setting({ s: "b" }, [{ x: 1, y: 2 }]), setting({ s: "a" }, [{ x: 3 }])];
  const { rows } = gather(settings, gathering("mean", { x: measure, y: measure }, 1));
  assert.deepEqual(rows, [{ s: "b", x: 1, y: 2 }, { s: "a", x: 3, y: null }]);
});
