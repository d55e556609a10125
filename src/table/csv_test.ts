import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Cell,
  CsvError,
  readCsv,
  readGivenCsv,
  roundNumber,
  roundTable,
  type Table,
  writeCsv,
} from "./mod.ts";

Deno.test("numbers have six significant digits, whole numbers all of theirs", () => {
  assert.equal(
    writeCsv({
      columns: ["a", "b"],
      rows: [
        { a: 1 / 3, b: 123456789 },
        { a: 1234567.8, b: -0 },
        { a: 1e-9, b: null },
        { a: true, b: "x" },
      ],
    }),
    "a,b\n0.333333,123456789\n1234570,0\n1e-9,\ntrue,x\n",
  );
});

Deno.test("NaN, an infinity and a missing cell are refused with their place", () => {
  for (const x of [NaN, Infinity, -Infinity]) {
    assert.throws(() => writeCsv({ columns: ["x"], rows: [{ x: 1 }, { x }] }), /row 2, column x/);
  }
  assert.throws(() => writeCsv({ columns: ["x"], rows: [{}] }), /no cell for column x/);
});

Deno.test("what is written is read back, text that looks like a number included", () => {
  const cell: fc.Arbitrary<Cell> = fc.oneof(
    fc.string(),
    fc.constantFrom("true", "false", "", "12", "1e5", " 1", "a,b", 'a"b', "a\nb", "\r", "\ufeffx"),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), (cells) => {
    const table: Table = { columns: ["a", "b"], rows: cells.map(([a, b]) => ({ a, b })) };
    assert.deepEqual(readCsv(writeCsv(table)), roundTable(table));
  }));
});

Deno.test("rounding is idempotent and keeps the sign", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
    const once = roundNumber(x);
    assert.equal(roundNumber(once), once);
    assert.ok(Object.is(once, 0) || Math.sign(once) === Math.sign(x));
    assert.ok(Math.abs(once - x) <= Math.abs(x) * 5.1e-6);
  }));
});

Deno.test("a broken CSV is refused with file and line", () => {
  const wrong: [string, RegExp][] = [
    ["", /x\.csv: is empty/],
    ["a,a\n1,2\n", /x\.csv:1: column a appears twice/],
    ["a,,b\n", /column 2 has no name/],
    ["a,b\n1,2\n3\n", /x\.csv:3: .*expect 2, got 1/],
    ['a,b\n1,"2\n', /x\.csv:\d: .*Quote Not Closed/],
  ];
  for (const [text, why] of wrong) {
    assert.throws(
      () => readCsv(text, "x.csv"),
      (e: Error) => e instanceof CsvError && why.test(e.message),
    );
  }
});

Deno.test("a byte-order mark and Windows line ends are understood", () => {
  assert.deepEqual(readCsv("\ufeffa,b\r\n1,x\r\n"), {
    columns: ["a", "b"],
    rows: [{ a: 1, b: "x" }],
  });
});

Deno.test("a CSV that would keep the parser busy for a minute is refused at once", () => {
  const wide = Array.from({ length: 200_000 }, (_, i) => `c${i}`).join(",") + "\n";
  assert.throws(
    () => readCsv(wide, "w.csv"),
    /^CsvError: w\.csv:1: too many columns; at most 2000/,
  );
  assert.throws(() => readCsv(",".repeat(1e7), "w.csv"), /too many columns/);
  const long = "a,b\n" + "1,2\n".repeat(1e6);
  assert.throws(
    () => readGivenCsv(long, "l.csv"),
    /^CsvError: l\.csv: it has 4 MiB; at most 2 MiB/,
  );
  assert.equal(readGivenCsv("a,b\n1,2\n", "s.csv").rows.length, 1);
});
