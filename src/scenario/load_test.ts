import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { inputFile } from "../model/mod.ts";
import { errorsOf, HEAD, scenarioOf, transfer, VALID } from "./fixture_test.ts";
import { SHELL } from "./shell.ts";
import { runCount, settingAt, settingsOf, variedColumns } from "./mod.ts";

Deno.test("a scenario becomes canonical parameters, axes and columns", async () => {
  const scenario = await scenarioOf(VALID);
  assert.equal(scenario.id, "fake/fig-1");
  assert.deepEqual(scenario.seeds.slice(0, 3), [1, 2, 3]);
  assert.equal(scenario.replications, "mean_stddev");
  assert.deepEqual(scenario.parameters, {
    rtt: 50e6,
    link_rate: 10e9,
    connection: "cold",
    tls: false,
    streams: 1,
    phases: [],
  });
  assert.deepEqual(variedColumns(scenario), [
    { key: "file_size", column: "file_size_bytes", factor: 1 },
    { key: "connection", column: "connection" },
  ]);
  assert.equal(runCount(scenario), 80);
  assert.deepEqual([...settingsOf(scenario)].map((s) => s.cells), [
    { file_size_bytes: 1000, connection: "cold" },
    { file_size_bytes: 1000, connection: "warm" },
    { file_size_bytes: 1e6, connection: "cold" },
    { file_size_bytes: 1e6, connection: "warm" },
  ]);
  assert.equal(settingAt(scenario, 3).parameters["file_size"], 1e6);
  assert.equal(Object.keys(scenario.platforms).join(), "edge-50ms");
  assert.equal(scenario.claims[0]?.published.form, "order");
});

Deno.test("a resolved scenario is plain data", async () => {
  const scenario = await scenarioOf(VALID);
  assert.deepEqual(JSON.parse(JSON.stringify(scenario)), structuredClone(scenario));
});

Deno.test("cases are settings; every key that a case sets is a column, before the swept ones", async () => {
  const scenario = await scenarioOf(`${HEAD}parameters: { file_size: 1KB, streams: 2 }
cases:
  - { rtt: 10ms, tls: false, trace: traces/a.csv }
  - { rtt: 20ms, tls: false, trace: traces/b.csv, streams: 4, hardware: core-lan }
sweep: { link_rate: [1Gbps, 10Gbps] }
`);
  assert.deepEqual([...settingsOf(scenario)].map((s) => [s.hardware, s.cells]), [
    ["edge-50ms", cells(10, "traces/a.csv", 2, "edge-50ms", 1000)],
    ["edge-50ms", cells(10, "traces/a.csv", 2, "edge-50ms", 10000)],
    ["core-lan", cells(20, "traces/b.csv", 4, "core-lan", 1000)],
    ["core-lan", cells(20, "traces/b.csv", 4, "core-lan", 10000)],
  ]);
  assert.deepEqual(Object.keys(scenario.inputs), ["traces/a.csv", "traces/b.csv"]);
  assert.deepEqual(scenario.seeds, [1]);
  function cells(rtt_ms: number, trace: string, streams: number, hardware: string, rate: number) {
    return { rtt_ms, tls: false, trace, streams, hardware, link_rate_mbps: rate };
  }
});

Deno.test("hardware can be swept", async () => {
  const scenario = await scenarioOf(`${HEAD}parameters: { file_size: 1KB, rtt: 1ms }
sweep: { hardware: [edge-50ms, core-lan] }
`);
  assert.deepEqual([...settingsOf(scenario)].map((s) => [s.hardware, s.cells]), [
    ["edge-50ms", { hardware: "edge-50ms" }],
    ["core-lan", { hardware: "core-lan" }],
  ]);
});

Deno.test("a misspelt key is shown with its line, a caret and a suggestion", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters:\n  file_siez: 1KB\n  rtt: 5ms\n`),
    `error: unknown parameter "file_siez"; did you mean "file_size"?
  --> s.yaml:6:3  (parameters.file_siez)
   |
 6 |   file_siez: 1KB
   |   ^^^^^^^^^`,
  );
});

Deno.test("line ends of Windows and a byte order mark change nothing", async () => {
  const scenario = await scenarioOf(VALID);
  assert.deepEqual(await scenarioOf(VALID.replaceAll("\n", "\r\n")), scenario);
  assert.deepEqual(await scenarioOf(`\ufeff${VALID}`), scenario);
  assert.equal(
    await errorsOf(`\ufeff${HEAD}swep: 3\r\nparameters: { file_size: 1KB, rtt: 5ms }\r\n`),
    `error: unknown key "swep"; did you mean "sweep"?
  --> s.yaml:5:1  (swep)
   |
 5 | swep: 3
   | ^^^^`,
  );
});

Deno.test("a swept list is a cell as it is written", async () => {
  const scenario = await scenarioOf(`${HEAD}parameters: { file_size: 1KB, rtt: 5ms }
sweep:
  phases: [[], [{ threads: 2, lasts: 1500ms }]]
  loss: [0.5 %, 2 %]
`);
  assert.deepEqual([...settingsOf(scenario)].map((s) => s.cells), [
    { phases: "[]", loss_percent: 0.5 },
    { phases: "[]", loss_percent: 2 },
    { phases: "[{threads: 2, lasts: 1.5s}]", loss_percent: 0.5 },
    { phases: "[{threads: 2, lasts: 1.5s}]", loss_percent: 2 },
  ]);
});

Deno.test("anchors name a value once", async () => {
  const scenario = await scenarioOf(`${HEAD}parameters: { file_size: &size 1KB, rtt: 5ms }
sweep: { file_size: [*size, 2KB] }
`);
  assert.equal(runCount(scenario), 2);
  assert.match(
    await errorsOf(`${HEAD}parameters: { file_size: &size 1KB, rtt: *size }\n`),
    /"KB" is not a unit of a duration.*\n {2}--> s\.yaml:5:42 {2}\(parameters\.rtt\)/,
  );
});

Deno.test("a published number keeps the digits that are written", async () => {
  const scenario = await scenarioOf(`${HEAD}parameters: { file_size: 1KB, rtt: 5ms }
claims:
  - { id: a, says: x, published: 8.0, kind: value, measure: avg(n), basis: predicted }
  - { id: b, says: x, published: 8, kind: value, measure: avg(n), tolerance: 0.50, basis: predicted }
`);
  const [a, b] = scenario.claims;
  assert.deepEqual(a?.published, { form: "number", text: "8.0", value: 8, unit: "", step: 0.1 });
  assert.deepEqual(b?.tolerance, { form: "absolute", text: "0.50", amount: 0.5 });
});

Deno.test("an input file that only a default names is read too", async () => {
  const { shape } = transfer.parameters as unknown as z.ZodObject;
  const parameters = z.strictObject({ ...shape, trace: inputFile().default("traces/a.csv") });
  const experiments = new Map([["fake/transfer", { load: () => ({ ...transfer, parameters }) }]]);
  const scenario = await scenarioOf(VALID, { experiments });
  assert.deepEqual(Object.keys(scenario.inputs), ["traces/a.csv"]);
});

Deno.test("a statement that gives a column twice is refused", async () => {
  assert.match(
    await errorsOf(
      `${HEAD}parameters: { file_size: 1KB, rtt: 5ms }\ntable: SELECT n, total_ms_mean AS n FROM runs\n`,
    ),
    /^error: .*\bn\b.*\n {2}--> s\.yaml:6:8/,
  );
});

Deno.test("the example of the documentation has the form of a scenario", async () => {
  const text = readFileSync(new URL("../../docs/scenarios.md", import.meta.url), "utf8");
  const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] as string;
  const shown = example.replace("freshen/transfer", "fake/transfer")
    .replace("direction: put, include_connect: false", "rtt: 50ms");
  const scenario = await scenarioOf(shown);
  assert.equal(runCount(scenario), 120);
  for (const key of Object.keys(SHELL)) assert.ok(text.includes(`| \`${key}\` |`), key);
});
