/** Loads scenarios for a command: all of them checked before anything runs. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { loadCatalogue } from "../experiment/catalogue.ts";
import type { Experiment } from "../model/mod.ts";
import {
  type ExperimentEntry,
  folderFiles,
  formatErrors,
  liesInside,
  type LoadOptions,
  loadScenario,
  type LocatedError,
  type ResolvedScenario,
} from "../scenario/mod.ts";
import { prepareSql } from "../table/mod.ts";
import { CommandError, Exit } from "./exit.ts";
import type { ScenarioSource } from "./find.ts";
import { library } from "./library.ts";
import { filesBeside, orShipped } from "./shipped-files.ts";
import { platformsFor } from "./platforms.ts";
import type { Terminal } from "./terminal.ts";

/** A scenario that was loaded, with its origin. */
export interface Loaded {
  readonly source: ScenarioSource;
  readonly scenario: ResolvedScenario;
  readonly experiment: Experiment;
}

/** What loading several scenarios gives: those that are valid, and every error of the others. */
export interface LoadedAll {
  readonly loaded: readonly Loaded[];
  readonly errors: readonly LocatedError[];
}

/** Whether a scenario's folder is another, or lies below it. */
function isBelow(folder: string, scenario: string): boolean {
  try {
    const [outer, inner] = [realpathSync(folder), realpathSync(scenario)];
    return outer === inner || liesInside(outer, inner);
  } catch {
    return false;
  }
}

function optionsFor(
  source: ScenarioSource,
  experiments: ReadonlyMap<string, ExperimentEntry>,
  data: readonly string[],
): LoadOptions {
  const { root } = library();
  const { folder, named } = source;
  const here = process.cwd();
  const roots = [
    ...(folder !== undefined && isBelow(here, folder) ? [here] : []),
    ...(named === undefined ? [] : [named]),
    ...data,
    ...(root === undefined ? [] : [join(root, "data"), join(root, "scenarios", "apps")]),
  ];
  return {
    experiments,
    platforms: platformsFor(source.shipped === undefined ? folder : undefined),
    files: source.folder === undefined
      ? filesBeside(source.shipped ?? source.file)
      : orShipped(folderFiles(source.folder, roots)),
    prepareSql,
  };
}

/** Loads each scenario; two with one id are an error, because their results would be one file. */
export async function loadAll(
  sources: readonly ScenarioSource[],
  data: readonly string[] = [],
): Promise<LoadedAll> {
  const experiments = await loadCatalogue();
  const loaded: Loaded[] = [];
  const errors: LocatedError[] = [];
  const firstOf = new Map<string, string>();
  for (const source of sources) {
    const result = await loadScenario(
      { file: source.file, text: source.text },
      optionsFor(source, experiments, data),
    );
    if (!result.ok) {
      errors.push(...result.errors);
      continue;
    }
    const { id } = result.scenario;
    const first = firstOf.get(id);
    if (first !== undefined) {
      throw new CommandError(
        Exit.invalidScenario,
        `${first} and ${source.file} have the same id "${id}": give one of them another`,
      );
    }
    firstOf.set(id, source.file);
    loaded.push({ source, scenario: result.scenario, experiment: result.experiment });
  }
  return { loaded, errors };
}

/** Loads scenarios, or prints every error and ends the command: nothing has run by then. */
export async function loadOrRefuse(
  terminal: Terminal,
  sources: readonly ScenarioSource[],
  data: readonly string[] = [],
): Promise<readonly Loaded[]> {
  const { loaded, errors } = await loadAll(sources, data);
  if (errors.length === 0) return loaded;
  terminal.alert(formatErrors(errors) + "\n");
  const files = new Set(errors.map((error) => error.file)).size;
  throw new CommandError(
    Exit.invalidScenario,
    `${errors.length} ${errors.length === 1 ? "error" : "errors"} in ` +
      `${files} ${files === 1 ? "file" : "files"}; nothing was run`,
  );
}
