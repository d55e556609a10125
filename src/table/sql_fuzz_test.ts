import assert from "node:assert/strict";
import fc from "fast-check";
import { prepareSql, SqlError, SqlTables, type Table } from "./mod.ts";

const TOKENS = [
  ..."SELECT FROM WITH AS VALUES WHERE GROUP BY ORDER LIMIT JOIN ON UNION ALL NOT NULL CASE WHEN"
    .split(" "),
  ..."THEN END DISTINCT IN EXISTS OVER PARTITION RECURSIVE ATTACH PRAGMA DELETE INSERT INTO".split(
    " ",
  ),
  ...["result", "runs", "t", "x", "y", "sum", "median", "percentile", "sqrt", "random", "max"],
  ...[
    "(",
    ")",
    ",",
    ";",
    "*",
    "+",
    "-",
    "/",
    "=",
    "<",
    ".",
    "1",
    "0",
    "-1e400",
    "'a'",
    '"x"',
    "''",
  ],
  ...["--", "/*", "*/", "'", '"', "[", "]", "`", "?", ":a", "\0", "\u{1f600}", "x'00'"],
];

const result: Table = {
  columns: ["x", "y"],
  rows: [{ x: 1, y: "a" }, { x: 2.5, y: null }, { x: null, y: "b" }],
};

Deno.test("any soup of SQL gives a table or an error with a message", () => {
  const tables = new SqlTables({ result, t: result });
  const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 14 }).map((all) => all.join(" "));
  const started = soup.map((text) => `SELECT ${text}`);
  const valid = fc.constantFrom(...TOKENS).map((token) =>
    `SELECT x FROM result WHERE ${token} > 0`
  );
  fc.assert(
    fc.property(fc.oneof(soup, started, valid), (sql) => {
      try {
        const { columns, rows } = tables.query(sql);
        for (const row of rows) assert.deepEqual(Object.keys(row), columns);
      } catch (error) {
        assert.ok(error instanceof SqlError, `${sql}: ${error}`);
        assert.notEqual(error.message, "");
      }
      const prepared = prepareSql(sql, { result: ["x", "y"] });
      assert.ok("columns" in prepared || prepared.error !== "");
    }),
    { numRuns: 500 },
  );
  // Nothing of it changed the tables.
  assert.deepEqual(tables.query("SELECT * FROM result").rows, result.rows);
  tables.close();
});
