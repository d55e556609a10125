/** One run: an experiment given its platform, simulation and inputs, and its rows checked. */
import { buildPlatform, type PlatformYaml } from "../hardware/mod.ts";
import { type Outcome, Simulation, type SimulationOptions, type TraceSink } from "../kernel/mod.ts";
import type { Experiment, RunContext } from "../model/mod.ts";
import { type PackedRows, RowPacker } from "./packed.ts";

/** What all runs of one scenario share; plain data, sent to a worker once. */
export interface RunSetup {
  /** Id of the scenario, for messages. */
  readonly scenario: string;
  readonly experiment: string;
  /** Platform descriptions by id. */
  readonly platforms: Readonly<Record<string, unknown>>;
  /** Texts of input files by path as the scenario wrote it. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** One run: a setting and a seed; plain data. */
export interface RunRequest {
  /** Place in scenario order. */
  readonly index: number;
  readonly hardware: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The replication: equal across the settings, so that they see common random numbers. */
  readonly seed: number;
  /** The setting and the seed in words: `rtt_ms=50, seed 3`. */
  readonly label: string;
}

/** What a finished run gives. */
export interface RunDone {
  readonly ok: true;
  readonly rows: PackedRows;
  /** Events of all its simulations. */
  readonly events: number;
  /** Hash over the events of all its simulations, in order of their making. */
  readonly hash: string;
  readonly warnings: readonly string[];
  /** Wall time; never part of a result. */
  readonly milliseconds: number;
}

/** What a failed run leaves. */
export interface RunFailed {
  readonly ok: false;
  /** What went wrong, without the run's name. */
  readonly message: string;
  readonly stack?: string;
  readonly warnings: readonly string[];
}

/** How one run ended. */
export type RunResult = RunDone | RunFailed;

/** A simulation in which tasks wait for something that can no longer happen. */
export class DeadlockError extends Error {
  override name = "DeadlockError";
  /** @param outcome lists who waits for what. */
  constructor(readonly outcome: Outcome, now: number) {
    const waiting = outcome.waiting.filter((w) => !w.daemon);
    const shown = waiting.slice(0, 8).map((w) => `${w.task} waits for ${w.for}`);
    const rest = waiting.length - shown.length;
    super(
      `the simulation is deadlocked at ${now} ns: ${shown.join("; ")}` +
        (rest > 0 ? `; and ${rest} more` : ""),
    );
  }
}

/** A simulation whose deadlock is an error. */
class WatchedSimulation extends Simulation {
  override run(until?: number, stopWhen?: () => boolean): Outcome {
    const outcome = super.run(until, stopWhen);
    if (outcome.ended === "deadlock") throw new DeadlockError(outcome, this.now);
    return outcome;
  }
}

function combinedHash(simulations: readonly Simulation[]): string {
  if (simulations.length === 1) return simulations[0].hash;
  let hash = 0x811c9dc5;
  for (const simulation of simulations) {
    for (const letter of simulation.hash) {
      hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** The columns that a run with these parameters yields, in CSV order. */
export function columnsOfRun(experiment: Experiment, parameters: unknown): readonly string[] {
  const all = Object.keys(experiment.columns);
  const chosen = experiment.columnsFor?.(parameters);
  if (chosen === undefined) return all;
  const unknown = chosen.find((column) => !all.includes(column));
  if (unknown !== undefined) {
    throw new TypeError(`columnsFor of ${experiment.id} names ${unknown}, which is not a column`);
  }
  return all.filter((column) => chosen.includes(column));
}

/**
 * Does one run. Errors of the model become a failed result; nothing is thrown.
 *
 * @param trace receives the events of all the run's simulations; it changes no result.
 */
export function executeRun(
  experiment: Experiment,
  setup: RunSetup,
  request: RunRequest,
  trace?: TraceSink,
): RunResult {
  const warnings: string[] = [];
  const simulations: Simulation[] = [];
  const start = performance.now();
  try {
    const spec = setup.platforms[request.hardware];
    if (spec === undefined) throw new Error(`there is no platform ${request.hardware}`);
    const context: RunContext<any> = {
      parameters: structuredClone(request.parameters),
      platform: buildPlatform(spec as PlatformYaml),
      seed: request.seed,
      simulation(options = {}) {
        trace?.simulationBegins();
        const given: SimulationOptions = {
          ...options,
          seed: request.seed,
          ...(trace === undefined ? {} : { trace }),
        };
        const simulation = new WatchedSimulation(given);
        simulations.push(simulation);
        return simulation;
      },
      input(path) {
        if (!Object.hasOwn(setup.inputs, path)) {
          throw new Error(`the input file ${path} was not named by a parameter of the scenario`);
        }
        return setup.inputs[path];
      },
      warn: (message) => void warnings.push(message),
    };
    const packer = new RowPacker(columnsOfRun(experiment, context.parameters));
    for (const row of experiment.run(context)) packer.add(row);
    return {
      ok: true,
      rows: packer.finish(),
      events: simulations.reduce((sum, { events }) => sum + events, 0),
      hash: combinedHash(simulations),
      warnings,
      milliseconds: performance.now() - start,
    };
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(String(error));
    return {
      ok: false,
      message: thrown.message || thrown.name,
      ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
      warnings,
    };
  }
}
