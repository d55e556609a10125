/** Several scenarios on one pool. */
import type { ResolvedScenario } from "../scenario/mod.ts";
import { loadCatalogue } from "./catalogue.ts";
import { checkWritable } from "./files.ts";
import { loadSystems } from "./lane.ts";
import type { RunOptions, ScenarioOutcome } from "./outcome.ts";
import { Pool } from "./pool.ts";
import type { Job } from "./course.ts";
import { runScenario } from "./run-scenario.ts";
import { SharedRuns } from "./shared-runs.ts";
import { resultPaths } from "./up-to-date.ts";

/** How scenarios ended. */
export interface RunOutcome {
  /** In the order given, one for each scenario. */
  readonly scenarios: readonly ScenarioOutcome[];
  /** Whether the signal stopped it before everything was done. */
  readonly interrupted: boolean;
}

/**
 * Runs every scenario whose result is not up to date. One that fails does not stop the others. The
 * same scenarios give the same files, byte for byte, for any number of jobs.
 *
 * @throws {OutputError} if the output folder cannot be written: before anything runs.
 * @throws {Error} if two scenarios have one id, or a scenario's experiment is not registered.
 */
export async function runScenarios(
  scenarios: readonly ResolvedScenario[],
  options: RunOptions,
): Promise<RunOutcome> {
  const jobs = await jobsOf(scenarios, options);
  if (options.write !== false) checkWritable(options.out);
  const pool = new Pool({
    jobs: options.jobs,
    registry: options.registry ?? null,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    const shared = new SharedRuns();
    const running: Promise<ScenarioOutcome>[] = [];
    for (const job of jobs) {
      // The next scenario starts when the lanes have nothing more to take from those before.
      await new Promise<void>((queued) => {
        running.push(runScenario(job, pool, options, shared, queued));
      });
      await pool.hungry();
    }
    const outcomes = await Promise.all(running);
    const interrupted = outcomes.some(({ status }) => status === "interrupted");
    return { scenarios: outcomes, interrupted };
  } finally {
    await pool.close();
  }
}

async function jobsOf(
  scenarios: readonly ResolvedScenario[],
  options: RunOptions,
): Promise<Job[]> {
  const catalogue = await loadCatalogue(await loadSystems(options.registry ?? null));
  const seen = new Set<string>();
  return scenarios.map((scenario) => {
    const entry = catalogue.get(scenario.experiment);
    if (entry === undefined) {
      throw new Error(`scenario ${scenario.id}: no system offers ${scenario.experiment}`);
    }
    if (seen.has(scenario.id)) {
      throw new Error(`two scenarios have the id ${scenario.id}: they would overwrite each other`);
    }
    seen.add(scenario.id);
    resultPaths(options.out, scenario.id);
    return { scenario, experiment: entry.experiment, system: entry.system };
  });
}
