/** A scenario file to a resolved scenario, or every error in it at once, each with its place. */
import type { z } from "zod";
import type { Experiment } from "../model/mod.ts";
import { resolveAxes } from "./axes.ts";
import { check, errorAtKey, errorAtValue, type Path } from "./check.ts";
import { checkColumnsAndSql } from "./questions.ts";
import type { YamlFile } from "./document.ts";
import { keepWritten } from "./written.ts";
import { collectInputs, collectReferences } from "./inputs.ts";
import { type LocatedError, sortErrors } from "./located.ts";
import { loadPlatform, openYaml } from "./platforms.ts";
import type { ResolvedPlatform, ResolvedScenario } from "./resolved.ts";
import { checkSettings, tooManyRuns } from "./settings.ts";
import { SHELL, type Shell } from "./shell.ts";
import type { LoadOptions, YamlSource } from "./sources.ts";
import { nearest, unknownName } from "./suggest.ts";

/** What `loadScenario` gives. */
export type LoadResult =
  | { readonly ok: true; readonly scenario: ResolvedScenario; readonly experiment: Experiment }
  | { readonly ok: false; readonly errors: readonly LocatedError[] };

/** Most errors reported for one scenario. */
const MAX_ERRORS = 50;

/**
 * Loads a scenario: YAML, keys, parameters in every combination, platforms, input files, columns of
 * the figure and SQL of the claims. Nothing is run and nothing is written.
 */
export async function loadScenario(source: YamlSource, options: LoadOptions): Promise<LoadResult> {
  const opened = openYaml(source, "scenario");
  if (!opened.ok) return opened;
  const yaml = opened.value;
  const errors: LocatedError[] = [];
  const report = (...found: LocatedError[]) => void errors.push(...found);

  const shell = readShell(yaml, report);
  const experiment = await findExperiment(yaml, shell, options, report);
  const written = {
    hardware: shell.hardware,
    parameters: shell.parameters ?? {},
    cases: shell.cases ?? [],
    sweep: shell.sweep ?? {},
  };
  const before = errors.length;
  const varied = experiment === undefined
    ? { parameters: {}, axes: [] }
    : resolveAxes(yaml, experiment, written, report);
  const platforms = findPlatforms(yaml, written, options, report);
  const inputs = experiment === undefined
    ? {}
    : collectInputs(yaml, experiment, written, options.files, report);
  const references = collectReferences(yaml, shell.references ?? {}, options.files, report);

  const { id, title, hardware, seeds } = shell;
  const complete = errors.length === before && experiment !== undefined && seeds !== undefined;
  if (complete) {
    const runs = tooManyRuns(yaml, { axes: varied.axes, seeds });
    if (runs !== undefined) report(runs);
    else {
      const scenario = { ...varied, hardware: hardware ?? "" };
      report(...checkSettings(yaml, experiment, scenario, platforms));
      checkColumnsAndSql(
        yaml,
        experiment,
        shell,
        { ...scenario, seeds, replications: shell.replications ?? experiment.replications },
        references,
        options.prepareSql,
        report,
      );
    }
  }
  if (errors.length > 0 || experiment === undefined || id === undefined || title === undefined) {
    return { ok: false, errors: sortErrors(errors).slice(0, MAX_ERRORS) };
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
    claims: shell.claims ?? [],
  };
  return { ok: true, scenario, experiment };
}

type Report = (...errors: LocatedError[]) => void;

/** Checks the scenario's own keys one by one, so that one that is wrong does not hide another. */
function readShell(yaml: YamlFile, report: Report): Shell {
  const shell: Record<string, unknown> = {};
  const keys = Object.keys(SHELL);
  const written = yaml.root.value as Record<string, unknown>;
  const unknown = Object.keys(written).filter((key) => !keys.includes(key));
  const free = keys.filter((key) => !Object.hasOwn(written, key));
  for (const key of unknown) report(errorAtKey(yaml, [key], unknownName("key", key, free)));
  for (const [key, schema] of Object.entries(SHELL) as [string, z.ZodType][]) {
    if (Object.hasOwn(written, key)) {
      const checked = check(schema, yaml, [key], "key", keepWritten(yaml, key));
      if (checked.ok) shell[key] = checked.value;
      else report(...checked.errors);
      continue;
    }
    const missing = schema.safeParse(undefined);
    if (missing.success) shell[key] = missing.data;
    else if (!unknown.some((word) => nearest(word, [key]) !== undefined)) {
      report(
        errorAtKey(yaml, [key], `missing key "${key}": ${lowerFirst(schema.description ?? "")}`),
      );
    }
  }
  return shell as Shell;
}

const lowerFirst = (text: string) =>
  text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");

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
  written: {
    readonly hardware: string | undefined;
    readonly cases: readonly Readonly<Record<string, unknown>>[];
    readonly sweep: Readonly<Record<string, readonly unknown[]>>;
  },
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
    const loaded = loadPlatform(id, options.platforms.read(id));
    if (loaded.ok) platforms[id] = loaded.value;
    else report(...loaded.errors);
  }
  return platforms;
}
