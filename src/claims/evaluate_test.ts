import assert from "node:assert/strict";
import { type Cell, SqlTables, type Table } from "../table/mod.ts";
import { type ClaimResult, claimSchema, type ClaimSpec, evaluateClaim, judgeClaim } from "./mod.ts";

function claim(changes: Record<string, unknown>): ClaimSpec {
  return claimSchema.parse({
    id: "c",
    says: "As published",
    kind: "value",
    published: "71.94 %",
    measure: "x",
    basis: "predicted",
    ...changes,
  });
}

/** Judges a measure that gave these rows of the columns a, b. */
function judged(changes: Record<string, unknown>, ...rows: Cell[][]): ClaimResult {
  const columns = (rows[0] ?? [0]).map((_, i) => "ab"[i] as string);
  const table: Table = {
    columns,
    rows: rows.map((cells) => Object.fromEntries(cells.map((cell, i) => [columns[i], cell]))),
  };
  return judgeClaim(claim(changes), { ok: true, table });
}

const brief = ({ verdict, reproduced, difference, reason }: ClaimResult) =>
  reason === undefined ? [verdict, reproduced, difference] : [verdict, reason];

type Case = [published: string, tolerance: string, cells: Cell[], expected: string[]];

const VALUES: Case[] = [
  ["71.94 %", "printed", [71.9444], ["met", "71.94 %", "+0.0044 points"]],
  ["71.94 %", "printed", [71.946], ["not met", "71.95 %", "+0.006 points"]],
  ["71.94 %", "5 points", [66.95], ["met", "66.95 %", "-4.99 points"]],
  ["71.94 %", "5 points", [66.9], ["not met", "66.90 %", "-5.04 points"]],
  ["71.94 %", "10 %", [65], ["met", "65.00 %", "-6.94 points"]],
  ["622 ms", "printed", [622.5], ["met", "623 ms", "+0.5 ms (+0.0804 %)"]],
  ["622 ms", "20 ms", [600.7], ["not met", "601 ms", "-21.3 ms (-3.42 %)"]],
  ["622 ms", "0.02 s", [603], ["met", "603 ms", "-19 ms (-3.05 %)"]],
  ["8", "printed", [8], ["met", "8", "0 (0 %)"]],
  ["8", "printed", [0.02], ["not met", "0.02", "-7.98 (-99.8 %)"]],
  ["0 ms", "printed", [0], ["met", "0 ms", "0 ms"]],
  ["0.3 s", "0.1 s", [0.2], ["met", "0.2 s", "-0.1 s (-33.3 %)"]],
  ["-5 %", "1 points", [-4.2], ["met", "-4 %", "+0.8 points"]],
  ["> 90 %", "printed", [90], ["not met", "90 %", "0 points"]],
  ["> 90 %", "printed", [95.2], ["met", "95 %", "+5.2 points"]],
  ["at least 4x", "printed", [4], ["met", "4x", "0x (0 %)"]],
  ["at most 5 ms", "1 ms", [5.9], ["met", "6 ms", "+0.9 ms (+18 %)"]],
  ["at most 5 ms", "printed", [5.1], ["not met", "5.1 ms", "+0.1 ms (+2 %)"]],
  ["11-622 ms", "10 %", [11.9, 600.7], [
    "met",
    "12-601 ms",
    "+0.9 ms (+8.18 %); -21.3 ms (-3.42 %)",
  ]],
  ["11-622 ms", "5 %", [11.9, 600.7], [
    "not met",
    "12-601 ms",
    "+0.9 ms (+8.18 %); -21.3 ms (-3.42 %)",
  ]],
  ["11-622 ms", "printed", [300], ["met", "300 ms", "inside"]],
  ["11-622 ms", "printed", [700], ["not met", "700 ms", "+78 ms (+12.5 %)"]],
  ["5 ms", "printed", [null], [
    "cannot be evaluated",
    "the measure gave NULL in a: there was nothing to compute it from",
  ]],
  ["5 ms", "printed", ["5"], ["cannot be evaluated", 'the measure gave "5" in a, not a number']],
  ["5 ms", "printed", [NaN], ["cannot be evaluated", "the measure gave null in a, not a number"]],
  ["5 ms", "printed", [1, 2], ["cannot be evaluated", "the measure gave 2 columns, not one"]],
];

for (const [published, tolerance, cells, expected] of VALUES) {
  Deno.test(`value ${published} within ${tolerance}, measured ${cells.join(" and ")}`, () => {
    assert.deepEqual(brief(judged({ published, tolerance }, cells)), expected);
  });
}

Deno.test("a value that is no single row cannot be evaluated", () => {
  assert.deepEqual(brief(judged({})), ["cannot be evaluated", "the measure gave no row"]);
  assert.deepEqual(brief(judged({}, [1], [2])), [
    "cannot be evaluated",
    "the measure gave 2 rows, not one; aggregate or add a WHERE",
  ]);
});

Deno.test("ratios are judged as values", () => {
  const ratio = { kind: "ratio", published: "2.6x", tolerance: "5 %" };
  assert.deepEqual(brief(judged(ratio, [2.5])), ["met", "2.5x", "-0.1x (-3.85 %)"]);
  assert.deepEqual(brief(judged(ratio, [2.4])), ["not met", "2.4x", "-0.2x (-7.69 %)"]);
});

Deno.test("an ordering names the pairs that break it", () => {
  const order = { kind: "ordering", published: "local < edge < remote" };
  const rows = (a: Cell, b: Cell, c: Cell) =>
    [["edge", b], ["local", a], ["remote", c]] as Cell[][];
  assert.deepEqual(brief(judged(order, ...rows(1, 2, 3))), ["met", "local < edge < remote", ""]);
  assert.deepEqual(brief(judged(order, ...rows(1, 4, 3))), [
    "not met",
    "local < remote < edge",
    "edge (4) > remote (3), not <",
  ]);
  assert.deepEqual(brief(judged(order, ...rows(2, 2, 3))), [
    "not met",
    "local = edge < remote",
    "local (2) = edge (2), not <",
  ]);
  const falling = { kind: "ordering", published: "remote > edge > local" };
  assert.deepEqual(brief(judged(falling, ...rows(1, 2, 3))), ["met", "remote > edge > local", ""]);
});

Deno.test("alike means within the tolerance", () => {
  const order = { kind: "ordering", published: "warm = cold", tolerance: "5 %" };
  assert.equal(judged(order, ["warm", 100], ["cold", 104]).verdict, "met");
  assert.equal(judged(order, ["warm", 100], ["cold", 106]).verdict, "not met");
  assert.equal(judged({ ...order, tolerance: "printed" }, ["warm", 1], ["cold", 1]).verdict, "met");
  assert.equal(judged({ ...order, tolerance: "3 ms" }, ["warm", 1], ["cold", 4]).verdict, "met");
  assert.equal(
    judged({ ...order, tolerance: "3 ms" }, ["warm", 1], ["cold", 5]).verdict,
    "not met",
  );
  assert.equal(
    judged({ ...order, tolerance: "printed" }, ["warm", 1], ["cold", 1.001]).verdict,
    "not met",
  );
});

Deno.test("an ordering with a name missing, twice or without value cannot be evaluated", () => {
  const order = { kind: "ordering", published: "a < b" };
  const reason = (...rows: Cell[][]) => judged(order, ...rows).reason;
  assert.match(reason(["a", 1], ["c", 2]) ?? "", /no row for b; it gave a, c/);
  assert.match(reason(["a", 1], ["a", 2], ["b", 2]) ?? "", /two rows for a; GROUP BY/);
  assert.match(reason(["a", 1], ["b", null]) ?? "", /NULL in b of b/);
  assert.match(reason() ?? "", /1 columns, not two/);
});

Deno.test("yes is decided by the measure", () => {
  const yes = { kind: "ordering", published: "yes" };
  assert.deepEqual(brief(judged(yes, [1])), ["met", "yes", ""]);
  assert.deepEqual(brief(judged(yes, [true])), ["met", "yes", ""]);
  assert.deepEqual(brief(judged(yes, [0])), ["not met", "no", ""]);
  assert.equal(judged(yes, [null]).verdict, "cannot be evaluated");
  assert.equal(judged(yes, [2]).verdict, "cannot be evaluated");
  assert.equal(judged(yes, [1], [1]).verdict, "cannot be evaluated");
});

Deno.test("a crossover is where the difference changes its sign", () => {
  const crossover = { kind: "crossover", published: "24 cores", tolerance: "2 cores" };
  assert.deepEqual(brief(judged(crossover, [8, -2], [16, -1], [32, 1])), [
    "met",
    "24 cores",
    "0 cores (0 %)",
  ]);
  assert.deepEqual(brief(judged(crossover, [25.5])), ["met", "26 cores", "+1.5 cores (+6.25 %)"]);
  assert.deepEqual(brief(judged(crossover, [8, -1], [16, 0], [32, 5])), [
    "not met",
    "16 cores",
    "-8 cores (-33.3 %)",
  ]);
  assert.deepEqual(brief(judged(crossover, [8, 1], [16, 2], [32, 0])), [
    "not met",
    "no crossing",
    "the difference stays above zero from 8 to 32",
  ]);
  // One crossing in the right place does not excuse another in a wrong one.
  assert.deepEqual(brief(judged(crossover, [8, -1], [10, 1], [23, 1], [25, -1])), [
    "not met",
    "9 cores, 24 cores",
    "-15 cores (-62.5 %); 0 cores (0 %)",
  ]);
  const range = { kind: "crossover", published: "100-200 KB" };
  assert.equal(judged(range, [100, -1], [150, 1]).verdict, "met");
  assert.match(judged(range, [100, -1]).reason ?? "", /1 rows; at least 2/);
  assert.match(judged(range, [150, -1], [100, 1]).reason ?? "", /rising order/);
});

type TrendCase = [published: string, tolerance: string, y: number[], met: boolean];

const TRENDS: TrendCase[] = [
  ["rising", "printed", [1, 2, 3], true],
  ["rising", "printed", [1, 1, 3], true],
  ["rising", "printed", [1, 3, 2.9], false],
  ["rising", "5 %", [1, 3, 2.9, 4], true],
  ["rising", "printed", [1, 1, 1], false],
  ["rising", "10 %", [10, 10.5], false],
  ["rising", "2 points", [10, 40, 38.5, 70], true],
  ["rising", "2 points", [10, 40, 37.5, 70], false],
  ["falling", "printed", [3, 2, 1], true],
  ["falling", "printed", [1, 2, 3], false],
  ["flat", "5 %", [100, 103, 99], true],
  ["flat", "5 %", [100, 106, 99], false],
  ["flat", "printed", [0, 0, 0], true],
  ["rising then flat", "5 %", [1, 5, 10, 10.2, 9.9], true],
  ["rising then flat", "5 %", [1, 5, 10, 8, 6], false],
  ["rising then falling", "5 %", [1, 5, 10, 8, 6], true],
  ["rising then falling", "5 %", [1, 5, 10, 11], false],
  ["flat then falling then flat", "2 %", [10, 10, 10, 0, 0, 0], true],
  ["flat then falling then flat", "2 %", [10, 8, 6, 4, 2, 0], false],
];

for (const [published, tolerance, y, met] of TRENDS) {
  Deno.test(`trend ${published} within ${tolerance}: ${y.join(" ")} is ${met ? "met" : "not"}`, () => {
    const result = judged({ kind: "trend", published, tolerance }, ...y.map((v, i) => [i, v]));
    assert.equal(result.verdict, met ? "met" : "not met", result.reproduced);
  });
}

Deno.test("a trend that is not met says how the series moves", () => {
  const trend = { kind: "trend", published: "rising", tolerance: "5 %" };
  assert.deepEqual(brief(judged(trend, [0, 1], [1, 10], [2, 5])), [
    "not met",
    "rising then falling",
    "from 1 to 5, least 1, most 10",
  ]);
  assert.match(judged(trend, [0, 1]).reason ?? "", /1 rows; at least 2/);
  assert.match(judged(trend, [0, 1], [1, null]).reason ?? "", /NULL in b/);
});

Deno.test("a long series is judged, averaged down", () => {
  const y = Array.from({ length: 50_000 }, (_, i) => [i, Math.min(i, 25_000)]);
  const trend = { kind: "trend", published: "rising then flat", tolerance: "1 %" };
  assert.equal(judged(trend, ...y).verdict, "met");
  const falling = { ...trend, published: "falling" };
  assert.equal(judged(falling, ...y).verdict, "not met");
});

Deno.test("a measure is an expression over the result, or a SELECT over all tables", () => {
  const tables = new SqlTables({
    result: { columns: ["x"], rows: [{ x: 70 }, { x: 74 }] },
    runs: { columns: ["y"], rows: [{ y: 2 }] },
  });
  assert.equal(
    evaluateClaim(claim({ measure: "avg(x)", tolerance: "1 points" }), tables).verdict,
    "met",
  );
  const joined = "SELECT avg(x) * y / 2 FROM result, runs";
  assert.equal(evaluateClaim(claim({ measure: joined, tolerance: "1 %" }), tables).verdict, "met");
  const wrong = evaluateClaim(claim({ measure: "avg(z)" }), tables);
  assert.equal(wrong.verdict, "cannot be evaluated");
  assert.match(wrong.reason ?? "", /the measure fails: unknown column z; there is x, y/);
  const none = evaluateClaim(claim({ measure: "SELECT avg(x) FROM result WHERE x > 100" }), tables);
  assert.match(none.reason ?? "", /gave NULL/);
  tables.close();
});

Deno.test("a result carries what compare shows", () => {
  const result = judged({ basis: "calibrated", calibrated_on: "table 1", note: "read so" }, [70]);
  assert.equal(result.basis, "calibrated");
  assert.equal(result.calibrated_on, "table 1");
  assert.equal(result.note, "read so");
  assert.deepEqual(result.values, [70]);
});

Deno.test("a change of just the tolerance neither rises nor falls", () => {
  const verdict = (published: string, last: number) =>
    judged({ kind: "trend", published, tolerance: "10 %" }, [0, 100], [1, last]).verdict;
  assert.equal(verdict("falling", 90), "not met");
  assert.equal(verdict("falling", 89), "met");
  const up = (first: number) =>
    judged({ kind: "trend", published: "rising", tolerance: "10 %" }, [0, first], [1, 100]).verdict;
  assert.equal(up(90), "not met");
  assert.equal(up(89), "met");
});

Deno.test("at most holds for the value itself, less than does not", () => {
  const verdict = (published: string) => judged({ published }, [5]).verdict;
  assert.deepEqual(["<= 5 ms", "at most 5 ms", "< 5 ms"].map(verdict), ["met", "met", "not met"]);
});
