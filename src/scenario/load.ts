/** A scenario file to a resolved scenario, or every error in it at once, each with its place. */
import type { Experiment } from "../model/mod.ts";
import { resolveAxes } from "./axes.ts";
import {
  errorAtValue,
  type Finding,
  type LocatedError,
  locateErrors,
  openYaml,
  type Path,
  shapeOf,
  type YamlFile,
  type YamlSource,
} from "../yaml/mod.ts";
import { checkQuestions } from "./questions.ts";
import { collectInputs, collectReferences } from "./inputs.ts";
import {
  readClaims,
  readShell,
  referencesOf,
  reportUnknownKeys,
  type Written,
  writtenOf,
} from "./shell-reader.ts";
import type { ClaimSpec } from "../claims/mod.ts";
import { readPlatform } from "./platforms.ts";
import type { ResolvedPlatform, ResolvedScenario } from "./resolved.ts";
import { checkSettings, tooManyRuns } from "./settings.ts";
import type { Shell } from "./shell.ts";
import type { LoadOptions } from "./sources.ts";
import { unknownName } from "../units/mod.ts";

/** What `loadScenario` gives. */
export type LoadResult =
  | { readonly ok: true; readonly scenario: ResolvedScenario; readonly experiment: Experiment }
  | { readonly ok: false; readonly errors: readonly LocatedError[] };

/**
 * Loads a scenario: YAML, keys, parameters in every combination, platforms, input files, columns of
 * the figure and SQL of the claims. Nothing is run and nothing is written.
 */
export async function loadScenario(source: YamlSource, options: LoadOptions): Promise<LoadResult> {
  const opened = openYaml(source, "scenario");
  if (!opened.ok) return { ok: false, errors: locateErrors(opened.errors) };
  const yaml = opened.value;
  const errors: Finding[] = [];
  const report = (...found: Finding[]) => void errors.push(...found);

  const shell = readShell(yaml, report);
  const experiment = await findExperiment(yaml, shell, options, report);
  const names = experiment === undefined ? [] : Object.keys(shapeOf(experiment.parameters) ?? {});
  reportUnknownKeys(yaml, names, report);
  const claims = readClaims(yaml, report);
  const written = writtenOf(yaml);
  const before = errors.length;
  const varied = experiment === undefined
    ? { parameters: {}, axes: [] }
    : resolveAxes(yaml, experiment, written, report);
  const platforms = findPlatforms(yaml, written, options, report);
  const inputs = experiment === undefined
    ? {}
    : collectInputs(yaml, experiment, written, varied.parameters, options.files, report);
  const references = collectReferences(yaml, referencesOf(yaml), options.files, report);

  const { id, title, hardware, seeds } = shell;
  if (experiment !== undefined && seeds !== undefined) {
    const replications = shell.replications ?? experiment.replications;
    const scenario = { ...varied, hardware: hardware ?? "", seeds, replications };
    const valid = errors.length === before;
    const runs = tooManyRuns(yaml, scenario);
    if (runs !== undefined) report(runs);
    else {
      if (valid) report(...checkSettings(yaml, experiment, scenario, platforms, inputs));
      if (valid || columnsAreKnown(experiment, written)) {
        const asked = { ...shell, claims };
        checkQuestions(yaml, experiment, asked, scenario, references, options.prepareSql, report);
      }
    }
  }
  if (errors.length > 0 || experiment === undefined || id === undefined || title === undefined) {
    return { ok: false, errors: locateErrors(errors) };
  }
  const scenario: ResolvedScenario = {
    id,
    title,
    ...(shell.source === undefined ? {} : { source: shell.source }),
    experiment: experiment.id,
    hardware: hardware as string,
    seeds: seeds as number[],
    replications: shell.replications ?? experiment.replications,
    ...varied,
    platforms,
    inputs,
    references,
    ...(shell.table === undefined ? {} : { table: shell.table }),
    ...(shell.figure === undefined ? {} : { figure: shell.figure }),
    claims: claims as ClaimSpec[],
  };
  return { ok: true, scenario, experiment };
}

type Report = (...errors: Finding[]) => void;

/** Whether the columns of `runs` are known although some value is wrong. */
function columnsAreKnown(experiment: Experiment, written: Written): boolean {
  const shape = shapeOf(experiment.parameters) ?? {};
  return experiment.columnsFor === undefined && written.cases.length === 0 &&
    Object.keys(written.sweep).every((key) => key === "hardware" || Object.hasOwn(shape, key));
}

async function findExperiment(
  yaml: YamlFile,
  shell: Shell,
  options: LoadOptions,
  report: Report,
): Promise<Experiment | undefined> {
  if (shell.experiment === undefined) return undefined;
  const entry = options.experiments.get(shell.experiment);
  if (entry !== undefined) return await entry.load();
  const known = [...options.experiments.keys()];
  report(errorAtValue(yaml, ["experiment"], unknownName("experiment", shell.experiment, known)));
  return undefined;
}

/** Every platform that the scenario names, each loaded once. */
function findPlatforms(
  yaml: YamlFile,
  written: Written,
  options: LoadOptions,
  report: Report,
): Record<string, ResolvedPlatform> {
  const uses: [Path, unknown][] = [
    [["hardware"], written.hardware],
    ...(written.sweep["hardware"] ?? []).map((
      id,
      i,
    ): [Path, unknown] => [["sweep", "hardware", i], id]),
    ...written.cases.map((one, i): [Path, unknown] => [["cases", i, "hardware"], one["hardware"]]),
  ];
  const platforms: Record<string, ResolvedPlatform> = {};
  for (const [path, id] of uses) {
    if (typeof id !== "string" || Object.hasOwn(platforms, id)) continue;
    if (!options.platforms.ids.includes(id)) {
      report(errorAtValue(yaml, path, unknownName("platform", id, options.platforms.ids)));
      continue;
    }
    const loaded = readPlatform(id, options.platforms.read(id));
    if (loaded.ok) platforms[id] = loaded.value;
    else report(...loaded.errors);
  }
  return platforms;
}
