import assert from "node:assert/strict";
import type { RunDone } from "./run.ts";
import { SharedRuns } from "./shared-runs.ts";

const done = (count: number): RunDone => ({
  ok: true,
  rows: { columns: ["x"], count, cells: [new Float64Array(0)] },
  events: 0,
  hash: "",
  warnings: [],
  milliseconds: 1,
});

Deno.test("a result is given to who came before and after its end", async () => {
  const shared = new SharedRuns();
  assert.equal(shared.get("a"), undefined);
  shared.begin("a");
  const before = shared.get("a");
  const result = done(10);
  shared.settle("a", result);
  assert.equal(await before, result);
  assert.equal(await shared.get("a"), result);
});

Deno.test("results beyond the memory set aside for them go to who waits, not to who comes later", async () => {
  const shared = new SharedRuns();
  for (const key of ["a", "b"]) shared.begin(key);
  const waiting = shared.get("b");
  shared.settle("a", done(3_000_000));
  shared.settle("b", done(3_000_000));
  assert.ok((await waiting)?.ok);
  assert.notEqual(shared.get("a"), undefined);
  assert.equal(shared.get("b"), undefined);
});

Deno.test("a run that is given up rejects, once", async () => {
  const shared = new SharedRuns();
  shared.begin("a");
  shared.giveUp("a", new Error("interrupted"));
  await assert.rejects(shared.get("a") as Promise<unknown>, /interrupted/);
  shared.giveUp("never begun", new Error("x"));
});
