/** `run`: scenarios into CSV, PNG, SVG and manifest. */
import { writeCsv } from "../../table/mod.ts";
import { execute, type ExecuteOptions, exitOf, outcomeJson, withSeeds } from "../execute.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { findScenarios } from "../find.ts";
import { loadOrRefuse } from "../load.ts";
import {
  checkOutcome,
  COMPARE_OUT,
  readEarlier,
  type RegressOptions,
  reportChecks,
} from "../regress.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `run`. */
export interface RunCommandOptions extends Omit<ExecuteOptions, "out">, RegressOptions {
  /** Absent if neither the command line nor the environment names it. */
  readonly out?: string;
  readonly data?: readonly string[];
  readonly print?: boolean;
}

/** Runs the scenarios named; everything is checked before the first run. */
export async function run(
  terminal: Terminal,
  names: readonly string[],
  options: RunCommandOptions,
): Promise<ExitCode> {
  const loaded = await loadOrRefuse(terminal, findScenarios(names), options.data);
  const scenarios = loaded.map(({ scenario }) => withSeeds(scenario, options));
  if (options.print) {
    if (scenarios.length !== 1) {
      throw new CommandError(Exit.usage, `--print takes one scenario, not ${scenarios.length}`);
    }
    const outcome = await execute(terminal, scenarios, { ...options, out: "", tableOnly: true });
    const table = outcome.scenarios[0]?.table;
    if (table !== undefined) terminal.data(writeCsv(table));
    return exitOf(outcome);
  }
  const { compare } = options;
  const out = options.out ?? (compare === undefined ? "results" : COMPARE_OUT);
  const earlier = compare === undefined ? undefined : await readEarlier(loaded, compare, out);
  const outcome = await execute(terminal, scenarios, { ...options, out });
  const checked = checkOutcome(outcome, earlier, options);
  const changed = reportChecks(options.quiet ? terminal.asQuiet() : terminal, checked, options);
  if (options.json) {
    const comparisons = checked.map(({ id, comparison }) => ({ id, ...comparison }));
    terminal.json({
      ...outcomeJson(outcome),
      ...(compare === undefined ? {} : { comparisons }),
    });
  }
  const code = exitOf(outcome);
  return changed && (code === Exit.ok || code === Exit.claim) ? Exit.changed : code;
}
