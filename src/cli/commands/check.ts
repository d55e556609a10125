/** `check`: every error of every scenario, without running anything. */
import { formatErrors, runCount } from "../../scenario/mod.ts";
import { Exit, type ExitCode } from "../exit.ts";
import { findScenarios } from "../find.ts";
import { loadAll } from "../load.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `check`. */
export interface CheckOptions {
  readonly data?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Checks scenarios and prints what is wrong; exit code 3 if anything is. */
export async function check(
  terminal: Terminal,
  names: readonly string[],
  options: CheckOptions,
): Promise<ExitCode> {
  const { loaded, errors } = await loadAll(findScenarios(names), options.data);
  const valid = loaded.map(({ scenario, source }) => ({
    id: scenario.id,
    file: source.file,
    runs: runCount(scenario),
    claims: scenario.claims.length,
  }));
  if (options.json) terminal.json({ valid, errors });
  else {
    if (errors.length > 0) terminal.alert(formatErrors(errors));
    else if (!options.quiet) {
      for (const { id, runs, claims } of valid) {
        terminal.data(`${id}: valid, ${counted(runs, "run")}, ${counted(claims, "claim")}`);
      }
    }
  }
  return errors.length === 0 ? Exit.ok : Exit.invalidScenario;
}
