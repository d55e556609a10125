/** `reproduce`: every shipped scenario, and COMPARISON.md. */
import { compareOutcome, writeComparison } from "../comparison.ts";
import { execute, type ExecuteOptions, exitOf, outcomeJson, withSeeds } from "../execute.ts";
import { Exit, type ExitCode } from "../exit.ts";
import { shippedMatching } from "../find.ts";
import { loadOrRefuse } from "../load.ts";
import { tally, tallyText } from "../../report/mod.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `reproduce`. */
export interface ReproduceOptions extends ExecuteOptions {
  readonly only?: readonly string[];
}

/** Runs what is not up to date, and writes the comparison when all scenarios were asked for. */
export async function reproduce(
  terminal: Terminal,
  options: ReproduceOptions,
): Promise<ExitCode> {
  const loaded = await loadOrRefuse(terminal, shippedMatching(options.only));
  const scenarios = loaded.map(({ scenario }) => withSeeds(scenario, options));
  const outcome = await execute(terminal, scenarios, options);
  const compared = compareOutcome(loaded, outcome);
  if (!outcome.interrupted) {
    const shown = options.quiet ? terminal.asQuiet() : terminal;
    shown.note(tallyText(tally(compared)));
    // A part of the scenarios would overwrite the claims of the others.
    if (options.only === undefined) shown.note(`→ ${writeComparison(options.out, compared)}`);
  }
  if (options.json) terminal.json(outcomeJson(outcome));
  // Its work is to write what came out; whether that meets the claims is what `compare` answers.
  const code = exitOf(outcome);
  return code === Exit.claim ? Exit.ok : code;
}
