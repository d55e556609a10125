/** Checks over several parameters, columns that depend on parameters, platforms and their errors. */
import assert from "node:assert/strict";
import { z } from "zod";
import { defineExperiment, type Experiment } from "../model/mod.ts";
import { bytes, duration } from "../units/mod.ts";
import { errorsOf, HEAD, options, PLATFORMS, scenarioOf } from "./fixture_test.ts";
import { runColumns } from "./mod.ts";

const together = defineExperiment({
  id: "fake/transfer",
  says: "Checks its keys together.",
  parameters: z.strictObject({
    low: duration({ column: "us" }),
    high: duration(),
    window: bytes().default(65536),
    detail: z.boolean().default(false),
  }).refine((p) => p.low < p.high, { path: ["low"], error: "low must be below high" }),
  columns: {
    lane: { role: "key", says: "A lane." },
    total_ms: { role: "measure", says: "A time." },
    detail_ms: { role: "measure", says: "A detail." },
  },
  replications: "rows",
  columnsFor: (p) => p.detail ? ["lane", "total_ms", "detail_ms"] : ["lane", "total_ms"],
  check: (_, platform) => {
    platform.host("server");
    return [];
  },
  *run() {
    yield { lane: "a", total_ms: 1 };
  },
});

const TWO_HOSTS = PLATFORMS["edge-50ms"] + "  server: { part: edge-site }\n";

const using = (experiment: Experiment, platform = TWO_HOSTS) => ({
  experiments: new Map([["fake/transfer", { load: () => experiment }]]),
  platforms: { ids: ["edge-50ms"], read: () => ({ file: "edge-50ms.yaml", text: platform }) },
});

Deno.test("a refinement over several keys is checked at every point, and shown at the point", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}parameters: { high: 5ms }\nsweep: { low: [1ms, 7ms, 9us] }\n`,
      using(together),
    ),
    `error: low must be below high
  --> s.yaml:6:21  (sweep.low.1)
   |
 6 | sweep: { low: [1ms, 7ms, 9us] }
   |                     ^^^`,
  );
});

Deno.test("a problem with a key that is not written is shown at the parameters", async () => {
  const experiment = { ...together, check: () => [{ path: ["window"], message: "too small" }] };
  assert.equal(
    await errorsOf(`${HEAD}parameters: { low: 1ms, high: 5ms }\n`, using(experiment)),
    `error: too small
  --> s.yaml:5:1  (parameters.window)
   |
 5 | parameters: { low: 1ms, high: 5ms }
   | ^^^^^^^^^^`,
  );
});

Deno.test("an experiment that cannot use the platform says so", async () => {
  const found = await errorsOf(
    `${HEAD}parameters: { low: 1ms, high: 5ms }\n`,
    using(together, PLATFORMS["edge-50ms"]),
  );
  assert.match(found, /^error: fake\/transfer: platform "edge-50ms": unknown host "server"/);
});

Deno.test("columns are known before any run, also those that depend on parameters", async () => {
  const columns = async (rest: string) =>
    runColumns(together, await scenarioOf(HEAD + rest, using(together)));
  const given = "parameters: { low: 1us, high: 5ms }\n";
  assert.deepEqual(await columns(given), ["lane", "total_ms"]);
  assert.deepEqual(await columns(`${given}seeds: 2\nsweep: { detail: [true, false] }\n`), [
    "detail",
    "seed",
    "lane",
    "total_ms",
    "detail_ms",
  ]);
  assert.deepEqual(
    await columns(`${given}replications: mean_ci\nsweep: { low: [3us], window: [1KiB] }\n`),
    ["low_us", "window_bytes", "lane", "total_ms_mean", "total_ms_ci_low", "total_ms_ci_high", "n"],
  );
  const scenario = await scenarioOf(
    `${HEAD}${given}sweep: { low: [1500ns], high: [5ms] }\n`,
    using(together),
  );
  assert.deepEqual(scenario.axes.map((axis) => axis.points[0]?.cells), [
    { low_us: 1.5 },
    { high_ms: 5 },
  ]);
});

Deno.test("errors of a platform are shown in the platform's file, after the scenario's own", async () => {
  const wrong = `id: edge-50ms
title: x
source: a test
hosts:
  client: { part: cloudlab-m510, memroy: 8GiB }
`;
  assert.equal(
    await errorsOf(
      `${HEAD}parameters: { low: 1us, high: 5ms }\nswep: {}\n`,
      using(together, wrong),
    ),
    `error: unknown key "swep"; did you mean "sweep"?
  --> s.yaml:6:1  (swep)
   |
 6 | swep: {}
   | ^^^^

error: unknown key "memroy"; did you mean "memory"?
  --> edge-50ms.yaml:5:34  (hosts.client.memroy)
   |
 5 |   client: { part: cloudlab-m510, memroy: 8GiB }
   |                                  ^^^^^^`,
  );
});

Deno.test("a platform is known by its own id", async () => {
  const other = TWO_HOSTS.replace("id: edge-50ms", "id: edge-60ms");
  const found = await errorsOf(
    `${HEAD}parameters: { low: 1us, high: 5ms }\n`,
    using(together, other),
  );
  assert.match(found, /this platform is known as "edge-50ms"; write id: edge-50ms/);
});

Deno.test("a million settings are checked in seconds", async () => {
  const list = (n: number, unit: string) =>
    Array.from({ length: n }, (_, i) => `${i + 1}${unit}`).join(", ");
  const text = `${HEAD}parameters: { high: 9s }
sweep: { low: [${list(1000, "us")}], window: [${list(1000, "KB")}] }
`;
  const loaded = await scenarioOf(text, { ...options, ...using(together) });
  assert.equal(loaded.axes.length, 2);
});

const phased = defineExperiment({
  id: "fake/transfer",
  says: "Goes through one or more phases in a run.",
  parameters: z.strictObject({
    pause: z.union([duration(), z.array(duration())]),
    lanes: z.int().default(1),
  }),
  columns: {
    pause_ms: { role: "key", says: "the phase's pause", parameter: "pause" },
    lanes: { role: "key", says: "lanes, if several", parameter: "lanes" },
    total_ms: { role: "measure", says: "A time." },
  },
  replications: "rows",
  columnsFor: (p) => p.lanes > 1 ? ["pause_ms", "lanes", "total_ms"] : ["pause_ms", "total_ms"],
  *run() {},
});

Deno.test("a parameter that a column tells row by row is varied without a column of its own", async () => {
  const columns = async (rest: string) =>
    runColumns(phased, await scenarioOf(HEAD + rest, using(phased)));
  assert.deepEqual(await columns("sweep: { pause: [1ms, 2ms] }\n"), ["pause_ms", "total_ms"]);
  // Without the model's own column the varied one stays.
  assert.deepEqual(
    await columns("parameters: { pause: 1ms }\nsweep: { lanes: [1] }\n"),
    ["lanes", "pause_ms", "total_ms"],
  );
});

Deno.test("told: lists of phases as points of a sweep, whose rows could not be told apart", async () => {
  assert.equal(
    await errorsOf(`${HEAD}sweep: { pause: [3ms, [1ms, 2ms]] }\n`, using(phased)),
    `error: "pause" is varied by single values, each a run of its own; for one run that goes through several write the list under parameters
  --> s.yaml:5:23  (sweep.pause.1)
   |
 5 | sweep: { pause: [3ms, [1ms, 2ms]] }
   |                       ^^^^^^^^^^`,
  );
});
