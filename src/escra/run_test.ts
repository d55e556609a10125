import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import type { Row } from "../model/mod.ts";
import { microservicesExperiment } from "./microservices.ts";
import { microservices } from "./parameters.ts";
import { tracking } from "./tracking.ts";

const file = (path: string) =>
  readFileSync(new URL(`../../scenarios/${path}`, import.meta.url), "utf8");
const platform = buildPlatform(platformSchema.parse(parse(file("hardware/cloudlab-escra.yaml"))));

function run(parameters: Record<string, unknown>): Row {
  const application = "apps/media.yaml";
  const rows = [...microservicesExperiment.run({
    parameters: microservices.parse({
      application,
      duration: "6s",
      warm_up: "1s",
      settle: "5s",
      ...parameters,
    }),
    platform,
    seed: 1,
    simulation: () => new Simulation({ seed: 1 }),
    input: file,
    warn: () => {},
  })];
  return rows[0] as Row;
}

Deno.test("with the same small total Escra completes more than static limits: the pool moves", () => {
  const fixed = run({ policy: "static", limit_multiplier: 0.75 });
  const escra = run({ policy: "escra", limit_multiplier: 0.75 });
  const ratio = Number(escra["completed_rps"]) / Number(fixed["completed_rps"]);
  assert.ok(ratio > 1.3, `Escra over static: ${ratio}`);
  assert.equal(escra["oom_kills"], 0);
});

Deno.test("lost telemetry and late RPCs cost throughput; a failed worker gives errors", () => {
  const fair = run({ limit_multiplier: 0.75 });
  const late = run({ limit_multiplier: 0.75, late_rpc: "300ms", telemetry_loss: "50 %" });
  assert.ok(Number(late["completed_rps"]) < Number(fair["completed_rps"]));
  const failed = run({ fail_worker_at: "7s", fail_worker_lasts: "1s" });
  assert.ok(Number(failed["error_replies"]) > 0);
});

Deno.test("the same run twice gives the same row", () => {
  assert.deepEqual(run({ workload: "burst" }), run({ workload: "burst" }));
});

Deno.test("Figure 5.2: the limit is never below usage and within a core of it most of the time", () => {
  const rows = [...tracking.run({
    parameters: tracking.parameters.parse({ duration: "20s" }),
    platform,
    seed: 1,
    simulation: () => new Simulation({ seed: 1 }),
    input: file,
    warn: () => {},
  })];
  const gaps = rows.map((r) => Number(r["cpu_limit_cores"]) - Number(r["cpu_usage_cores"]));
  assert.ok(gaps.filter((g) => g < 1).length > 0.85 * gaps.length);
});
