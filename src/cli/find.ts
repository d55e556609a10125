/** Which scenarios a command means: files, folders, ids and patterns. */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { liesInside, MAX_FILE_BYTES, readRegular } from "../scenario/files.ts";
import { nearest } from "../units/mod.ts";
import { CommandError, Exit } from "./exit.ts";
import { library, shippedScenarios } from "./library.ts";
import { reason } from "./reason.ts";

/** A scenario's YAML and where it came from. */
export interface ScenarioSource {
  /** The name to show in errors: the path as given, or the shipped path. */
  readonly file: string;
  readonly text: Uint8Array;
  /** Folder on disk that its input files are relative to; absent for one inside a binary. */
  readonly folder?: string;
  /** The folder on the command line that it was found in: its files may lie anywhere below. */
  readonly named?: string;
  /** Path inside the library, if it ships with wherewhen. */
  readonly shipped?: string;
}

/** Whether an id matches a pattern, where `*` stands for any characters. */
export function matches(pattern: string, id: string): boolean {
  const regexp = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${regexp.join(".*")}$`).test(id);
}

/** The shipped scenarios whose ids match one of the patterns (all without patterns). */
export function shippedMatching(patterns: readonly string[] = []): ScenarioSource[] {
  const all = [...shippedScenarios()];
  const found = patterns.length === 0
    ? all
    : all.filter(([id]) => patterns.some((pattern) => matches(pattern, id)));
  for (const pattern of patterns) {
    if (!found.some(([id]) => matches(pattern, id))) {
      throw new CommandError(Exit.usage, unknownScenario(pattern, all.map(([id]) => id)));
    }
  }
  return found.map(([, path]) => shippedSource(path));
}

function shippedSource(path: string): ScenarioSource {
  const lib = library();
  const text = lib.read(path);
  if (text === undefined) throw new CommandError(Exit.usage, `no scenario ${path}`);
  return {
    file: path,
    text,
    shipped: path,
    ...(lib.root === undefined ? {} : { folder: dirname(join(lib.root, path)) }),
  };
}

function unknownScenario(name: string, ids: readonly string[]): string {
  const below = ids.some((id) => id.startsWith(`${name.replace(/\/$/, "")}/`));
  const near = below
    ? `${name.replace(/\/$/, "")}/*`
    : nearest(name, ids) ?? ids.find((id) => id.endsWith(`/${name}`)) ??
      nearest(name, [...new Set(ids.map((id) => `${id.split("/")[0]}/*`))]);
  return `no scenario "${name}": there is no such file, folder or id` +
    (near === undefined
      ? "; wherewhen list names the ids, and a scenario of your own goes by its file"
      : `; did you mean "${near}"?`);
}

function fileSource(file: string): ScenarioSource {
  try {
    return { file, text: readFileSync(file), folder: dirname(resolve(file)) };
  } catch (error) {
    throw new CommandError(Exit.invalidScenario, `cannot read ${file}: ${reason(error)}`);
  }
}

/**
 * A file that a folder led to. Nobody named it, so it must be a regular file that really lies there: a
 * link to elsewhere would show that file's lines in an error message.
 *
 * @throws {CommandError} invalid scenario
 */
export function readBelow(folder: string, file: string): Uint8Array {
  const refuse = (why: string) =>
    new CommandError(Exit.invalidScenario, why.startsWith("cannot") ? why : `cannot read ${why}`);
  let found: Uint8Array | string;
  try {
    const real = realpathSync(file);
    if (!liesInside(realpathSync(folder), real)) {
      throw refuse(`${file}: it is a link out of ${folder}`);
    }
    found = readRegular(file, real, MAX_FILE_BYTES);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw refuse(`${file}: ${reason(error)}`);
  }
  if (typeof found === "string") throw refuse(found);
  return found;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}

// A folder of scenarios may hold its platforms and applications in folders of these names.
const NOT_SCENARIOS = ["hardware", "apps", "data"];

function* yamlBelow(folder: string): Generator<string> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new CommandError(Exit.invalidScenario, `cannot read ${folder}: ${reason(error)}`);
  }
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!NOT_SCENARIOS.includes(entry.name)) yield* yamlBelow(path);
    } else if (/\.ya?ml$/.test(entry.name)) yield path;
  }
}

/**
 * The scenarios that the arguments name, in their order, each once. An argument is a file, a folder
 * (all YAML below it), a shipped id, or a pattern over shipped ids.
 *
 * @throws {CommandError} usage, for a name that is none of these.
 */
export function findScenarios(names: readonly string[]): ScenarioSource[] {
  if (names.length === 0) return shippedMatching();
  const ids = shippedScenarios();
  const found = new Map<string, ScenarioSource>();
  const add = (source: ScenarioSource) => {
    const key = source.folder === undefined
      ? source.file
      : resolve(source.folder, source.file.split(/[\\/]/).at(-1) as string);
    if (!found.has(key)) found.set(key, source);
  };
  for (const name of names) {
    const path = ids.get(name);
    if (path !== undefined) add(shippedSource(path));
    else if (isFolder(name)) {
      const files = [...yamlBelow(name)];
      if (files.length === 0) {
        throw new CommandError(Exit.usage, `${name} holds no scenario (*.yaml)`);
      }
      for (const file of files) {
        add({ file, text: readBelow(name, file), folder: dirname(resolve(file)), named: name });
      }
    } else if (isFile(name)) add(fileSource(name));
    else if (name.includes("*")) shippedMatching([name]).forEach(add);
    else if (/\.ya?ml$/.test(name)) {
      throw new CommandError(
        Exit.invalidScenario,
        `cannot read ${name}: there is no such file (from ${process.cwd()})`,
      );
    } else throw new CommandError(Exit.usage, unknownScenario(name, [...ids.keys()]));
  }
  return [...found.values()];
}
