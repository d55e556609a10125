/** `run`: scenarios into CSV, PNG, SVG and manifest. */
import { traceRun } from "../../experiment/mod.ts";
import { writeCsv } from "../../table/mod.ts";
import { execute, type ExecuteOptions, exitOf, outcomeJson, withSeeds } from "../execute.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { findScenarios } from "../find.ts";
import { goneScenarios } from "../gone.ts";
import { type Loaded, loadOrRefuse } from "../load.ts";
import {
  checkOutcome,
  COMPARE_OUT,
  readEarlier,
  type RegressOptions,
  reportChecks,
} from "../regress.ts";
import { reason } from "../reason.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `run`. */
export interface RunCommandOptions extends Omit<ExecuteOptions, "out">, RegressOptions {
  /** Absent if neither the command line nor the environment names it. */
  readonly out?: string;
  readonly data?: readonly string[];
  readonly print?: boolean;
  readonly trace?: string;
  readonly traceRun?: number;
}

/** Follows one run and writes its events; results and cache stay as they are. */
function trace(
  terminal: Terminal,
  { scenario, experiment }: Pick<Loaded, "scenario" | "experiment">,
  path: string,
  { traceRun: number = 1 }: RunCommandOptions,
): ExitCode {
  try {
    const { label, result, written, dropped } = traceRun(experiment, scenario, number, path);
    if (!result.ok) throw new CommandError(Exit.runFailed, `${label}: ${result.message}`);
    terminal.note(
      `${scenario.id} (${label}): ${written.toLocaleString("en")} trace events → ${path}` +
        (dropped > 0 ? ` (${dropped.toLocaleString("en")} more did not fit)` : "") +
        (written > 0 ? "; open it in ui.perfetto.dev" : ": this experiment has nothing to show"),
    );
    return Exit.ok;
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(Exit.usage, error.message);
    if ((error as { code?: string }).code === undefined || error instanceof CommandError) {
      throw error;
    }
    throw new CommandError(Exit.usage, `cannot write ${path}: ${reason(error)}`);
  }
}

/** Runs the scenarios named; everything is checked before the first run. */
export async function run(
  terminal: Terminal,
  names: readonly string[],
  options: RunCommandOptions,
): Promise<ExitCode> {
  const { tolerance, traceRun } = options;
  if (tolerance !== undefined && options.compare === undefined) {
    throw new CommandError(Exit.usage, "--tolerance is of --compare: name the earlier results");
  }
  if (traceRun !== undefined && options.trace === undefined) {
    throw new CommandError(Exit.usage, "--trace-run is of --trace: name the file to write");
  }
  const loaded = await loadOrRefuse(terminal, findScenarios(names), options.data);
  const scenarios = loaded.map(({ scenario }) => withSeeds(scenario, options));
  if (options.trace !== undefined) {
    if (loaded.length !== 1) {
      throw new CommandError(Exit.usage, `--trace takes one scenario, not ${loaded.length}`);
    }
    return trace(terminal, { ...loaded[0], scenario: scenarios[0] }, options.trace, options);
  }
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
  const checked = [
    ...checkOutcome(outcome, earlier, options),
    ...(compare === undefined ? [] : goneScenarios(names, loaded, compare)),
  ];
  const changed = reportChecks(options.quiet ? terminal.asQuiet() : terminal, checked, options);
  if (options.json) {
    const comparisons = checked.map(({ id, comparison }) => ({ id, ...comparison }));
    terminal.json({
      ...outcomeJson(outcome),
      ...(compare === undefined ? {} : { comparisons }),
    });
  }
  const code = exitOf(outcome);
  // With earlier results the question is what changed: a claim that was not met before is no news.
  if (compare === undefined || (code !== Exit.ok && code !== Exit.claim)) return code;
  return changed ? Exit.changed : Exit.ok;
}
