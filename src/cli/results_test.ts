import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { shippedScenarios } from "./library.ts";
import { inFolder, wherewhen } from "./testing.ts";

const RESULTS = resolve(import.meta.dirname as string, "../../results");

// Scenarios whose full run would take too long for a test name a shorter way to the same bytes here.
const LONG = new Set<string>([]);

Deno.test("every committed CSV is what its scenario gives now, byte for byte", async () => {
  await inFolder(async (folder) => {
    const ids = [...shippedScenarios().keys()].filter((id) => !LONG.has(id));
    const { code, err } = await wherewhen(
      "run",
      ...ids,
      "--out",
      folder,
      "--force",
      "--quiet",
      "-j",
      "2",
    );
    assert.ok(code === 0 || code === 4, err);
    const wrong = ids.filter((id) => {
      const committed = join(RESULTS, `${id}.csv`);
      return !existsSync(committed) ||
        readFileSync(committed, "utf8") !== readFileSync(join(folder, `${id}.csv`), "utf8");
    });
    assert.deepEqual(wrong, [], "run `deno task reproduce` and say in CHANGELOG.md what moved");
  });
});

Deno.test("every shipped scenario has its CSV, pictures and manifest in results/", () => {
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
  for (const { id, claims } of scenarios) {
    assert.ok(claims.length > 0 || text.includes(id), `${id} has no current claims`);
    assert.ok(text.includes(`## ${id}:`), `${id} is not in COMPARISON.md`);
  }
});
