/** `new`: a commented scenario to start from. */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import process from "node:process";
import { loadCatalogue, OutputError, writeFileAtomic } from "../../experiment/mod.ts";
import { isScenarioId, newScenario as template } from "../../scenario/mod.ts";
import { unknownName } from "../../units/mod.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { readHead } from "../head.ts";
import { library, shippedScenarios } from "../library.ts";
import { platformsFor } from "../platforms.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `new`. */
export interface NewOptions {
  readonly id?: string;
  /** File to write instead of printing. */
  readonly write?: string;
}

/** The JSON Schema as a file in `folder` names it; absent in a binary, which has it on no disk. */
function schemaFrom(folder: string): string | undefined {
  const { root } = library();
  if (root === undefined) return undefined;
  return relative(folder, join(root, "scenarios", "schema.json")).split(sep).join("/");
}

/** What is meant in place of an experiment: a scenario's id, or a system. */
async function noExperiment(word: string, all: readonly string[]): Promise<string> {
  const path = shippedScenarios().get(word);
  if (path !== undefined) {
    const { experiment } = await readHead(path, library().read(path) as Uint8Array);
    return `${word} is a scenario; its experiment is ${experiment}: wherewhen new ${experiment}`;
  }
  const system = all.filter((id) => id.startsWith(`${word.replace(/\/$/, "")}/`));
  return unknownName("experiment", word, all, system.length > 0 ? system : all);
}

/** Prints or writes a scenario for `experiment` that loads as it is. */
export async function newScenario(
  terminal: Terminal,
  experiment: string,
  options: NewOptions,
): Promise<ExitCode> {
  const catalogue = await loadCatalogue();
  const entry = catalogue.get(experiment);
  if (entry === undefined) {
    throw new CommandError(
      Exit.usage,
      await noExperiment(experiment, [...catalogue.keys()].sort()),
    );
  }
  const { id, write } = options;
  if (id !== undefined && !isScenarioId(id)) {
    throw new CommandError(
      Exit.usage,
      `--id ${id}: expected <folder>/<name> of lower-case letters, digits, dots and hyphens`,
    );
  }
  if (write !== undefined && existsSync(write)) {
    throw new CommandError(Exit.usage, `--write ${write}: it is there already; name another file`);
  }
  // What is printed is mostly sent into a file right here.
  const schema = schemaFrom(write === undefined ? process.cwd() : dirname(resolve(write)));
  const text = template(entry.experiment, platformsFor(undefined), {
    ...(id === undefined ? {} : { id }),
    ...(schema === undefined ? {} : { schema }),
  });
  if (write === undefined) terminal.data(text);
  else {
    try {
      writeFileAtomic(write, text);
    } catch (error) {
      if (error instanceof OutputError) throw new CommandError(Exit.usage, error.message);
      throw error;
    }
    terminal.note(`${write}: ${experiment} with every parameter; wherewhen check ${write}`);
  }
  return Exit.ok;
}
