import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { parse as parseCsv } from "csv-parse/sync";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import { inputCheckOf, type Row } from "../model/mod.ts";
import { cpuQuota } from "./cpu-quota.ts";
import { parseJobTrace } from "./job-trace.ts";

const root = resolve(import.meta.dirname as string, "../..");
const data = join(root, "data/kernel");
const platform = buildPlatform(platformSchema.parse(
  parseYaml(readFileSync(join(root, "scenarios/hardware/two-core-vm.yaml"), "utf8")),
));

function run(parameters: Record<string, unknown>, text?: string): Row[] {
  return [...cpuQuota.run({
    parameters: cpuQuota.parameters.parse({ trace: "trace.csv", ...parameters }),
    platform,
    seed: 1,
    simulation: () => new Simulation({ seed: 1 }),
    input: (path) => text ?? readFileSync(join(data, path), "utf8"),
    warn: () => {},
  })];
}

/** The value that a share of the sorted values does not exceed (nearest rank). */
function rank(values: number[], share: number): number {
  return values.sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];
}

/** Runs every case of a table and returns relative errors by column, and those in throttled periods. */
function replayAll(table: string) {
  const cases = parseCsv(readFileSync(join(data, table), "utf8"), {
    columns: true,
    cast: (value, { column, header }) => header || column === "trace" ? value : Number(value),
  }) as Record<string, number>[];
  const mean: number[] = [], p90: number[] = [], throttled: number[] = [], counts: number[] = [];
  for (const measured of cases) {
    const [row] = run({
      trace: measured.trace,
      quota: `${measured.quota_ms}ms`,
      period: `${measured.period_ms}ms`,
      threads: measured.threads,
      cores: measured.cores,
    }) as Record<string, number>[];
    assert.equal(row.jobs, measured.jobs);
    const periods = Math.abs(row.periods - measured.periods);
    assert.ok(periods <= 2 + 0.01 * measured.periods, `periods of case ${measured.case}`);
    mean.push(Math.abs(row.mean_ms / measured.mean_ms - 1));
    p90.push(Math.abs(row.p90_ms / measured.p90_ms - 1));
    counts.push(Math.abs(row.throttled_periods - measured.throttled_periods));
    if (measured.throttled_periods > 0) {
      throttled.push(Math.abs(row.throttled_periods / measured.throttled_periods - 1));
    } else assert.ok(row.throttled_periods <= 1, `case ${measured.case} is not throttled`);
  }
  return { cases, mean, p90, throttled, counts };
}

Deno.test("the measured cases come out within 5 %, nine in ten within 15 %", () => {
  const { cases, mean, p90, throttled, counts } = replayAll("cpu_quota_cases.csv");
  assert.equal(cases.length, 22);
  assert.ok(rank(mean, 0.5) < 0.05, `median of mean ${rank(mean, 0.5)}`);
  assert.ok(rank(p90, 0.5) < 0.05, `median of p90 ${rank(p90, 0.5)}`);
  assert.ok(rank(mean, 0.9) < 0.15, `nine in ten, mean ${rank(mean, 0.9)}`);
  assert.ok(rank(p90, 0.9) < 0.15, `nine in ten, p90 ${rank(p90, 0.9)}`);
  assert.ok(rank(throttled, 0.5) < 0.1, `throttled periods ${rank(throttled, 0.5)}`);
  assert.ok(rank(counts, 0.9) <= 5, "nine in ten within five throttled periods");
});

Deno.test("other quotas and periods, to which nothing was fitted, come out as well", () => {
  const { cases, mean, p90, throttled } = replayAll("own_cases.csv");
  assert.equal(cases.length, 8);
  assert.ok(rank(mean, 0.5) < 0.05, `median of mean ${rank(mean, 0.5)}`);
  assert.ok(rank(p90, 0.5) < 0.05, `median of p90 ${rank(p90, 0.5)}`);
  assert.ok(rank(mean, 1) < 0.1, `worst mean ${rank(mean, 1)}`);
  assert.ok(rank(p90, 1) < 0.2, `worst p90 ${rank(p90, 1)}`);
  assert.ok(rank(throttled, 0.5) < 0.1, `throttled periods ${rank(throttled, 0.5)}`);
});

Deno.test("completions give one row a job, first come, first served, and its own columns", () => {
  const text = "arrival_ms,service_ms\n0,30\n1,10\n200,5\n";
  const parameters = { quota: "20ms", threads: 1, completions: true, job_cost: "0ns" };
  const rows = run(parameters, text) as Record<string, number>[];
  assert.equal(rows.length, 3);
  assert.deepEqual(
    Object.keys(rows[0]),
    cpuQuota.columnsFor?.(cpuQuota.parameters.parse({ trace: "t", ...parameters })),
  );
  for (const row of rows) {
    assert.ok(row.response_ms >= row.service_ms);
    assert.ok(Math.abs(row.completed_ms - row.arrival_ms - row.response_ms) < 1e-9);
  }
  assert.ok(rows[1].completed_ms > rows[0].completed_ms, "the second job waits for the first");
});

Deno.test("the same seed gives the same rows, and a quota beyond need never throttles", () => {
  const text = "0,5\n3,5\n4,40\n";
  const once = run({ quota: "200ms", threads: 2, cores: "2 cores" }, text);
  assert.deepEqual(once, run({ quota: "200ms", threads: 2, cores: 2 }, text));
  assert.equal(once[0].throttled_periods, 0);
});

Deno.test("a bad trace is refused with its line", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => parseJobTrace(text, "jobs.csv"), message);
  refused("", /jobs\.csv: no jobs/);
  refused("arrival_ms,service_ms\n", /no jobs/);
  refused("1,2\n0.5,2\n", /jobs\.csv:2: arrives at 0\.5 ms, before.*sort/);
  refused("1,2\n2,x\n", /jobs\.csv:2: "x" is not a number; expected service_ms/);
  refused("1,2\n2,\n", /jobs\.csv:2: "" is not a number/);
  refused("-1,2\n", /jobs\.csv:1: arrival_ms is negative/);
  refused("1,-2\n", /service_ms is negative/);
  refused("1,2,3\n", /3 cells/);
  refused("1\n", /1 cells/);
  refused("1,9e9\n", /over an hour/);
  assert.deepEqual(parseJobTrace("\uFEFF1,2\r\n\r\n3,4\r\n", "x"), [
    { arrival: 1e6, service: 2e6 },
    { arrival: 3e6, service: 4e6 },
  ]);
});

Deno.test("the trace is looked at when the scenario is loaded", () => {
  const check = inputCheckOf(
    (cpuQuota.parameters as unknown as { shape: Record<string, unknown> }).shape.trace,
  );
  assert.throws(() => check?.("1,x", "jobs.csv"), /jobs\.csv:1/);
  check?.("1,2", "jobs.csv");
});

Deno.test("bad parameters are refused with a reason", () => {
  const message = (parameters: Record<string, unknown>) => {
    const good = { trace: "t.csv", quota: "20ms", threads: 1 };
    const result = cpuQuota.parameters.safeParse({ ...good, ...parameters });
    assert.equal(result.success, false, JSON.stringify(parameters));
    return result.error?.issues[0]?.message ?? "";
  };
  assert.match(message({ quota: "0ms" }), /out of range: expected at least 1ms/);
  assert.match(message({ quota: "0.5ms" }), /at least 1ms/);
  assert.match(message({ quota: 20 }), /with its unit/);
  assert.match(message({ period: "0.1ms" }), /at least 1ms and at most 1s/);
  assert.match(message({ period: "2s" }), /at most 1s/);
  assert.match(message({ threads: 0 }), /at least 1/);
  assert.match(message({ threads: 1.5 }), /whole number/);
  assert.match(message({ burst: "30ms" }), /larger than the quota/);
  assert.match(message({ completions: true, phases: 4 }), /one phase/);
  assert.ok(message({ cores: 0 }).length > 0);
  assert.ok(message({ qouta: "20ms" }).length > 0);
});
