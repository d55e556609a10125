/** Runs loaded scenarios and tells about it: shared by `run` and `reproduce`. */
import { join } from "node:path";
import process from "node:process";
import {
  OutputError,
  type RunEvent,
  type RunOutcome,
  runScenarios,
  type ScenarioOutcome,
} from "../experiment/mod.ts";
import { isNews } from "../report/mod.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import { builtModelVersion, drawing } from "./draw.ts";
import { CommandError, Exit, type ExitCode } from "./exit.ts";
import type { Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Options that `run` and `reproduce` share. */
export interface ExecuteOptions {
  readonly out: string;
  readonly jobs: number;
  readonly seeds?: number;
  readonly seed?: number;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Make the table and write nothing. */
  readonly tableOnly?: boolean;
  /** Every run in a line, also off a terminal. */
  readonly verbose?: boolean;
}

/**
 * Folder of finished runs, kept so that an interrupted command goes on where it stopped. Below --out:
 * nothing is written anywhere else.
 */
const CACHE = join(".wherewhen", "cache");

/** A scenario with the replications that the command line asks for. */
export function withSeeds(
  scenario: ResolvedScenario,
  { seeds, seed }: Pick<ExecuteOptions, "seeds" | "seed">,
): ResolvedScenario {
  if (seed !== undefined) return { ...scenario, seeds: [seed] };
  if (seeds === undefined) return scenario;
  return { ...scenario, seeds: Array.from({ length: seeds }, (_, i) => i + 1) };
}

function seconds(milliseconds: number): string {
  return milliseconds < 9950
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : `${Math.round(milliseconds / 1000)} s`;
}

/** Off a terminal a long scenario says that it is alive this often, in ms. */
const HEARTBEAT_MS = 60_000;

function listener(terminal: Terminal, verbose: boolean): (event: RunEvent) => void {
  let told = performance.now();
  return (event) => {
    switch (event.type) {
      case "start":
        if (event.cached > 0 || (event.todo > 0 && (verbose || terminal.interactive))) {
          const kept = event.cached > 0 ? `, ${event.cached} kept from before` : "";
          terminal.note(
            `${terminal.style("bold", event.scenario)}: ${event.todo} runs${kept} ` +
              terminal.style("dim", `(${event.reason})`),
          );
        }
        break;
      case "run":
        if (!event.ok) {
          terminal.alert(
            `${
              terminal.style("red", "run failed:")
            } ${event.scenario} (${event.label}): ${event.message}`,
          );
        } else if (terminal.interactive) {
          terminal.status(`${event.scenario}  ${event.done}/${event.total}  ${event.label}`);
        } else if (verbose || performance.now() - told > HEARTBEAT_MS) {
          told = performance.now();
          const took = event.milliseconds === undefined ? "" : ` ${seconds(event.milliseconds)}`;
          terminal.note(
            `${event.scenario} ${event.done}/${event.total} ${event.label}${took}`,
          );
        }
        break;
      case "warning":
        terminal.alert(
          `${terminal.style("yellow", "warning:")} ${event.scenario}: ${event.message}`,
        );
        break;
      case "end":
        terminal.status("");
        terminal.note(summary(terminal, event.outcome));
    }
  };
}

function summary(terminal: Terminal, outcome: ScenarioOutcome): string {
  const name = terminal.style("bold", outcome.id);
  const met = outcome.claims.filter(({ verdict }) => verdict === "met").length;
  const claims = outcome.claims.length === 0
    ? ""
    : `; ${met} of ${outcome.claims.length} claims met`;
  // Some experiments go from round to round or from fit to fit and have no event queue.
  const events = outcome.events === 0 ? "" : `, ${outcome.events.toLocaleString("en")} events`;
  switch (outcome.status) {
    case "up-to-date":
      return `${name}: ${outcome.reason}${claims}`;
    case "interrupted":
      return `${name}: interrupted after ${outcome.runs.ran + outcome.runs.cached} of ` +
        `${outcome.runs.total} runs; running again does the rest`;
    case "failed":
      return [
        `${terminal.style("red", "failed:")} ${name}` +
        (outcome.runs.failed === 0
          ? ""
          : `: ${outcome.runs.failed} of ${outcome.runs.total} runs failed`),
        ...outcome.problems.map((problem) => `  ${problem}`),
      ].join("\n");
    default:
      return `${name}: ${outcome.status} in ${
        seconds(outcome.milliseconds)
      } (${outcome.reason})${events}${claims}` +
        (outcome.files.length === 0 ? "" : `\n  → ${outcome.files.join(" ")}`);
  }
}

/** Aborts on Ctrl-C or SIGTERM; a second one ends the process at once. */
function interruption(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(Exit.interrupted);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    done() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}

/** The exit code of a run: the gravest thing that happened. */
export function exitOf(outcome: RunOutcome): ExitCode {
  if (outcome.interrupted) return Exit.interrupted;
  if (outcome.scenarios.some(({ status }) => status === "failed")) return Exit.runFailed;
  const unmet = outcome.scenarios.flatMap(({ claims }) => claims).some(isNews);
  return unmet ? Exit.claim : Exit.ok;
}

/** Runs scenarios into `out`. Errors of the output folder end the command before any run. */
export async function execute(
  terminal: Terminal,
  scenarios: readonly ResolvedScenario[],
  options: ExecuteOptions,
): Promise<RunOutcome> {
  const shown = options.quiet ? terminal.asQuiet() : terminal;
  const seeds = new Set(scenarios.map(({ seeds }) => seeds.length));
  shown.note(
    `${scenarios.length} ${scenarios.length === 1 ? "scenario" : "scenarios"}, ` +
      `${[...seeds].sort((a, b) => a - b).join("/")} ${
        seeds.size === 1 && seeds.has(1) ? "seed" : "seeds"
      }, ` +
      `${options.jobs} ${options.jobs === 1 ? "worker" : "workers"}` +
      (options.tableOnly ? "" : `, into ${options.out}`),
  );
  const { signal, done } = interruption();
  try {
    return await runScenarios(scenarios, {
      out: options.out,
      ...(options.tableOnly ? { cache: null, write: false } : {
        cache: join(options.out, CACHE),
        draw: drawing((message) => shown.note(message)),
      }),
      jobs: options.jobs,
      force: options.force ?? false,
      signal,
      modelVersion: builtModelVersion,
      tool: `wherewhen ${VERSION}`,
      onEvent: listener(shown, options.verbose ?? false),
    });
  } catch (error) {
    if (error instanceof OutputError) throw new CommandError(Exit.usage, error.message);
    throw error;
  } finally {
    done();
  }
}

/** An outcome as `--json` prints it. */
export function outcomeJson(outcome: RunOutcome): Record<string, unknown> {
  return {
    interrupted: outcome.interrupted,
    scenarios: outcome.scenarios.map(({ table, ...rest }) => ({
      ...rest,
      rows: table?.rows.length ?? 0,
    })),
  };
}
