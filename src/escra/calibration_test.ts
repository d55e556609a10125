import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { parseApplication } from "../workloads/mod.ts";
import { firstHalfRate, goldenSection, missed, staticRuns, withScale } from "./calibration.ts";

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const platform = buildPlatform(
  platformSchema.parse(parse(file("scenarios/hardware/cloudlab-escra.yaml"))),
);
const APPS = ["media", "hipster", "teastore", "trainticket"];
const yamlOf = (app: string) => file(`scenarios/apps/${app}.yaml`);
const runs = staticRuns(file("data/escra/measured_runs_calibration.csv"));

interface Runtime {
  basis?: string;
  source?: string;
  [key: string]: unknown;
}
const read = (app: string) =>
  parse(yamlOf(app)) as { runtimes: Record<string, Runtime>; calibrated_on?: string };

Deno.test("each application has one fitted number, and its runtimes say where theirs are from", () => {
  const files = readdirSync(new URL("../../scenarios/apps", import.meta.url));
  assert.deepEqual(files.sort(), APPS.map((app) => `${app}.yaml`).sort());
  for (const app of APPS) {
    const { runtimes, calibrated_on } = read(app);
    assert.match(calibrated_on ?? "", /static runs/);
    // Once as the mark of cpu_scale; a second fitted number would have to say so.
    assert.equal(yamlOf(app).match(/calibrated|[Ff]itted/g)?.length, 2, app);
    for (const [name, { basis, source }] of Object.entries(runtimes)) {
      assert.match(basis ?? "", /^(measured|published|assumed)$/, `${app}: ${name}`);
      assert.ok(source !== undefined, `${app}: ${name}: expected a source`);
    }
  }
  assert.throws(() =>
    parseApplication(yamlOf("media").replace("basis: assumed", "basis: calibrated"), "media.yaml")
  );
});

Deno.test("what the runtimes' calls, starts and compiling cost is what was measured", () => {
  const measured = new Map(
    file("data/escra/measured_services.csv").trim().split("\n").slice(1).map((line) => {
      const [kind, when, what, value] = line.split(",");
      return [`${kind}, ${when}, ${what}`, Number(value)];
    }),
  );
  const value = (kind: string, when: string, what: string) => {
    const found = measured.get(`${kind}, ${when}, ${what}`);
    assert.ok(found !== undefined, `${kind}, ${when}, ${what}`);
    return found;
  };
  const number = (text: unknown) => parseFloat(String(text));
  const near = (got: unknown, expected: number, within: number, what: string) =>
    assert.ok(Math.abs(number(got) - expected) <= within, `${what}: ${got}, measured ${expected}`);
  const check = (app: string, name: string, kind: string, managed: boolean, startFactor = 2) => {
    const runtime = read(app).runtimes[name] as Runtime;
    const settled = (what: string) => value(kind, "settled", what);
    const server = settled("server_cpu_us_per_call");
    const own = settled("of_it_runtime_threads_us");
    // What nobody waits for: a JVM's own threads by name; else what both sides use beyond the latency.
    const aside = managed
      ? own / (server - own)
      : (server + settled("client_cpu_us_per_call")) / settled("p50_us") - 1;
    near(runtime["aside"], 100 * aside, 1, `${app} ${name} aside`);
    near(runtime["serve"], server / (1 + aside), 1, `${app} ${name} serve`);
    if (!managed) {
      near(
        runtime["call"],
        settled("client_cpu_us_per_call") / (1 + aside),
        1,
        `${app} ${name} call`,
      );
    } else if (name !== "java") {
      near(runtime["call"], settled("client_threads_us_per_call"), 1, `${app} ${name} call`);
    }
    if (!managed) return;
    const first = (what: string) => value(kind, "first calls", what);
    const warmUp = runtime["warm_up"] as { cpu: string; calls: number };
    const compiling = (first("of_it_runtime_threads_us") - own) * first("calls") / 1e6;
    near(warmUp.cpu, 2 * compiling, 0.2, `${app} ${name} warm_up`);
    near(warmUp.calls, first("calls"), 50, `${app} ${name} warm_up`);
    const start = runtime["start_work"] as { cpu: string; threads: number };
    near(
      start.cpu,
      startFactor * value(kind, "start", "cpu_s"),
      0.05 * number(start.cpu),
      `${app} ${name} start`,
    );
    near(
      start.threads,
      Math.floor(value(kind, "start", "cpu_s") / value(kind, "start", "longest_thread_s")),
      0,
      "threads",
    );
  };
  check("hipster", "go", "grpc-go", false);
  check("hipster", "python", "grpc-python", false);
  check("hipster", "node", "grpc-node", false);
  check("hipster", "java", "grpc-java", true);
  check("teastore", "tomcat", "rest-jersey", true);
  check("trainticket", "spring", "rest-spring", true, 2 * 2758 / 968);
});

Deno.test("only static runs that did not break down are fitted to", () => {
  assert.equal(runs.length, 14);
  const rows = [
    "app,workload,policy,limit_multiplier,update_period_s,completed_rps,recorded_requests,error_replies,p50_ms",
    "media,exp,escra,1.5,,1,160,,1",
    "media,exp,static,1.5,,200,36000,,60000",
    // Half of its requests were answered at 180/s.
    "media,exp,static,1.0,,120,21600,,24000",
    "media,exp,autopilot,1.5,1,3,480,,1",
  ];
  assert.deepEqual(staticRuns(rows.join("\n")), [
    { app: "media", workload: "exp", multiplier: 1.5, completed: 200 },
  ]);
  // 200 of 400 sent each second are answered: the 9000th is sent at 22.5 s and answered at 45 s.
  assert.equal(firstHalfRate(400, 18_000, 22_500), 200);
});

Deno.test("MediaMicroservice's error replies are the nine titles in a thousand with an ampersand", () => {
  const { requests } = parseApplication(yamlOf("media"), "media.yaml");
  const share = requests.find(({ name }) => name === "title-with-ampersand")?.share as number;
  assert.equal(share, 0.009);
  // Counted from the begin, so of all replies of 180 s; a count varies by its root.
  const rows = file("data/escra/measured_runs_calibration.csv").trim().split("\n").slice(1)
    .map((line) => line.split(","))
    .filter(([app, , policy]) => app === "media" && policy === "static");
  assert.equal(rows.length, 6);
  const sum = (of: (row: string[]) => number) => rows.reduce((total, row) => total + of(row), 0);
  const errors = sum((row) => Number(row[7])), replies = 180 * sum((row) => Number(row[5]));
  assert.ok(Math.abs(errors - share * replies) < 2 * Math.sqrt(errors), `${errors / replies}`);
});

Deno.test("golden section finds the least of a valley", () => {
  const least = goldenSection((x) => (Math.log(x) - Math.log(3)) ** 2, 1, 10, 30);
  assert.ok(Math.abs(least - 3) < 1e-4);
});

Deno.test("a scale fits the static runs better than ones a third away from it", () => {
  // The whole fit is bench/calibrate.ts; here short runs of the two cheap applications.
  for (const app of ["media", "teastore"]) {
    const yaml = yamlOf(app);
    const scale = Number(/^cpu_scale: (.*)$/m.exec(yaml)?.[1]);
    const of = (by: number) =>
      runs.filter((run) => run.app === app).reduce(
        (sum, run) => sum + missed(withScale(yaml, scale * by), run, platform, "15s") ** 2,
        0,
      );
    const here = of(1);
    assert.ok(here < of(1.35) && here < of(1 / 1.35), `${app}: ${here}`);
  }
});
