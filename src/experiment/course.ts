/** One scenario on its way: what is known of it, and what has happened so far. */
import type { Experiment } from "../model/mod.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import { type OutputFile, writeFilesAtomic } from "./files.ts";
import type { RunFailure, RunOptions, ScenarioOutcome } from "./outcome.ts";
import { currentOf } from "./results.ts";
import { type Current, type ResultPaths, resultPaths } from "./up-to-date.ts";

/** A scenario with its experiment, ready to run. */
export interface Job {
  readonly scenario: ResolvedScenario;
  readonly experiment: Experiment;
  /** The registry's name of the experiment's system. */
  readonly system: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What happens to one scenario, collected on the way. */
export class Course {
  readonly outcome: Mutable<ScenarioOutcome>;
  readonly files: string[] = [];
  readonly failures: RunFailure[] = [];
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  readonly started = performance.now();
  readonly startedAt = new Date().toISOString();
  readonly paths: ResultPaths;
  readonly current: Current;

  constructor(readonly job: Job, readonly options: RunOptions) {
    const { scenario, system } = job;
    this.paths = resultPaths(options.out, scenario.id);
    this.current = currentOf(scenario, system, options);
    this.outcome = {
      id: scenario.id,
      title: scenario.title,
      status: "failed",
      reason: "",
      claims: [],
      files: this.files,
      runs: { total: 0, ran: 0, cached: 0, failed: 0 },
      failures: this.failures,
      problems: this.problems,
      warnings: this.warnings,
      events: 0,
      milliseconds: 0,
    };
  }

  readonly warn = (message: string) => {
    if (this.warnings.includes(message)) return;
    this.warnings.push(message);
    this.options.onEvent?.({ type: "warning", scenario: this.outcome.id, message });
  };

  /** Writes files that belong together: all or none. @throws {OutputError} */
  write(files: readonly OutputFile[]): void {
    if (this.options.write === false) return;
    writeFilesAtomic(files);
    this.files.push(...files.map(([path]) => path));
  }

  end(status: ScenarioOutcome["status"]): ScenarioOutcome {
    this.outcome.status = status;
    this.outcome.milliseconds = performance.now() - this.started;
    this.options.onEvent?.({ type: "end", outcome: this.outcome });
    return this.outcome;
  }
}
