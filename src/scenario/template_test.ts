import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { z } from "zod";
import { library, shippedScenarios } from "../cli/library.ts";
import { platformsFor } from "../cli/platforms.ts";
import { loadCatalogue } from "../experiment/mod.ts";
import { defineExperiment, type Experiment, inputCheckOf } from "../model/mod.ts";
import { cpu, duration } from "../units/mod.ts";
import { errorsOf, options, scenarioOf, transfer } from "./fixture_test.ts";
import { newScenario, platformJsonSchema, scenarioJsonSchema } from "./mod.ts";

const entry = (experiment: Experiment) => ({
  experiments: new Map([[experiment.id, { load: () => experiment }]]),
  // Whatever file the new scenario names is there: a trace, the only kind that experiments take so far.
  files: { read: () => ({ text: "arrival_ms,service_ms\n0,1\n", sha256: "" }) },
});

Deno.test("a new scenario loads as it is and names every parameter", async () => {
  const text = newScenario(transfer, options.platforms);
  const scenario = await scenarioOf(text);
  assert.equal(scenario.id, "my/transfer");
  assert.equal(scenario.seeds.length, 3);
  assert.deepEqual(scenario.parameters["link_rate"], 10e9);
  const shape = (transfer.parameters as unknown as z.ZodObject).shape;
  for (const key of Object.keys(shape)) assert.match(text, new RegExp(`^  (# )?${key}: `, "m"));
});

Deno.test("the sweep of a new scenario works when it is uncommented", async () => {
  const text = newScenario(transfer, options.platforms)
    .replace("# sweep:", "sweep:").replace(
      /^# {3}(file_size|rtt|link_rate|connection): \[/mg,
      "  $1: [",
    );
  const scenario = await scenarioOf(text);
  assert.deepEqual(scenario.axes.map((axis) => axis.columns[0]?.key), [
    "file_size",
    "rtt",
    "connection",
  ]);
  assert.equal(scenario.axes[2]?.points.length, 2);
});

Deno.test("a new scenario is written for difficult parameters and on a platform that fits", async () => {
  const difficult = defineExperiment({
    id: "fake/difficult",
    says: 'Says "a: b" # and more.',
    parameters: z.strictObject({
      short: duration({ max: 5000, exclusive: true }).describe("At most 5 us.\nOn two lines."),
      share: cpu({ min: 3, max: 12 }),
      many: z.array(z.strictObject({ at: duration(), name: z.string().min(3) })).min(2),
      either: z.union([z.literal("auto"), cpu()]),
      tags: z.record(z.string(), z.number()),
      steps: z.array(duration()).default([1e6, 5e6]),
      odd: z.string().regex(/^x-\d+$/).meta({ examples: ["x-1"] }),
    }),
    columns: { value: { role: "measure", says: "A value." } },
    replications: "rows",
    check: (_, platform) =>
      platform.id === "core-lan" ? [] : [{ path: [], message: "needs core-lan" }],
    *run() {
      yield { value: 1 };
    },
  });
  const text = newScenario(difficult, options.platforms);
  assert.equal(await errorsOf(text, entry(difficult)), "", text);
  assert.match(text, /^hardware: core-lan/m);
  assert.match(text, /^ {2}steps: \[1ms, 5ms\]$/m);
});

/** A shipped text that the experiment accepts where it wants an input file: the reader's own stands there. */
function usableInput(experiment: Experiment): string {
  const { shape } = experiment.parameters as unknown as z.ZodObject;
  // Those that may be left out are only a comment in the new scenario.
  const required = Object.values(shape).filter((s) =>
    !(s as z.ZodType).safeParse(undefined).success
  );
  const checks = required.map(inputCheckOf).filter((check) => check !== undefined);
  const named = [...library().list("data"), ...library().list("scenarios/apps")];
  const shipped = named.filter((path) => /\.(csv|yaml)$/.test(path))
    .map((path) => new TextDecoder().decode(library().read(path)));
  const accepted = (text: string) => {
    try {
      checks.forEach((check) => check(text, "input.csv"));
      return true;
    } catch {
      return false;
    }
  };
  return shipped.find(accepted) ?? "";
}

Deno.test("every registered experiment has a new scenario that loads as it is", async () => {
  const catalogue = await loadCatalogue();
  assert.ok(catalogue.size > 0);
  for (const { experiment } of catalogue.values()) {
    const platforms = platformsFor(undefined);
    const text = newScenario(experiment, platforms);
    const files = { read: () => ({ text: usableInput(experiment), sha256: "" }) };
    const changed = { ...entry(experiment), platforms, files };
    assert.equal(await errorsOf(text, changed), "", `${experiment.id}\n${text}`);
  }
});

Deno.test("the editor accepts every shipped scenario, platform and new scenario", async () => {
  const experiments = [...(await loadCatalogue()).values()].map(({ experiment }) => experiment);
  const ids = new Set(experiments.map(({ id }) => id));
  const platforms = platformsFor(undefined);
  const ajv = new Ajv({ strict: false });
  const scenario = ajv.compile(scenarioJsonSchema(experiments, platforms.ids));
  const accepted = (valid: boolean, name: string, errors: unknown) =>
    assert.ok(valid, `${name}: ${JSON.stringify(errors, null, 1)}`);
  for (const path of shippedScenarios().values()) {
    const value = parse(new TextDecoder().decode(library().read(path))) as { experiment: string };
    // A scenario may come before its experiment; `check` says so, not this test.
    if (ids.has(value.experiment)) accepted(scenario(value), path, scenario.errors);
  }
  for (const experiment of experiments) {
    accepted(scenario(parse(newScenario(experiment, platforms))), experiment.id, scenario.errors);
  }
  const platform = ajv.compile(platformJsonSchema());
  for (const id of platforms.ids) {
    const value = parse(new TextDecoder().decode(platforms.read(id).text as Uint8Array));
    accepted(platform(value), id, platform.errors);
  }
});
