/** `run`: scenarios into CSV, PNG, SVG and manifest. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeCsv } from "../../table/mod.ts";
import { execute, type ExecuteOptions, exitOf, outcomeJson, withSeeds } from "../execute.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { findScenarios } from "../find.ts";
import { loadOrRefuse } from "../load.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `run`. */
export interface RunCommandOptions extends ExecuteOptions {
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
    const out = mkdtempSync(join(tmpdir(), "wherewhen-"));
    try {
      const outcome = await execute(terminal, scenarios, { ...options, out });
      const table = outcome.scenarios[0]?.table;
      if (table !== undefined) terminal.data(writeCsv(table));
      return exitOf(outcome);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  }
  const outcome = await execute(terminal, scenarios, options);
  if (options.json) terminal.json(outcomeJson(outcome));
  return exitOf(outcome);
}
