import assert from "node:assert/strict";
import { fixtureScenario } from "./fixtures/scenario.ts";
import { hashOf } from "./hash.ts";
import {
  firstDifference,
  formatManifest,
  madeFrom,
  type Manifest,
  parseManifest,
} from "./manifest.ts";

const manifest: Manifest = {
  format: 1,
  scenario: "fixture/three",
  title: "Three",
  tool: "test 1",
  made_from: madeFrom(fixtureScenario()),
  scenario_hash: "a",
  model_hash: "b",
  runs: 36,
  events: 1000,
  event_hash: "c",
  csv: { sha256: "d", rows: 9, columns: ["x", "y"] },
  pictures: [],
  claims: { one: { measure: "e", table: { columns: ["x"], rows: [{ x: 1.5 }] } } },
};

Deno.test("a manifest is read back as it was written", () => {
  assert.deepEqual(parseManifest(formatManifest(manifest)), manifest);
});

Deno.test("a manifest is laid out for reading: short things on a line", () => {
  const text = formatManifest(manifest);
  assert.ok(text.includes('    "seeds": "1..4"\n'));
  assert.ok(text.includes('    "columns": ["x", "y"]\n'));
  assert.ok(
    text.includes('"cells": {"service_ms":1}') || text.includes('"cells": { "service_ms": 1 }'),
  );
  assert.ok(text.split("\n").every((line) => line.length <= 140), text);
  assert.ok(text.endsWith("}\n"));
});

Deno.test("what is damaged, or of another layout, is no manifest", () => {
  for (const text of ["", "{", "[]", "null", '{"format":1}', '{"format":0}', "{}"]) {
    assert.equal(parseManifest(text), undefined, text);
  }
});

Deno.test("what does not change the table is not part of what it is made from", () => {
  const scenario = fixtureScenario();
  const before = hashOf(madeFrom(scenario));
  assert.equal(hashOf(madeFrom({ ...scenario, title: "Other", source: "x", claims: [] })), before);
  const changed = [
    { ...scenario, hardware: "other" },
    { ...scenario, table: "SELECT 1" },
    { ...scenario, replications: "mean" as const },
    { ...scenario, seeds: [1, 2, 4] },
    { ...scenario, axes: [...scenario.axes].reverse() },
    { ...scenario, inputs: { t: { path: "t", sha256: "1", text: "" } } },
    { ...scenario, references: { t: { path: "t", sha256: "1", text: "" } } },
  ];
  for (const other of changed) assert.notEqual(hashOf(madeFrom(other)), before);
});

Deno.test("the first difference is named by its path, with both values if they are short", () => {
  const base = { parameters: { rtt: 50e6, list: [1, 2] }, table: undefined };
  assert.equal(firstDifference(base, structuredClone(base)), undefined);
  assert.equal(
    firstDifference(base, { ...base, parameters: { ...base.parameters, rtt: 60e6 } }),
    "parameters.rtt (50000000 → 60000000)",
  );
  assert.equal(
    firstDifference(base, { ...base, parameters: { ...base.parameters, list: [1, 3] } }),
    "parameters.list[1] (2 → 3)",
  );
  assert.equal(
    firstDifference(base, { ...base, table: "SELECT 1" }),
    'table (absent → "SELECT 1")',
  );
  assert.equal(firstDifference(base, { ...base, table: "x".repeat(100) }), "table");
  assert.equal(
    firstDifference({ a: [{ x: 1 }, { x: 2 }] }, { a: [{ x: 1 }] }),
    "a (2 → 1 items)",
  );
});
