/** `new`: a commented scenario to start from. */
import { loadCatalogue } from "../../experiment/mod.ts";
import { isScenarioId, newScenario as template } from "../../scenario/mod.ts";
import { unknownName } from "../../units/mod.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { platformsFor } from "../platforms.ts";
import type { Terminal } from "../terminal.ts";

/** Prints a scenario for `experiment` that loads as it is. */
export async function newScenario(
  terminal: Terminal,
  experiment: string,
  options: { readonly id?: string },
): Promise<ExitCode> {
  const catalogue = await loadCatalogue();
  const entry = catalogue.get(experiment);
  if (entry === undefined) {
    throw new CommandError(
      Exit.usage,
      unknownName("experiment", experiment, [...catalogue.keys()]),
    );
  }
  if (options.id !== undefined && !isScenarioId(options.id)) {
    throw new CommandError(
      Exit.usage,
      `--id ${options.id}: expected <folder>/<name> of lower-case letters, digits, dots and hyphens`,
    );
  }
  terminal.data(template(entry.experiment, platformsFor(undefined), options));
  return Exit.ok;
}
