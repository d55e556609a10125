/** Checks that concern several parameters at once, on every combination that would run. */
import { buildPlatform, type Platform } from "../hardware/mod.ts";
import type { Experiment, Problem } from "../model/mod.ts";
import {
  errorAtKey,
  errorAtValue,
  type Finding,
  hasChecks,
  objectIssues,
  type Path,
  placeAt,
  type YamlFile,
} from "../yaml/mod.ts";
import {
  type Parameters,
  type ResolvedPlatform,
  type ResolvedScenario,
  runCount,
  settingsOf,
} from "./resolved.ts";

/** Most runs of one scenario. */
export const MAX_RUNS = 1_000_000;
// More of the same kind of problem helps nobody.
const MAX_PROBLEMS = 20;

const thousands = (n: number) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** The error that a scenario has too many runs, if it has. */
export function tooManyRuns(
  yaml: YamlFile,
  scenario: Pick<ResolvedScenario, "axes" | "seeds">,
): Finding | undefined {
  const runs = runCount(scenario);
  if (runs <= MAX_RUNS) return undefined;
  const factors = scenario.axes.map((axis) =>
    `${thousands(axis.points.length)} ${axis.from === "cases" ? "cases" : axis.columns[0]?.key}`
  );
  const seeds = scenario.seeds.length;
  if (seeds > 1) factors.push(`${thousands(seeds)} seeds`);
  const key = placeAt(yaml.root, ["sweep"]).found ? "sweep" : "seeds";
  const message = `${thousands(runs)} runs (${factors.join(" x ")}); at most ${
    thousands(MAX_RUNS)
  }`;
  return errorAtKey(yaml, [key], message);
}

type Checkable = Pick<ResolvedScenario, "axes" | "hardware" | "parameters">;

/** Where the file sets `key` for the setting at `index`. */
function placeOf(scenario: Checkable, index: number, key: string): Path {
  let rest = index;
  let path: Path | undefined;
  for (const axis of [...scenario.axes].reverse()) {
    const i = rest % axis.points.length;
    rest = Math.floor(rest / axis.points.length);
    if (path !== undefined || !Object.hasOwn(axis.points[i]?.parameters ?? {}, key)) continue;
    path = axis.from === "sweep" ? ["sweep", key, i] : ["cases", i, key];
  }
  return path ?? ["parameters", key];
}

/** What the experiment's own check says; a check that throws (no such host) says so. */
function problemsOf(
  experiment: Experiment,
  parameters: Parameters,
  platform: Platform,
  input: (path: string) => string | undefined,
): readonly Problem[] {
  try {
    return experiment.check?.(parameters, platform, input) ?? [];
  } catch (error) {
    return [{ path: [], message: `${experiment.id}: ${(error as Error).message}` }];
  }
}

/** Every problem that the experiment finds in a combination of parameters, at its place. */
export function checkSettings(
  yaml: YamlFile,
  experiment: Experiment,
  scenario: Checkable,
  specs: Readonly<Record<string, ResolvedPlatform>>,
  inputs: Readonly<Record<string, { readonly text: string }>> = {},
): Finding[] {
  const input = (path: string) => Object.hasOwn(inputs, path) ? inputs[path]?.text : undefined;
  const platforms = new Map<string, Platform>();
  for (const [id, { spec }] of Object.entries(specs)) platforms.set(id, buildPlatform(spec));
  const together = hasChecks(experiment.parameters);
  if (!together && experiment.check === undefined) return [];
  const found = new Map<string, Finding>();
  const add = (index: number, keys: readonly PropertyKey[], message: string) => {
    const [key, ...below] = keys as Path;
    const at: Path = key === undefined
      ? ["parameters"]
      : [...placeOf(scenario, index, String(key)), ...below];
    const error = placeAt(yaml.root, at).found
      ? errorAtValue(yaml, at, message)
      : errorAtKey(yaml, at, message);
    found.set(`${error.start}:${message}`, error);
  };
  for (const { index, hardware, parameters } of settingsOf(scenario)) {
    if (found.size >= MAX_PROBLEMS) break;
    if (together) {
      for (const { path, message } of objectIssues(experiment.parameters, parameters)) {
        add(index, path, message);
      }
    }
    const platform = platforms.get(hardware);
    if (platform === undefined) continue;
    for (const { path, message } of problemsOf(experiment, parameters, platform, input)) {
      add(index, path, message);
    }
  }
  return [...found.values()];
}
