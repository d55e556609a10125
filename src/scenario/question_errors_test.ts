/** What a user is told about figures, tables and claims: the whole text, caret included. */
import assert from "node:assert/strict";
import { errorsOf, GIVEN, HEAD } from "./fixture_test.ts";

const claims = (...each: readonly string[]) =>
  HEAD + GIVEN + "claims:\n" +
  each.map((rest, i) => `  - { id: c${i}, says: x, ${rest}, basis: predicted }\n`).join("");

Deno.test("told: an unknown key of a figure", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}${GIVEN}figure: { kind: line, x: { colum: n }, y: { column: total_ms } }\n`,
    ),
    `error: unknown key "colum"; did you mean "column"?
  --> s.yaml:6:28  (figure.x.colum)
   |
 6 | figure: { kind: line, x: { colum: n }, y: { column: total_ms } }
   |                            ^^^^^`,
  );
});

Deno.test("told: an unknown kind of figure", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}figure: { kind: lime }\n`),
    `error: expected one of line, bars, cdf, box, heatmap, timeline, table, effect, panels, not "lime"; did you mean "line"?
  --> s.yaml:6:17  (figure.kind)
   |
 6 | figure: { kind: lime }
   |                 ^^^^`,
  );
});

Deno.test("told: a figure without kind", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}figure: { x: { column: n } }\n`),
    `error: missing key "kind"; expected one of line, bars, cdf, box, heatmap, timeline, table, effect, panels
  --> s.yaml:6:1  (figure.kind)
   |
 6 | figure: { x: { column: n } }
   | ^^^^^^`,
  );
});

Deno.test("told: columns that the table does not have", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}${GIVEN}sweep: { file_size: [1KB] }\nfigure: { kind: line, x: { column: file_size }, y: { column: totl_ms } }\n`,
    ),
    `error: no column "file_size" in the table; did you mean file_size_bytes? (its columns: file_size_bytes, percentile, total_ms_mean, total_ms_stddev, rounds_mean, rounds_stddev, n)
  --> s.yaml:7:36  (figure.x.column)
   |
 7 | figure: { kind: line, x: { column: file_size }, y: { column: totl_ms } }
   |                                    ^^^^^^^^^

error: no column "totl_ms" (needed: totl_ms, or totl_ms_mean) in the table (its columns: file_size_bytes, percentile, total_ms_mean, total_ms_stddev, rounds_mean, rounds_stddev, n)
  --> s.yaml:7:62  (figure.y.column)
   |
 7 | figure: { kind: line, x: { column: file_size }, y: { column: totl_ms } }
   |                                                              ^^^^^^^`,
  );
});

Deno.test("told: wrong keys and texts of a claim", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}${GIVEN}claims:\n  - { id: A b, say: x, published: 5, kind: valu, measure: n, basis: predicted }\n`,
    ),
    `error: expected lower-case words joined by hyphens, for example benefit-at-largest
  --> s.yaml:7:11  (claims.0.id)
   |
 7 |   - { id: A b, say: x, published: 5, kind: valu, measure: n, basis: predicted }
   |           ^^^

error: unknown key "say"; did you mean "says"?
  --> s.yaml:7:16  (claims.0.say)
   |
 7 |   - { id: A b, say: x, published: 5, kind: valu, measure: n, basis: predicted }
   |                ^^^

error: expected one of value, ratio, ordering, crossover, trend, not "valu"; did you mean "value"?
  --> s.yaml:7:44  (claims.0.kind)
   |
 7 |   - { id: A b, say: x, published: 5, kind: valu, measure: n, basis: predicted }
   |                                            ^^^^`,
  );
});

Deno.test("told: a published value that does not fit the kind", async () => {
  assert.equal(
    await errorsOf(
      claims(
        "published: fast, kind: value, measure: n",
        "published: 5 ms, kind: trend, measure: n",
        "published: a < b > c, kind: ordering, measure: n",
      ),
    ),
    `error: "fast" does not fit a claim of kind value; expected a number as printed, for example 71.94 %, 11-622 ms or > 90 %
  --> s.yaml:7:35  (claims.0.published)
   |
 7 |   - { id: c0, says: x, published: fast, kind: value, measure: n, basis: predicted }
   |                                   ^^^^

error: "5 ms" does not fit a claim of kind trend; expected rising, falling or flat, joined by \`then\` if several, or yes
  --> s.yaml:8:35  (claims.1.published)
   |
 8 |   - { id: c1, says: x, published: 5 ms, kind: trend, measure: n, basis: predicted }
   |                                   ^^^^

error: "a < b > c" does not fit a claim of kind ordering; expected names in order, for example local < edge < remote, or yes
  --> s.yaml:9:35  (claims.2.published)
   |
 9 |   - { id: c2, says: x, published: a < b > c, kind: ordering, measure: n, basis: predicted }
   |                                   ^^^^^^^^^`,
  );
});

Deno.test("told: tolerances that do not fit", async () => {
  assert.equal(
    await errorsOf(
      claims(
        "published: 5 ms, kind: value, measure: n, tolerance: 5 points",
        "published: 5 ms, kind: value, measure: n, tolerance: 5",
        "published: 5 ms, kind: value, measure: n, tolerance: 5 GB",
        "published: 5, kind: value, measure: n, tolerance: close",
        "published: yes, kind: trend, measure: n > 1, tolerance: 3 %",
      ),
    ),
    `error: points are differences between percentages, but "5 ms" is none
  --> s.yaml:7:77  (claims.0.tolerance)
   |
 7 |   - { id: c0, says: x, published: 5 ms, kind: value, measure: n, tolerance: 5 points, basis: predicted }
   |                                                                             ^^^^^^^^

error: 5 needs a unit: "5 ms" has the unit ms; or write a share such as 10 %
  --> s.yaml:8:77  (claims.1.tolerance)
   |
 8 |   - { id: c1, says: x, published: 5 ms, kind: value, measure: n, tolerance: 5, basis: predicted }
   |                                                                             ^

error: "GB" does not fit "5 ms", which has the unit ms
  --> s.yaml:9:77  (claims.2.tolerance)
   |
 9 |   - { id: c2, says: x, published: 5 ms, kind: value, measure: n, tolerance: 5 GB, basis: predicted }
   |                                                                             ^^^^

error: "close" is not a tolerance; write printed, 5 points, 10 %, or an amount with its unit
   --> s.yaml:10:74  (claims.3.tolerance)
    |
 10 |   - { id: c3, says: x, published: 5, kind: value, measure: n, tolerance: close, basis: predicted }
    |                                                                          ^^^^^

error: a statement that the measure decides has no tolerance; drop it
   --> s.yaml:11:80  (claims.4.tolerance)
    |
 11 |   - { id: c4, says: x, published: yes, kind: trend, measure: n > 1, tolerance: 3 %, basis: predicted }
    |                                                                                ^^^`,
  );
});

Deno.test("told: a measure that names no column or an unknown one", async () => {
  assert.equal(
    await errorsOf(
      claims(
        "published: 5, kind: value, measure: avg(totl_ms_mean)",
        "published: 5, kind: value, measure: 40 + 2",
        "published: 5, kind: value, measure: SELECT n FROM rnus",
        "published: 5, kind: value, measure: avg((n)",
      ),
    ),
    `error: unknown column totl_ms_mean; did you mean total_ms_mean? there is percentile, total_ms_mean, total_ms_stddev, rounds_mean, rounds_stddev, n
  --> s.yaml:7:64  (claims.0.measure)
   |
 7 |   - { id: c0, says: x, published: 5, kind: value, measure: avg(totl_ms_mean), basis: predicted }
   |                                                                ^^^^^^^^^^^^

error: the measure names no column; result has percentile, total_ms_mean, total_ms_stddev, rounds_mean, rounds_stddev, n
  --> s.yaml:8:60  (claims.1.measure)
   |
 8 |   - { id: c1, says: x, published: 5, kind: value, measure: 40 + 2, basis: predicted }
   |                                                            ^^^^^^

error: unknown table rnus; did you mean runs? there is runs, result
  --> s.yaml:9:74  (claims.2.measure)
   |
 9 |   - { id: c2, says: x, published: 5, kind: value, measure: SELECT n FROM rnus, basis: predicted }
   |                                                                          ^^^^

error: SQL syntax error near "FROM"
   --> s.yaml:10:60  (claims.3.measure)
    |
 10 |   - { id: c3, says: x, published: 5, kind: value, measure: avg((n), basis: predicted }
    |                                                            ^^^^^^^`,
  );
});

Deno.test("told: a measure of too many or too few columns", async () => {
  assert.equal(
    await errorsOf(
      claims(
        "published: 5, kind: value, measure: 'SELECT n, n AS m FROM result'",
        "published: a < b, kind: ordering, measure: n",
        "published: rising, kind: trend, measure: n",
        "published: yes, kind: trend, measure: 'SELECT n, n AS m FROM runs'",
        "published: 3, kind: crossover, measure: 'SELECT n, n AS m, n AS o FROM runs'",
        "published: 3-4, kind: value, measure: 'SELECT n, n AS m, n AS o FROM runs'",
      ),
    ),
    `error: the measure gives 2 columns; expected one, the number
  --> s.yaml:7:60  (claims.0.measure)
   |
 7 |   - { id: c0, says: x, published: 5, kind: value, measure: 'SELECT n, n AS m FROM result', basis: predicted }
   |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: the measure gives 1 column; expected two: name, value
  --> s.yaml:8:67  (claims.1.measure)
   |
 8 |   - { id: c1, says: x, published: a < b, kind: ordering, measure: n, basis: predicted }
   |                                                                   ^

error: the measure gives 1 column; expected two: x, y
  --> s.yaml:9:65  (claims.2.measure)
   |
 9 |   - { id: c2, says: x, published: rising, kind: trend, measure: n, basis: predicted }
   |                                                                 ^

error: the measure gives 2 columns; expected one, true or false
   --> s.yaml:10:62  (claims.3.measure)
    |
 10 |   - { id: c3, says: x, published: yes, kind: trend, measure: 'SELECT n, n AS m FROM runs', basis: predicted }
    |                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: the measure gives 3 columns; expected x, or two: x, difference
   --> s.yaml:11:64  (claims.4.measure)
    |
 11 |   - { id: c4, says: x, published: 3, kind: crossover, measure: 'SELECT n, n AS m, n AS o FROM runs', basis: predicted }
    |                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: the measure gives 3 columns; expected one, the number, or two: low, high
   --> s.yaml:12:62  (claims.5.measure)
    |
 12 |   - { id: c5, says: x, published: 3-4, kind: value, measure: 'SELECT n, n AS m, n AS o FROM runs', basis: predicted }
    |                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
  );
});

Deno.test("told: a claim id used twice", async () => {
  assert.equal(
    await errorsOf(
      claims("published: 5, kind: value, measure: n", "published: 5, kind: value, measure: n")
        .replace("id: c1", "id: c0"),
    ),
    `error: the claim id "c0" is used by claims.0 already
  --> s.yaml:8:11  (claims.1.id)
   |
 8 |   - { id: c0, says: x, published: 5, kind: value, measure: n, basis: predicted }
   |           ^^`,
  );
});

Deno.test("told: data for a claim that is fitted to nothing", async () => {
  assert.equal(
    await errorsOf(claims("published: 5, kind: value, measure: n, calibrated_on: table 3")),
    `error: a predicted claim is fitted to nothing; drop this or set basis: calibrated
  --> s.yaml:7:78  (claims.0.calibrated_on)
   |
 7 |   - { id: c0, says: x, published: 5, kind: value, measure: n, calibrated_on: table 3, basis: predicted }
   |                                                                              ^^^^^^^`,
  );
});

Deno.test("told: a table statement with an unknown column", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}table: SELECT totl_ms_mean FROM runs\n`),
    `error: unknown column totl_ms_mean; did you mean total_ms_mean? there is percentile, total_ms_mean, total_ms_stddev, rounds_mean, rounds_stddev, n
  --> s.yaml:6:15  (table)
   |
 6 | table: SELECT totl_ms_mean FROM runs
   |               ^^^^^^^^^^^^`,
  );
});

Deno.test("told: a word of a table statement over several lines", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}table: |\n  SELECT n,\n         totl_ms_mean\n  FROM runs\n`),
    `error: unknown column totl_ms_mean; did you mean total_ms_mean? there is percentile, total_ms_mean, total_ms_stddev, rounds_mean, rounds_stddev, n
  --> s.yaml:8:10  (table)
   |
 8 |          totl_ms_mean
   |          ^^^^^^^^^^^^`,
  );
});

Deno.test("told: a table statement over several lines that is no SELECT", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}table: >\n  DELETE\n  FROM runs\n`),
    `error: the SQL begins with DELETE; only one SELECT (or WITH ... SELECT) is accepted
  --> s.yaml:6:1  (table)
   |
 6 | table: >
   | ^^^^^`,
  );
});

Deno.test("told: a table statement that is no SELECT", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}table: DROP TABLE runs\n`),
    `error: the SQL begins with DROP; only one SELECT (or WITH ... SELECT) is accepted
  --> s.yaml:6:8  (table)
   |
 6 | table: DROP TABLE runs
   |        ^^^^^^^^^^^^^^^`,
  );
});

Deno.test("told: references that cannot be used", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}${GIVEN}references: { measured: gone.csv, runs: measured.csv, broken: broken.csv }\n`,
    ),
    `error: cannot read "gone.csv": there is no such file
  --> s.yaml:6:25  (references.measured)
   |
 6 | references: { measured: gone.csv, runs: measured.csv, broken: broken.csv }
   |                         ^^^^^^^^

error: "runs": this name is taken; choose another
  --> s.yaml:6:35  (references.runs)
   |
 6 | references: { measured: gone.csv, runs: measured.csv, broken: broken.csv }
   |                                   ^^^^

error: broken.csv:1: column a appears twice
  --> s.yaml:6:63  (references.broken)
   |
 6 | references: { measured: gone.csv, runs: measured.csv, broken: broken.csv }
   |                                                               ^^^^^^^^^^`,
  );
});

Deno.test("told: a figure over a table statement", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}${GIVEN}references: { measured: measured.csv }\ntable: SELECT total_ms_mean AS ours, measured_ms FROM runs, measured\nfigure: { kind: line, x: { column: our }, y: { column: measured_ms } }\n`,
    ),
    `error: no column "our" in the table; did you mean ours? (its columns: ours, measured_ms)
  --> s.yaml:8:36  (figure.x.column)
   |
 8 | figure: { kind: line, x: { column: our }, y: { column: measured_ms } }
   |                                    ^^^`,
  );
});
