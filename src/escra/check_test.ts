import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import type { Experiment } from "../model/mod.ts";
import { problemsOf } from "./check.ts";
import { overhead } from "./overhead.ts";
import { microservices } from "./parameters.ts";
import { serverlessExperiment } from "./serverless/mod.ts";
import { tracking } from "./tracking.ts";

const file = (path: string) =>
  readFileSync(new URL(`../../scenarios/${path}`, import.meta.url), "utf8");
const platform = buildPlatform(platformSchema.parse(parse(file("hardware/cloudlab-escra.yaml"))));
const media = file("apps/media.yaml");

function problems(parameters: Record<string, unknown>, application = media) {
  const p = microservices.parse({ application: "app.yaml", ...parameters });
  return problemsOf(p, platform, () => application).map(({ path, message }) =>
    `${path.join(".")}: ${message}`
  );
}

Deno.test("the shipped applications and defaults have no problem", () => {
  for (const name of ["media", "hipster", "teastore", "trainticket"]) {
    for (const limit_multiplier of [0.75, 1, 1.5]) {
      assert.deepEqual(problems({ limit_multiplier }, file(`apps/${name}.yaml`)), []);
    }
  }
});

Deno.test("a global limit under the sum of minima is refused with both figures", () => {
  const small = media.replace("cpu: 31728 millicores", "cpu: 9500 millicores");
  assert.match(
    problems({}, small).join(),
    /^application: app\.yaml:\d+:3: at 1\.5x a global limit of 9\.5 cores .*32 containers of at least 0\.3 cores are 9\.6 cores/,
  );
  // A rival gives no minimum to every container.
  assert.deepEqual(problems({ policy: "static" }, small), []);
  assert.match(problems({ floor: "1 core" }).join(), /application: .*32 cores/);
});

Deno.test("a limit below one slice is refused at the parameter that sets it", () => {
  assert.match(
    problems({ floor: "40 millicores" }).join(),
    /^floor: .*4 ms per period: less than one slice of 5 ms/,
  );
  assert.match(
    problems({ floor: "300 millicores", report_period: "10ms" }).join(),
    /^floor: .*3 ms/,
  );
});

Deno.test("a quota that no pod fits, and a period that never ends, are refused", () => {
  assert.match(problems({ quota_cpu: "200 millicores" }).join(), /^quota_cpu: .*no pod would ever/);
  assert.deepEqual(problems({ quota_cpu: "300 millicores" }), []);
  const never = { policy: "autopilot", duration: "180s", update_period: "5min" };
  assert.match(problems(never).join(), /^update_period: .*not update once in 220 s/);
  assert.deepEqual(problems({ ...never, settle: "120s" }), []);
  const firm = { policy: "firm", duration: "180s", firm_period: "5min" };
  assert.match(problems(firm).join(), /^firm_period: FIRM would not update once in 220 s/);
});

Deno.test("a fault that would come after the run is refused, one that is off is not", () => {
  const late = { settle: "40s", duration: "60s", warm_up: "1s" };
  assert.match(
    problems({ ...late, restart_at: "101s" }).join(),
    /^restart_at: the fault would come at 101 s, and the run ends at 100 s/,
  );
  assert.match(problems({ ...late, fail_worker_at: "2min" }).join(), /^fail_worker_at: /);
  assert.deepEqual(problems({ ...late, restart_at: "100s", fail_worker_at: "100s" }), []);
});

Deno.test("the other experiments refuse the same: floors, totals under the minima, late faults, no container", () => {
  const found = (experiment: Experiment, parameters: Record<string, unknown>) =>
    (experiment.check?.(experiment.parameters.parse(parameters) as never, platform) ?? [])
      .map(({ path, message }) => `${path.join()}: ${message}`);
  assert.deepEqual(found(tracking, {}), []);
  assert.match(found(tracking, { floor: "10 millicores" }).join(), /^floor: .*1 ms per period/);
  assert.match(
    found(tracking, { floor: "2 cores", global_cpu: "1 core" }).join(),
    /^global_cpu: a global limit of 1 cores is under the sum of minima: 1 containers of at least 2/,
  );
  assert.match(found(tracking, { restart_at: "1min" }).join(), /^restart_at: .*ends at 40 s/);
  assert.deepEqual(found(overhead, { containers: 3 }), []);
  assert.match(
    found(overhead, { containers: 3, floor: "1 core" }).join(),
    /^limit_each: a global limit of 2\.1 cores .*3 containers of at least 1 cores are 3 cores/,
  );
  assert.throws(() => overhead.parameters.parse({ containers: 0 }), /at least one container/);
  assert.match(found(serverlessExperiment, { floor: "10 millicores" }).join(), /floor: .*1 ms/);
});

Deno.test("a platform of one host and a warm-up that never ends are refused", () => {
  const p = microservices.parse({ application: "a", warm_up: "20s", duration: "20s" });
  const one = platformSchema.parse(parse(file("hardware/cloudlab-escra.yaml")));
  for (const name of Object.keys(one.hosts).slice(1)) delete one.hosts[name];
  one.links.length = 0;
  assert.deepEqual(
    problemsOf(p, buildPlatform(one)).map(({ path }) => path.join()),
    ["", "warm_up"],
  );
});
