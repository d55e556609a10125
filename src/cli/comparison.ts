/** Published beside reproduced, over the results on disk or those just made. */
import { join } from "node:path";
import { loadCatalogue, readResult, type RunOutcome, writeFileAtomic } from "../experiment/mod.ts";
import { type ComparedScenario, compareMarkdown } from "../report/mod.ts";
import { builtModelVersion, drawing } from "./draw.ts";
import type { Loaded } from "./load.ts";
import { VERSION } from "./version.ts";

/** The claims of each scenario as the results in `out` meet them; nothing is run. */
export async function compareOnDisk(
  loaded: readonly Loaded[],
  out: string,
): Promise<ComparedScenario[]> {
  const catalogue = await loadCatalogue();
  return loaded.map(({ scenario }) => {
    const system = catalogue.get(scenario.experiment)?.system as string;
    const { claims, decision } = readResult(scenario, system, {
      out,
      draw: drawing(() => {}),
      modelVersion: builtModelVersion,
      tool: `wherewhen ${VERSION}`,
    });
    const { id, title, source } = scenario;
    return {
      id,
      title,
      ...(source === undefined ? {} : { source }),
      claims: claims ?? [],
      ...(claims === undefined ? { missing: decision.reason } : {}),
    };
  });
}

/** The claims of scenarios that were just run. */
export function compareOutcome(loaded: readonly Loaded[], outcome: RunOutcome): ComparedScenario[] {
  return loaded.map(({ scenario: { id, title, source } }, i) => {
    const { claims, table, problems, failures } = outcome
      .scenarios[i] as RunOutcome["scenarios"][number];
    const missing = problems[0] ?? failures[0]?.message;
    return {
      id,
      title,
      ...(source === undefined ? {} : { source }),
      claims,
      ...(table === undefined ? { missing: missing ?? "it was not run" } : {}),
    };
  });
}

/** Writes COMPARISON.md into `out`; gives its path. */
export function writeComparison(out: string, scenarios: readonly ComparedScenario[]): string {
  const path = join(out, "COMPARISON.md");
  writeFileAtomic(path, compareMarkdown(scenarios));
  return path;
}
