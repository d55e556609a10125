import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runScenarios } from "../experiment/mod.ts";
import { readCsv, writeCsv } from "../table/mod.ts";
import { shippedMatching } from "./find.ts";
import { shippedScenarios } from "./library.ts";
import { loadAll } from "./load.ts";
import { inFolder, wherewhen } from "./testing.ts";

const RESULTS = resolve(import.meta.dirname as string, "../../results");

/**
 * Scenarios that take minutes: instead of all settings, the first few points of each axis are run, and
 * each row they give must stand in the committed CSV. `null`: the rows are another scenario's.
 */
const SHORTER: Readonly<Record<string, readonly number[] | null>> = {
  "escra/runs": [2, 1, 1], // two cases of the first application under the first workload
  "escra/fig-5.4": null, // the runs of escra/runs
  "escra/fig-5.5": null,
  "escra/fig-5.6": null,
  "escra/table-5.1": null,
  "dinos/occupied": [1, 5], // an empty rack, every policy
  "dinos/scheduler-scaling": [4, 1, 2], // every size, a tenth full, the solver's policies
  "escra/rivals": [2], // two of the policies
  "escra/autopilot-mechanisms": [1, 2], // the default, two applications
  "escra/load-scale": [1, 1, 1],
  "escra/profile-load": [2, 1],
  "escra/slice-expiry": [2, 1, 1],
  "escra/connections": [2, 1, 1], // static limits under the fixed workload
  "validation/escra-runs": [2, 1, 1],
  "ldnr/fig-6.3f-log": [1], // the smallest log
  "freshen/azure-day": [1, 2], // one trigger, two predictors
  "freshen/chain-benefit": [1, 1, 4], // one trigger, one accuracy, every policy
};

const committed = (id: string) => readFileSync(join(RESULTS, `${id}.csv`), "utf8");

Deno.test("every committed CSV is what its scenario gives now, byte for byte", async () => {
  await inFolder(async (folder) => {
    const ids = [...shippedScenarios().keys()].filter((id) => !(id in SHORTER));
    const { code, err } = await wherewhen("run", ...ids, "--out", folder, "--force", "--quiet");
    assert.ok(code === 0 || code === 4, err);
    const wrong = ids.filter((id) =>
      !existsSync(join(RESULTS, `${id}.csv`)) ||
      committed(id) !== readFileSync(join(folder, `${id}.csv`), "utf8")
    );
    assert.deepEqual(wrong, [], "run `deno task reproduce` and say in CHANGELOG.md what moved");
  });
});

for (const [id, points] of Object.entries(SHORTER)) {
  if (points === null || !shippedScenarios().has(id)) continue;
  Deno.test(`${id}: the rows of its first settings stand in the committed CSV`, async () => {
    const { loaded: [{ scenario }] } = await loadAll(shippedMatching([id]));
    const axes = scenario.axes.map((axis, i) => ({
      ...axis,
      points: axis.points.slice(0, points[i] ?? 1),
    }));
    await inFolder(async (out) => {
      const { scenarios } = await runScenarios([{ ...scenario, axes, claims: [] }], {
        out,
        cache: null,
        jobs: 2,
        tool: "test",
      });
      const table = scenarios[0].table;
      assert.ok(table !== undefined && table.rows.length > 0, scenarios[0].problems.join("; "));
      const all = new Set(writeCsv(readCsv(committed(id), id)).split("\n"));
      const missing = writeCsv(table).split("\n").filter((line) => !all.has(line));
      assert.deepEqual(missing, []);
    });
  });
}

Deno.test("every shipped scenario has its CSV and manifest in results/, and its pictures", () => {
  const missing: string[] = [];
  for (const id of shippedScenarios().keys()) {
    for (const extension of ["csv", "png", "svg", "manifest.json"]) {
      const path = join(RESULTS, `${id}.${extension}`);
      if (!existsSync(path)) missing.push(path);
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("results/COMPARISON.md lists every claim", async () => {
  const text = readFileSync(join(RESULTS, "COMPARISON.md"), "utf8");
  const { out } = await wherewhen("compare", "--json", "--out", RESULTS);
  const { scenarios } = JSON.parse(out) as { scenarios: { id: string; claims: unknown[] }[] };
  for (const { id } of scenarios) {
    assert.ok(text.includes(`## ${id}:`), `${id} is not in COMPARISON.md`);
  }
});
