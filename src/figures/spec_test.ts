import assert from "node:assert/strict";
import { z } from "zod";
import { checkColumns, figureColumns } from "./columns.ts";
import { type FigureInput, figureSchema } from "./spec.ts";

const line: FigureInput = {
  kind: "line",
  x: { column: "file_size_bytes", scale: "log" },
  y: { column: "total_ms", interval: "stddev" },
  series: "connection",
};

Deno.test("a figure takes its defaults", () => {
  const spec = figureSchema.parse(line);
  assert.equal(spec.kind, "line");
  assert.equal(spec.kind === "line" && spec.mode, "line");
  assert.equal(spec.legend, "top");
});

Deno.test("an unknown key, a wrong kind and a wrong colour are refused at their place", () => {
  const wrong = (value: unknown) => {
    const result = figureSchema.safeParse(value);
    assert.equal(result.success, false);
    return (result.error as z.ZodError).issues.map((i) => [i.path.join("."), i.code, i.message]);
  };
  assert.deepEqual(wrong({ ...line, colour: "red" }).map((i) => i[1]), ["unrecognized_keys"]);
  assert.deepEqual(wrong({ ...line, x: { column: "a", scale: "logarithmic" } })[0]?.[0], "x.scale");
  assert.match(wrong({ ...line, kind: "pie" })[0]?.[2] ?? "", /expected kind: line \| bars/);
  assert.equal(
    wrong({ ...line, styles: { warm: { color: "redd" } } })[0]?.[0],
    "styles.warm.color",
  );
  assert.match(wrong({ ...line, y: {} })[0]?.[2] ?? "", /either column .* or columns/);
  assert.equal(wrong({ kind: "panels", panels: [{ ...line, z: 1 }] })[0]?.[0], "panels.0");
});

Deno.test("the schema can be printed as JSON Schema for editors", () => {
  const schema = JSON.stringify(z.toJSONSchema(figureSchema, { io: "input" }));
  assert.match(schema, /file_size|phases/);
});

Deno.test("a measure is found under its own name or as a mean over seeds", () => {
  const spec = figureSchema.parse(line);
  assert.deepEqual(figureColumns(spec).map((u) => [u.path.join("."), u.alternatives]), [
    ["x.column", [["file_size_bytes"]]],
    ["y.column", [["total_ms"], ["total_ms_mean"]]],
    ["series", [["connection"]]],
  ]);
  assert.deepEqual(checkColumns(spec, ["file_size_bytes", "total_ms_mean", "connection"]), []);
});

Deno.test("a column that is not there is named with its place and the nearest one", () => {
  const spec = figureSchema.parse({
    kind: "panels",
    panels: [line, { ...line, y: { column: "totl_ms" } }],
  });
  const problems = checkColumns(spec, ["file_size_bytes", "total_ms", "connection"]);
  assert.equal(problems.length, 1);
  assert.equal(problems[0]?.path.join("."), "panels.1.y.column");
  assert.match(problems[0]?.message ?? "", /no column "totl_ms".*did you mean total_ms\?/);
});

Deno.test("a confidence interval needs its bounds", () => {
  const spec = figureSchema.parse({ ...line, y: { column: "total_ms", interval: "ci" } });
  const [problem] = checkColumns(spec, ["file_size_bytes", "total_ms_mean", "connection"]);
  assert.match(problem?.message ?? "", /total_ms_ci_low and total_ms_ci_high/);
});
