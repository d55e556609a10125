import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClaimSpec } from "../claims/mod.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import { readCsv } from "../table/mod.ts";
import { fixtureScenario } from "./fixtures/scenario.ts";
import type { Draw, RunEvent, RunOptions } from "./outcome.ts";
import { runScenarios } from "./run-scenarios.ts";

const registry = new URL("./fixtures/systems.ts", import.meta.url).href;

interface World {
  readonly folder: string;
  readonly events: RunEvent[];
  options(changes?: Partial<RunOptions>): RunOptions;
  /** Every file below the output folder that is the same on every run, by name. */
  files(out?: string): Record<string, string>;
}

async function inFolder(test: (world: World) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "experiment-"));
  const events: RunEvent[] = [];
  const options = (changes: Partial<RunOptions> = {}): RunOptions => ({
    out: join(folder, "results"),
    cache: join(folder, "cache"),
    jobs: 1,
    registry,
    tool: "test 1",
    modelVersion: () => "model-1",
    onEvent: (event) => events.push(event),
    ...changes,
  });
  const files = (out = join(folder, "results")) =>
    Object.fromEntries(
      readdirSync(out, { recursive: true }).map(String).sort()
        .filter((name) => /\.\w+$/.test(name) && !name.endsWith("runlog.json"))
        .map((name) => [name, readFileSync(join(out, name), "latin1")]),
    );
  try {
    await test({ folder, events, options, files });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const runsOf = (events: readonly RunEvent[]) => events.filter((e) => e.type === "run").length;

const claim: ClaimSpec = {
  id: "more-customers-take-longer",
  says: "More customers take longer",
  published: { form: "order", text: "10 < 100", items: ["10", "100"], relations: ["<"] },
  kind: "ordering",
  measure: "SELECT CAST(customers AS INTEGER), avg(total_ms_mean) FROM result GROUP BY 1",
  tolerance: { form: "printed", text: "printed" },
  basis: "predicted",
};

Deno.test("jobs 1 and 2 give the same bytes, twice over", () =>
  inFolder(async ({ options, files, folder }) => {
    const all = [];
    for (const jobs of [1, 2, 2]) {
      const out = join(folder, `results-${all.length}`);
      const scenario = fixtureScenario({ claims: [claim] });
      const { scenarios } = await runScenarios([scenario], options({ jobs, out, cache: null }));
      assert.equal(scenarios[0].status, "ran", scenarios[0].problems.join());
      assert.equal(scenarios[0].claims[0].verdict, "met");
      all.push(files(out));
    }
    assert.deepEqual(Object.keys(all[0]), ["fixture/three.csv", "fixture/three.manifest.json"]);
    for (const other of all.slice(1)) assert.deepEqual(other, all[0]);
    const table = readCsv(all[0]["fixture/three.csv"]);
    assert.deepEqual(table.columns, [
      "service_ms",
      "customers",
      "total_ms_mean",
      "total_ms_stddev",
      "longest_ms_mean",
      "longest_ms_stddev",
      "n",
    ]);
    assert.equal(table.rows.length, 9);
    assert.deepEqual(table.rows.map((r) => r.n), new Array(9).fill(4));
    assert.deepEqual(table.rows.map((r) => r.customers), [1, 10, 100, 1, 10, 100, 1, 10, 100]);
  }));

Deno.test("settings see common random numbers: twice the service takes twice the time", () =>
  inFolder(async ({ options }) => {
    const { scenarios } = await runScenarios([fixtureScenario()], options());
    const rows = scenarios[0].table?.rows ?? [];
    for (let i = 0; i < 3; i++) {
      const [one, two] = [rows[i].total_ms_mean, rows[i + 3].total_ms_mean] as [number, number];
      assert.ok(Math.abs(two / one - 2) < 1e-4, `${two} is not twice ${one}`);
    }
  }));

Deno.test("a result that is up to date is not run again, and why it is run is said", () =>
  inFolder(async ({ options, events, folder }) => {
    const scenario = fixtureScenario();
    const csv = join(folder, "results/fixture/three.csv");
    const again = async (changed: ResolvedScenario, changes: Partial<RunOptions> = {}) => {
      events.length = 0;
      // Without a cache, which a slow machine would find worth keeping.
      const never = { cache: null, ...changes };
      const { scenarios: [outcome] } = await runScenarios([changed], options(never));
      return `${outcome.status}, ${runsOf(events)}: ${outcome.reason.replace(folder, "")}`;
    };
    assert.equal(await again(scenario), "ran, 36: no result yet");
    assert.equal(await again(scenario), "up-to-date, 0: up to date");
    assert.equal(await again(scenario, { force: true }), "ran, 36: asked to run again");
    assert.equal(
      await again(scenario, { modelVersion: () => "model-2" }),
      "ran, 36: model source changed",
    );
    const [first, second] = scenario.axes;
    const less = { ...scenario, axes: [first, { ...second, points: second.points.slice(1) }] };
    assert.equal(
      await again(less),
      "ran, 24: scenario changed: axes[1].points (3 → 2 items)",
    );
    const busier = { ...less, parameters: { ...less.parameters, busy: 1 } };
    assert.equal(await again(busier), "ran, 24: scenario changed: parameters.busy (0 → 1)");
    assert.equal(
      await again({ ...busier, seeds: [1, 2] }),
      'ran, 12: scenario changed: seeds ("1..4" → "1..2")',
    );
    writeFileSync(csv, readFileSync(csv, "utf8").replace("1", "2"));
    assert.equal(
      await again({ ...busier, seeds: [1, 2] }),
      "ran, 12: /results/fixture/three.csv was edited",
    );
    rmSync(csv);
    assert.equal(
      await again({ ...busier, seeds: [1, 2] }),
      "ran, 12: no /results/fixture/three.csv",
    );
    writeFileSync(join(folder, "results/fixture/three.manifest.json"), "{");
    assert.match(await again({ ...busier, seeds: [1, 2] }), /three.manifest.json is damaged/);
  }));

Deno.test("a changed title, note or tolerance runs nothing", () =>
  inFolder(async ({ options, events }) => {
    await runScenarios([fixtureScenario({ claims: [claim] })], options());
    events.length = 0;
    const scenario = fixtureScenario({ title: "Other", claims: [{ ...claim, note: "read so" }] });
    const { scenarios: [outcome] } = await runScenarios([scenario], options());
    assert.deepEqual([outcome.status, runsOf(events)], ["up-to-date", 0]);
    assert.equal(outcome.claims[0].note, "read so");
  }));

Deno.test("a new claim over the result needs no run, one over the runs does", () =>
  inFolder(async ({ options, events }) => {
    const table = "SELECT customers, sum(total_ms_mean) AS total_ms FROM runs GROUP BY customers";
    await runScenarios([fixtureScenario({ table })], options({ cache: null }));
    const with_ = async (measure: string) => {
      events.length = 0;
      const claims = [{ ...claim, measure }];
      const { scenarios: [o] } = await runScenarios(
        [fixtureScenario({ table, claims })],
        options({ cache: null }),
      );
      return [o.status, runsOf(events), o.claims[0].verdict];
    };
    const over = "SELECT CAST(customers AS INTEGER), sum(total_ms) FROM result GROUP BY 1";
    assert.deepEqual(await with_(over), ["up-to-date", 0, "met"]);
    const below = "SELECT CAST(customers AS INTEGER), avg(total_ms_mean) FROM runs GROUP BY 1";
    assert.deepEqual(await with_(below), ["ran", 36, "met"]);
    assert.deepEqual(await with_(below), ["up-to-date", 0, "met"]);
  }));

Deno.test("a changed figure is drawn from the table without running", () =>
  inFolder(async ({ options, events, folder }) => {
    let drawn = 0;
    const draw: Draw = {
      version: "1",
      extensions: ["png", "svg"],
      draw(_scenario, table) {
        drawn++;
        return Promise.resolve({ png: new Uint8Array([table.rows.length]), svg: new Uint8Array() });
      },
    };
    const figure = { kind: "line" } as unknown as NonNullable<ResolvedScenario["figure"]>;
    const status = async (scenario: ResolvedScenario, d: Draw = draw) => {
      events.length = 0;
      const { scenarios: [o] } = await runScenarios([scenario], options({ draw: d }));
      return [o.status, o.reason.replace(folder, ""), runsOf(events), drawn];
    };
    const png = join(folder, "results/fixture/three.png");
    assert.deepEqual(await status(fixtureScenario({ figure })), ["ran", "no result yet", 36, 1]);
    assert.deepEqual([...readFileSync(png)], [9]);
    assert.deepEqual((await status(fixtureScenario({ figure })))[0], "up-to-date");
    const other = { kind: "bars" } as unknown as typeof figure;
    assert.deepEqual(
      await status(fixtureScenario({ figure: other })),
      ["redrawn", "figure changed", 0, 2],
    );
    rmSync(png);
    assert.deepEqual(
      await status(fixtureScenario({ figure: other })),
      ["redrawn", "no /results/fixture/three.png", 0, 3],
    );
    const broken: Draw = {
      ...draw,
      version: "2",
      draw: () => Promise.reject(new Error("no font")),
    };
    assert.deepEqual((await status(fixtureScenario({ figure: other }), broken))[0], "failed");
    assert.equal(existsSync(join(folder, "results/fixture/three.csv")), true);
    assert.deepEqual((await status(fixtureScenario({ figure: other })))[0], "redrawn");
  }));

Deno.test("a failing run is named, the others go on, and what was there before stays", () =>
  inFolder(async ({ options, files, events }) => {
    const good = fixtureScenario({ id: "fixture/good" });
    await runScenarios([fixtureScenario()], options());
    const before = files();
    for (const fault of ["throw", "nan", "column", "deadlock"]) {
      const parameters = { fault, fault_seed: 2, busy: 0 };
      const { scenarios } = await runScenarios(
        [fixtureScenario({ parameters }), good],
        options({ force: true }),
      );
      assert.deepEqual(scenarios.map((s) => s.status), ["failed", "ran"]);
      const [{ runs, failures, problems }] = scenarios;
      assert.deepEqual(runs, { total: 36, ran: 27, cached: 0, failed: 9 });
      assert.equal(failures[0].label, "service_ms=1, customers=1, seed 2");
      assert.match(problems[0], /three\.csv is not written: 9 of 36 runs failed/);
    }
    const message = (text: RegExp) =>
      assert.ok(events.some((e) => e.type === "run" && text.test(e.message ?? "")), String(text));
    message(/the model broke/);
    message(/row 1, column total_ms: NaN is not a finite number/);
    message(/row 1 has the column extra, which is not declared \(total_ms, longest_ms\)/);
    message(/deadlocked at \d+ ns: waiter waits for signal "never"/);
    const after = files();
    for (const name of Object.keys(before)) assert.equal(after[name], before[name]);
  }));

Deno.test("a worker that dies costs the run that killed it", () =>
  inFolder(async ({ options }) => {
    const [first] = fixtureScenario().axes;
    const scenario = fixtureScenario({
      parameters: { fault: "exit", fault_seed: 2, busy: 0, customers: 2 },
      axes: [first],
    });
    const { scenarios: [outcome] } = await runScenarios([scenario], options({ jobs: 2 }));
    assert.deepEqual(outcome.runs, { total: 12, ran: 9, cached: 0, failed: 3 });
    assert.deepEqual([...new Set(outcome.failures.map((f) => f.message))], [
      "the worker ended with exit code 3",
    ]);
  }));

for (const jobs of [1, 2]) {
  Deno.test(`an interrupted scenario goes on where it stopped, with ${jobs} jobs`, () =>
    inFolder(async ({ options, files, events, folder }) => {
      const scenario = fixtureScenario({ parameters: { fault: "none", fault_seed: 0, busy: 2e5 } });
      const control = new AbortController();
      const onEvent = (event: RunEvent) => {
        if (event.type === "run" && event.done === 12) control.abort();
      };
      const later = fixtureScenario({ id: "fixture/later" });
      const { scenarios, interrupted } = await runScenarios(
        [scenario, later],
        options({ jobs, onEvent, signal: control.signal }),
      );
      assert.equal(interrupted, true);
      assert.deepEqual(scenarios.map((s) => s.status), ["interrupted", "interrupted"]);
      assert.deepEqual(files(), {});
      const { scenarios: [second] } = await runScenarios([scenario], options({ jobs }));
      assert.equal(second.status, "ran");
      assert.equal(second.runs.cached >= 12, true);
      assert.equal(second.runs.cached + second.runs.ran, 36);
      assert.equal(runsOf(events), second.runs.ran);
      const resumed = files();
      const out = join(folder, "fresh");
      await runScenarios([scenario], options({ jobs: 1, out, cache: null }));
      assert.deepEqual(resumed, files(out));
    }));
}

Deno.test("a damaged cache is told once and its runs are done again", () =>
  inFolder(async ({ options, events, folder, files }) => {
    const control = new AbortController();
    const onEvent = (event: RunEvent) => {
      if (event.type === "run" && event.done === 12) control.abort();
    };
    const { scenarios: [stopped] } = await runScenarios(
      [fixtureScenario()],
      options({ onEvent, signal: control.signal }),
    );
    assert.equal(stopped.status, "interrupted");
    // A segment for each second that the runs took: several on a busy machine. None is left whole.
    const cache = join(folder, "cache/fixture/three");
    const segments = readdirSync(cache).map((name) => join(cache, name));
    assert.notEqual(segments.length, 0);
    for (const segment of segments) {
      const text = readFileSync(segment, "utf8");
      const damaged = text.replace("total", "tot");
      assert.notEqual(damaged, text);
      writeFileSync(segment, damaged);
    }
    const { scenarios: [outcome] } = await runScenarios([fixtureScenario()], options());
    assert.equal(outcome.status, "ran");
    assert.deepEqual(outcome.runs, { total: 36, ran: 36, cached: 0, failed: 0 });
    assert.equal(outcome.warnings.length, 1);
    assert.match(outcome.warnings[0], /the run cache in .* is damaged .*done again/);
    assert.equal(events.filter((e) => e.type === "warning").length, 1);
    assert.equal(Object.keys(files()).length, 2);
  }));

Deno.test("an output folder that cannot be written is refused before any run", () =>
  inFolder(async ({ options, events, folder }) => {
    writeFileSync(join(folder, "results"), "a file");
    await assert.rejects(
      runScenarios([fixtureScenario()], options()),
      /cannot write in .*results: .*in the way; choose another folder with --out/,
    );
    assert.deepEqual(events, []);
  }));

Deno.test("two scenarios of one id, or an unknown experiment, are refused", () =>
  inFolder(async ({ options }) => {
    await assert.rejects(
      runScenarios([fixtureScenario(), fixtureScenario()], options()),
      /two scenarios have the id fixture\/three/,
    );
    await assert.rejects(
      runScenarios([fixtureScenario({ experiment: "fixture/none" })], options()),
      /no system offers fixture\/none/,
    );
    await assert.rejects(
      runScenarios([fixtureScenario({ id: "../x" })], options()),
      /"\.\.\/x" is not an id/,
    );
  }));

Deno.test("a run reads its input file, and its warnings are told once", () =>
  inFolder(async ({ options }) => {
    const scenario = fixtureScenario({
      parameters: { fault: "none", fault_seed: 0, busy: 0, trace: "trace.csv" },
      inputs: { "trace.csv": { path: "trace.csv", sha256: "1", text: "12345" } },
    });
    const { scenarios: [outcome] } = await runScenarios([scenario], options());
    assert.deepEqual(outcome.warnings, ["trace of 5 characters"]);
    const missing = { ...scenario, id: "fixture/missing", inputs: {} };
    const { scenarios: [failed] } = await runScenarios([missing], options());
    assert.match(failed.failures[0].message, /input file trace\.csv was not named/);
  }));

Deno.test("runs that two scenarios have in common are done once, and give what they give alone", () =>
  inFolder(async ({ options, files, folder }) => {
    const first = fixtureScenario();
    const [services] = first.axes;
    const fewer = fixtureScenario({
      id: "fixture/fewer",
      parameters: { ...first.parameters, customers: 10 },
      axes: [services],
      seeds: [2, 3, 9],
    });
    for (const jobs of [1, 2]) {
      const out = join(folder, `together-${jobs}`);
      const { scenarios } = await runScenarios([first, fewer], options({ jobs, out, cache: null }));
      assert.deepEqual(scenarios.map(({ runs }) => runs), [
        { total: 36, ran: 36, cached: 0, failed: 0 },
        { total: 9, ran: 3, cached: 6, failed: 0 }, // the third seed is its own
      ]);
      const alone = join(folder, `alone-${jobs}`);
      for (const each of [first, fewer]) {
        await runScenarios([each], options({ jobs, out: alone, cache: null }));
      }
      assert.deepEqual(files(out), files(alone));
    }
  }));

Deno.test("a run that fails or is interrupted does so in every scenario that has it", () =>
  inFolder(async ({ options }) => {
    const parameters = { fault: "throw", fault_seed: 2, busy: 0 };
    const both = (changes: Parameters<typeof fixtureScenario>[0]) => [
      fixtureScenario(changes),
      fixtureScenario({ ...changes, id: "fixture/again" }),
    ];
    const failed = await runScenarios(both({ parameters }), options({ cache: null }));
    assert.deepEqual(failed.scenarios.map(({ runs }) => runs), [
      { total: 36, ran: 27, cached: 0, failed: 9 },
      { total: 36, ran: 0, cached: 27, failed: 9 },
    ]);
    const [, { failures }] = failed.scenarios;
    assert.equal(failures[0].label, "service_ms=1, customers=1, seed 2");
    const control = new AbortController();
    const onEvent = (event: RunEvent) => {
      if (event.type === "run" && event.done === 12) control.abort();
    };
    const slow = both({ parameters: { fault: "none", fault_seed: 0, busy: 2e5 } });
    const stopped = await runScenarios(
      slow,
      options({ cache: null, onEvent, signal: control.signal }),
    );
    assert.deepEqual(stopped.scenarios.map((s) => s.status), ["interrupted", "interrupted"]);
  }));
