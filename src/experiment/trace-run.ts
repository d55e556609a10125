/** One run of a scenario with its events written down, apart from results and cache. */
import { traceFile } from "../kernel/mod.ts";
import type { Experiment } from "../model/mod.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import { expand, setupOf } from "./expand.ts";
import { executeRun, type RunResult } from "./run.ts";

/** A run that was traced. */
export interface TracedRun {
  /** Setting and seed in words. */
  readonly label: string;
  readonly result: RunResult;
  /** Events in the file, and those beyond its limit. */
  readonly written: number;
  readonly dropped: number;
}

/**
 * Does run `number` (from 1, in scenario order) in this thread and streams its events into `path`, in
 * the Chrome/Perfetto JSON format, bounded as the kernel bounds traces.
 *
 * @throws {RangeError} if the scenario has no such run; file system errors as they come.
 */
export function traceRun(
  experiment: Experiment,
  scenario: ResolvedScenario,
  number: number,
  path: string,
): TracedRun {
  const runs = expand(scenario);
  const run = runs[number - 1];
  if (run === undefined) {
    throw new RangeError(`${scenario.id} has runs 1 to ${runs.length}, no run ${number}`);
  }
  const sink = traceFile(path, { process: `${scenario.id} ${run.label}` });
  try {
    const result = executeRun(experiment, setupOf(scenario), run, sink);
    return { label: run.label, result, written: sink.written, dropped: sink.dropped };
  } finally {
    sink.close();
  }
}
