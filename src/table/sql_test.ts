import assert from "node:assert/strict";
import { columnsOf, prepareSql, query, SqlError, SqlTables, type Table } from "./mod.ts";
import { gathers } from "./sql-guard.ts";

const runs: Table = {
  columns: ["site", "size_bytes", "total_ms", "warm"],
  rows: [
    { site: "local", size_bytes: 1000, total_ms: 1.5, warm: true },
    { site: "edge", size_bytes: 1000, total_ms: 100, warm: false },
    { site: "edge", size_bytes: 2000, total_ms: null, warm: true },
  ],
};

Deno.test("a query gives typed cells back, booleans of plain columns included", () => {
  const table = query({ runs }, "SELECT site, size_bytes / 3000 AS part, total_ms, warm FROM runs");
  assert.deepEqual(table.columns, ["site", "part", "total_ms", "warm"]);
  assert.deepEqual(table.rows[0], { site: "local", part: 1 / 3, total_ms: 1.5, warm: true });
  assert.deepEqual(table.rows[2].total_ms, null);
});

Deno.test("median, stddev, percentile and geomean agree with hand-made answers", () => {
  const t: Table = { columns: ["x"], rows: [4, 1, 3, 2, null].map((x) => ({ x })) };
  const [row] = query(
    { t },
    "SELECT median(x) m, stddev(x) s, percentile(x, 25) q, geomean(x) g, sqrt(max(x)) r FROM t",
  ).rows;
  assert.equal(row.m, 2.5);
  assert.ok(Math.abs(row.s as number - Math.sqrt(5 / 3)) < 1e-12);
  assert.equal(row.q, 1.75);
  assert.ok(Math.abs(row.g as number - 24 ** 0.25) < 1e-12);
  assert.equal(row.r, 2);
});

Deno.test("functions of nothing, or of the impossible, are NULL", () => {
  const t: Table = { columns: ["x"], rows: [] };
  const [row] = query({ t }, "SELECT median(x) m, stddev(x) s, ln(-1) l, sqrt('a') q FROM t").rows;
  assert.deepEqual(row, { m: null, s: null, l: null, q: null });
});

Deno.test("columns are known without running, also through WITH", () => {
  const tables = { runs: runs.columns };
  assert.deepEqual(
    columnsOf(
      tables,
      "WITH a AS (SELECT site, avg(total_ms) ms FROM runs GROUP BY site) SELECT * FROM a",
    ),
    ["site", "ms"],
  );
  assert.deepEqual(prepareSql("SELECT 1 AS one", tables), { columns: ["one"] });
});

Deno.test("an unknown column, table or function is named with what there is", () => {
  assert.throws(
    () => query({ runs }, "SELECT totl_ms FROM runs"),
    (e: Error) =>
      e instanceof SqlError && /unknown column totl_ms; did you mean total_ms\?/.test(e.message),
  );
  assert.throws(() => query({ runs }, "SELECT total FROM runs"), /did you mean total_ms\?/);
  assert.throws(() => query({ runs }, 'SELECT "zz" FROM runs'), /unknown column zz; there is site/);
  assert.throws(
    () => query({ runs }, "SELECT 1 FROM run"),
    /unknown table run; did you mean runs\?/,
  );
  assert.throws(() => query({ runs }, "SELECT medain(1) FROM runs"), /did you mean median\?/);
  assert.throws(() => query({ runs }, "SELECT FROM runs"), /syntax error near "FROM"/);
  assert.throws(() => query({ runs }, "SELECT site, site FROM runs"), /two columns named site/);
});

const REFUSED: [sql: string, why: RegExp][] = [
  ["", /empty/],
  ["-- nothing", /empty/],
  ["DROP TABLE runs", /begins with DROP/],
  ["/* hi */ ATTACH 'x' AS y", /begins with ATTACH/],
  ["PRAGMA user_version", /begins with PRAGMA/],
  ["SELECT 1; DELETE FROM runs", /after a semicolon/],
  ["WITH a AS (SELECT 1) DELETE FROM runs", /only reading/],
  ["WITH a AS (SELECT 1) INSERT INTO runs SELECT 1,2,3,4", /only reading/],
  ["WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x FROM t", /recursive/],
  ["WITH t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT sum(x) FROM t", /recursive/],
  ["SELECT load_extension('x')", /load_extension\(\) is not available/],
  ["SELECT random()", /random\(\) is not available/],
  ["SELECT datetime('now')", /datetime\(\) is not available/],
  ["SELECT current_timestamp", /not available/],
  ["SELECT hex(zeroblob(100000000))", /not available/],
  ["SELECT * FROM sqlite_master", /sqlite_master may not be read/],
  ["SELECT count(*) FROM pragma_database_list", /pragma_database_list may not be read/],
  ["SELECT * FROM pragma_database_list", /may not be read/],
  ["SELECT * FROM json_each('[1]')", /may not be read/],
  ["SELECT count(*) FROM runs WHERE total_ms = ?", /has a parameter/],
  ["SELECT 1e999 AS x", /not a finite number/],
  ["SELECT x'00' AS x", /is bytes/],
  ["SELECT '" + "x".repeat(30_000) + "'", /characters long/],
];

for (const [sql, why] of REFUSED) {
  Deno.test(`SQL is refused: ${sql.slice(0, 60)}`, () => {
    assert.throws(
      () => query({ runs }, sql),
      (e: Error) => e instanceof SqlError && why.test(e.message),
    );
  });
}

Deno.test("keywords inside strings, names and comments are no keywords", () => {
  const table = query(
    { runs },
    `SELECT 'DROP; DELETE' AS "a;b" /* ; */ FROM runs -- ; ATTACH
     LIMIT 1;`,
  );
  assert.deepEqual(table, { columns: ["a;b"], rows: [{ "a;b": "DROP; DELETE" }] });
});

Deno.test("a join of everything with everything is refused before it starts", () => {
  const rows = Array.from({ length: 5000 }, (_, x) => ({ x }));
  const tables = new SqlTables({ t: { columns: ["x"], rows } });
  assert.throws(() => tables.query("SELECT count(*) c FROM t a, t b, t c"), /too many rows/);
  assert.throws(
    () =>
      tables.query(
        "WITH m AS MATERIALIZED (SELECT a.x FROM t a, t b) SELECT count(*) c FROM m, m AS n",
      ),
    /too many rows/,
  );
  assert.throws(
    () => tables.query("SELECT (SELECT count(*) FROM t b, t c WHERE b.x < a.x) c FROM t a"),
    /too many rows/,
  );
  // Rows kept as they are, taken three times; summarised ones are few.
  const thrice = (kept: string) =>
    `WITH m AS MATERIALIZED (${kept}) SELECT count(*) c FROM m, m n, m o`;
  assert.throws(() => tables.query(thrice("SELECT x FROM t")), /about 1e\+11 .* at most 1e\+9/);
  assert.throws(
    () => tables.query(thrice("SELECT x, sum(x) OVER (ORDER BY x) FROM t")),
    /too many rows/,
  );
  assert.equal(tables.query(thrice("SELECT max(x), count(*) FROM t")).rows[0].c, 1);
  assert.equal(tables.query("SELECT count(*) c FROM t a JOIN t b USING (x)").rows[0].c, 5000);
  tables.close();
});

Deno.test("what a WITH gathers is told from its text, whatever strings and brackets it holds", () => {
  const of = (body: string) => gathers(`WITH a(x) AS (SELECT 1), "m" AS (${body}) SELECT 1`, "m");
  assert.equal(of("SELECT x FROM t"), "rows");
  assert.equal(of("SELECT 'GROUP BY' AS s, (SELECT max(x) FROM t) FROM t -- distinct"), "rows");
  assert.equal(of("SELECT x FROM t GROUP BY x"), "groups");
  assert.equal(of("SELECT DISTINCT x FROM t"), "groups");
  assert.equal(of("SELECT count(*) FROM t"), "all");
  assert.equal(of("SELECT median(x) OVER (ORDER BY y) FROM t"), "rows");
  assert.equal(gathers("SELECT * FROM (SELECT x FROM t)", "(subquery-2)"), "groups");
});
