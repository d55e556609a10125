/** `run --compare`: earlier results whose scenario is not there any more. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CheckedScenario } from "../report/mod.ts";
import { matches } from "./find.ts";
import { shippedScenarios } from "./library.ts";
import type { Loaded } from "./load.ts";

const MANIFEST = ".manifest.json";

/** Ids of the results in a folder: those with a manifest and a CSV. */
function resultsIn(folder: string): string[] {
  const systems = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory());
  return systems.flatMap(({ name: system }) =>
    readdirSync(join(folder, system)).filter((name) => name.endsWith(MANIFEST))
      .map((name) => `${system}/${name.slice(0, -MANIFEST.length)}`)
      .filter((id) => existsSync(join(folder, `${id}.csv`)))
  ).sort();
}

/**
 * Results in `folder` that the names on the command line cover and no scenario makes: a pattern covers
 * the ids that it matches, a folder of scenarios those of the systems (the part before the slash) that
 * its scenarios have; a file or an id covers itself.
 */
export function goneScenarios(
  names: readonly string[],
  loaded: readonly Loaded[],
  folder: string,
): CheckedScenario[] {
  const there = new Set(loaded.map(({ scenario }) => scenario.id));
  const shipped = shippedScenarios();
  const systemOf = (id: string) => id.split("/")[0];
  const systems = new Set(
    loaded.filter(({ source }) => source.named !== undefined)
      .map(({ scenario }) => systemOf(scenario.id)),
  );
  const patterns = names.filter((name) => name.includes("*"));
  const covered = (id: string) =>
    systems.has(systemOf(id)) || patterns.some((pattern) => matches(pattern, id));
  return resultsIn(folder)
    .filter((id) => covered(id) && !there.has(id) && !shipped.has(id))
    .map((id) => {
      const csv = join(folder, `${id}.csv`);
      const reason = `${csv} is there, and no scenario ${id} any more: put the scenario back, or ` +
        "remove its results";
      const comparison = { kind: "gone" as const, csv, reason };
      return { id, title: "no scenario", problems: [], claims: [], milliseconds: 0, comparison };
    });
}
