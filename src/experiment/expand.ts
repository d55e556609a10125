/** A scenario's runs, in the order of its CSV: every setting, and for each every seed. */
import { type ResolvedScenario, type Setting, settingsOf } from "../scenario/mod.ts";
import { formatCell } from "../table/mod.ts";
import type { RunRequest, RunSetup } from "./run.ts";

/** A run of a scenario: what is run, and where its rows belong. */
export interface PlannedRun extends RunRequest {
  readonly setting: Setting;
}

/** A setting in words: `file_size_bytes=1000, connection=cold`; empty if nothing varies. */
function describeSetting(setting: Pick<Setting, "cells">): string {
  return Object.entries(setting.cells).map(([column, cell]) => `${column}=${formatCell(cell)}`)
    .join(", ");
}

/** All runs of a scenario. The seed is the replication's alone: common random numbers. */
export function expand(scenario: ResolvedScenario): PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (const setting of settingsOf(scenario)) {
    const words = describeSetting(setting);
    for (const seed of scenario.seeds) {
      runs.push({
        index: runs.length,
        setting,
        hardware: setting.hardware,
        parameters: setting.parameters,
        seed,
        label: words === "" ? `seed ${seed}` : `${words}, seed ${seed}`,
      });
    }
  }
  return runs;
}

/** What a scenario's runs share. */
export function setupOf(scenario: ResolvedScenario): RunSetup {
  const map = <T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
  return {
    scenario: scenario.id,
    experiment: scenario.experiment,
    platforms: map(scenario.platforms, ({ spec }) => spec),
    inputs: map(scenario.inputs, ({ text }) => text),
  };
}
