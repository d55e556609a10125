import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation, TraceSink } from "../kernel/mod.ts";
import type { Row } from "../model/mod.ts";
import { microservicesExperiment } from "./microservices.ts";
import { microservices } from "./parameters.ts";
import { parseApplication } from "../workloads/mod.ts";
import { profile } from "./profile.ts";
import { tracking } from "./tracking.ts";

const file = (path: string) =>
  readFileSync(new URL(`../../scenarios/${path}`, import.meta.url), "utf8");
const platform = buildPlatform(platformSchema.parse(parse(file("hardware/cloudlab-escra.yaml"))));

function run(parameters: Record<string, unknown>, trace?: TraceSink): Row {
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
    simulation: () => new Simulation({ seed: 1, trace }),
    input: file,
    warn: () => {},
  })];
  return rows[0] as Row;
}

Deno.test("with the same small total Escra completes more than static limits: the pool moves", () => {
  const duration = "20s";
  const fixed = run({ policy: "static", limit_multiplier: 0.75, duration });
  const escra = run({ policy: "escra", limit_multiplier: 0.75, duration });
  const ratio = Number(escra["completed_rps"]) / Number(fixed["completed_rps"]);
  assert.ok(ratio > 1.3, `Escra over static: ${ratio}`);
  assert.equal(escra["oom_kills"], 0);
});

Deno.test("lost telemetry means fewer decisions, late RPCs longer waits and fewer answers", () => {
  const fair = run({ limit_multiplier: 0.75 });
  const lossy = run({ limit_multiplier: 0.75, telemetry_loss: "80 %" });
  const ratio = Number(lossy["limit_changes"]) / Number(fair["limit_changes"]);
  assert.ok(ratio > 0.2 && ratio < 0.8, `changes with a fifth of the datagrams: ${ratio}`);
  const late = run({ limit_multiplier: 0.75, late_rpc: "100ms" });
  assert.ok(Number(late["completed_rps"]) < 0.9 * Number(fair["completed_rps"]));
  assert.ok(Number(late["message_wait_ms"]) > 100 * Number(fair["message_wait_ms"]));
});

Deno.test("a failed worker breaks connections while it is away, and counts as no OOM kill", () => {
  const fair = run({});
  const failed = run({ fail_worker_at: "7s", fail_worker_lasts: "1s" });
  // A hundredth of the requests fail in any run, and close their connection.
  assert.ok(Number(fair["error_replies"]) <= 0.02 * Number(fair["recorded_requests"]));
  const more = Number(failed["lost_requests"]) - Number(fair["lost_requests"]);
  assert.ok(more > 0, `${more} more are lost`);
  assert.equal(failed["oom_kills"], 0);
});

Deno.test("in text mode limits never sum above the total, whatever the faults", () => {
  const fault = fc.record({
    limit_multiplier: fc.constantFrom(0.75, 1, 1.5),
    telemetry_loss: fc.constantFrom("0 %", "30 %", "90 %"),
    late_rpc: fc.constantFrom("0ms", "20ms", "80ms", "300ms"),
    restart_at: fc.constantFrom("0s", "5s", "6s"),
    restart_lasts: fc.constantFrom("500ms", "2s"),
    fail_worker_at: fc.constantFrom("0s", "6s"),
    fail_worker_lasts: fc.constantFrom("500ms", "3s"),
    agent_failures: fc.constantFrom("0 %", "5 %", "50 %"),
    synchronous: fc.boolean(),
    late_throttles: fc.boolean(),
  });
  let changes = 0;
  fc.assert(
    fc.property(fault, (faults) => {
      const row = run({ mode: "text", duration: "3s", ...faults });
      changes += Number(row["limit_changes"]);
      assert.equal(row["worst_overrun_cores"], 0);
    }),
    { numRuns: 15, seed: 5 },
  );
  assert.ok(changes > 100, `${changes} changes in all`);
});

Deno.test("in code mode the overrun of late RPCs and of failed updates is reported", () => {
  const short = { mode: "code", limit_multiplier: 0.75 };
  const late = run({ ...short, late_rpc: "200ms", synchronous: false });
  assert.ok(Number(late["worst_overrun_cores"]) > 0.1, `${late["worst_overrun_cores"]}`);
  // One failed update is 10 cores where a fraction was meant.
  const failing = run({ ...short, agent_failures: "5 %" });
  assert.ok(Number(failing["worst_overrun_cores"]) > 5, `${failing["worst_overrun_cores"]}`);
});

Deno.test("slack over a second is not negative, however often its limit changes in it", () => {
  const least = run({ output: "slack", workload: "burst", limit_multiplier: 0.75 });
  assert.equal(least["percent"], 0);
  // A write to the limit refills the pool, so a little more than the mean limit can be used.
  assert.ok(Number(least["slack_cores"]) > -0.1, `${least["slack_cores"]}`);
  assert.ok(Number(least["telemetry_slack_cores"]) >= 0);
});

Deno.test("a controller that restarts handles nothing meanwhile", () => {
  const fair = run({});
  const off = run({ restart_at: "6s", restart_lasts: "4s" });
  assert.ok(Number(off["limit_changes"]) < Number(fair["limit_changes"]));
});

Deno.test("a quota keeps pods from being created, and requests that need them fail", () => {
  const row = run({ policy: "static", limit_multiplier: 1, quota_cpu: "20 cores" });
  assert.ok(Number(row["pending"]) > 0);
  // Each error closes its connection.
  assert.ok(Number(row["error_replies"]) > 0);
  assert.equal(row["error_replies"], row["ended_connections"]);
  assert.ok(Math.abs(Number(row["error_replies"]) - 6 * Number(row["completed_rps"])) < 1e-6);
});

Deno.test("VPA restarts pods under its minima in its first loop, or leaves them waiting for a quota", () => {
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  const shop = {
    application: "apps/hipster.yaml",
    policy: "vpa",
    limit_multiplier: 1,
    settle: "50s",
    duration: "20s",
  };
  const row = run(shop, trace);
  trace.close();
  // All eleven pods have less than 250 MiB; none is evicted twice within ten seconds.
  assert.equal(row["restarts"], 11);
  assert.equal(row["pending"], 0);
  const events = JSON.parse(text).traceEvents as { name: string; ph: string }[];
  const count = (name: string) => events.filter((e) => e.ph === "i" && e.name === name).length;
  assert.equal(count("evicted"), 11);
  assert.equal(count("starts"), 33); // in the profiling run, at deployment and after the eviction
  // The same eleven ask for 2750 MiB.
  const tight = run({ ...shop, quota_memory: "2000MiB" });
  assert.equal(tight["restarts"], 11);
  assert.equal(tight["pending"], 3);
  assert.equal(run({ ...shop, min_replicas: 2 })["restarts"], 0);
});

Deno.test("a profile sees the start of the programs and a lighter load, as asked", () => {
  const application = parseApplication(file("apps/teastore.yaml"), "teastore.yaml");
  const peaks = (rate: number, includeStart: boolean) =>
    profile({
      platform,
      application,
      sim: new Simulation({ seed: 1 }),
      load: { workload: "exp", scale: rate, connections: 10, duration: 6e9, warmUp: 0 },
      period: 100e6,
      stackDelay: 30e3,
      spread: 20,
      sliceExpiry: true,
      includeStart,
      interval: 2,
    });
  const at = (name: string) => application.services.findIndex((s) => s.name === name);
  const [all, loadOnly] = [peaks(1, true), peaks(1, false)];
  const [light, lightOnly] = [peaks(0.3, true), peaks(0.3, false)];
  // No request reaches the registry: its peak is the start. The web UI's is the load.
  const idle = at("teastore-registry"), front = at("teastore-webui");
  assert.ok(all[idle].cpu > 1.5 && loadOnly[idle].cpu < 0.1);
  assert.ok(lightOnly[front].cpu < 0.7 * loadOnly[front].cpu && light[idle].cpu > 1.5);
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
