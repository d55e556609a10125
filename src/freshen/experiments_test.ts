import assert from "node:assert/strict";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import type { Experiment, Row } from "../model/mod.ts";
import { chain } from "./chain.ts";
import { day } from "./day.ts";
import { timeline } from "./timeline.ts";

const hardware = () =>
  buildPlatform(platformSchema.parse({
    id: "two",
    title: "two hosts",
    source: "test",
    hosts: { invoker: { part: "cloudlab-m510" }, store: { part: "edge-site" } },
    links: [{ between: ["invoker", "store"], rate: "10Gbps", rtt: "50ms" }],
  }));

/** Runs an experiment with parameters as a scenario would write them. */
function run(experiment: Experiment, given: Record<string, unknown>, seed = 1): Row[] {
  const platform = hardware();
  const parameters = experiment.parameters.parse(given);
  assert.deepEqual(experiment.check?.(parameters, platform) ?? [], []);
  return [...experiment.run({
    parameters,
    platform,
    seed,
    simulation: (options = {}) => new Simulation({ ...options, seed }),
    input: () => "",
    warn: () => {},
  })];
}

const one = (given: Record<string, unknown>) =>
  run(chain, { functions: 4, chains: 15, trigger: "s3", ...given })[0] as Record<string, number>;

Deno.test("freshen turned off, made late or made wrong costs what it saved", () => {
  const right = one({});
  const off = one({ predictor: "none" });
  const late = one({ freshen_delay: "1s" });
  const wrong = one({ accuracy: "20 %", confidence_threshold: "0 %" });
  const distrusted = one({ accuracy: "20 %", confidence_threshold: "90 %" });
  assert.ok(right.run_ms < off.run_ms - 300, `${right.run_ms} and ${off.run_ms} ms`);
  assert.ok(late.run_ms > right.run_ms + 100 && late.run_ms < off.run_ms);
  assert.equal(right.wasted_bytes, 0);
  assert.ok(wrong.wasted_bytes > 1e6 && wrong.billed_ms > right.billed_ms);
  assert.ok(distrusted.wasted_bytes < wrong.wasted_bytes / 2, "the gate saves nothing");
  assert.equal(one({ category: "latency-insensitive" }).hook_ms, 0);
});

Deno.test("the inferred hook helps less than the developer's and more than none", () => {
  const by = (policy: string) => one({ policy }).run_ms;
  const [none, reuse, inferred, developer] = [
    "none",
    "runtime-reuse",
    "freshen-inferred",
    "freshen-developer",
  ]
    .map(by);
  assert.ok(
    developer < inferred && inferred < reuse && reuse <= none,
    `${[none, reuse, inferred, developer]}`,
  );
});

Deno.test("learnt edges do nearly what the declared chain does, after some runs", () => {
  const learnt = one({ predictor: "learnt", chains: 40 });
  assert.ok(learnt.recall_percent > 70 && learnt.precision_percent > 90);
});

Deno.test("a predicted function waits for nothing; with no lead it waits for what freshen is doing", () => {
  const lanes = (timing: string) =>
    run(timeline, { timing }) as { lane: string; activity: string; end_ms: number }[];
  const predicted = lanes("predicted").filter((r) => r.lane === "function").map((r) => r.activity);
  assert.deepEqual(predicted, ["compute", "put result", "end"]);
  const end = (timing: string) => Math.max(...lanes(timing).map((r) => r.end_ms));
  assert.ok(end("predicted") < end("unanticipated") && end("unanticipated") <= end("off"));
});

Deno.test("a quarter of an hour of applications: shares are shares, the same for the same seed", () => {
  const given = { applications: 20, length: "15min", predictor: "learnt" };
  const [row] = run(day, given) as Record<string, number>[];
  assert.deepEqual(run(day, given), [row]);
  for (const [name, value] of Object.entries(row)) {
    if (name.endsWith("_percent")) assert.ok(value >= 0 && value <= 100, `${name} ${value}`);
  }
  assert.ok(row.invocations > 100);
});
