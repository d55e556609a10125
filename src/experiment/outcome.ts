/** What running scenarios is told to do, tells while it runs, and gives back. */
import type { ClaimResult } from "../claims/mod.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import type { Table } from "../table/mod.ts";

/** Draws pictures of a table; given by whoever knows figures. */
export interface Draw {
  /** Hash of the drawing code: another version draws again. */
  readonly version: string;
  /** Extensions of what `draw` gives, for example png and svg. */
  readonly extensions: readonly string[];
  /** The pictures by extension. */
  draw(scenario: ResolvedScenario, table: Table): Promise<Readonly<Record<string, Uint8Array>>>;
}

/** How scenarios are run. */
export interface RunOptions {
  /** Output folder; results go to `<out>/<system>/<name>.*`. */
  readonly out: string;
  /** False: only the table is wanted; it is made anew and no file is written. */
  readonly write?: boolean;
  /** Folder of the run cache; null: keep none. */
  readonly cache: string | null;
  /** Runs at a time, each in a worker. */
  readonly jobs: number;
  /** Run although the result is up to date, and take nothing from the cache. */
  readonly force?: boolean;
  /** Stops promptly; finished runs are kept. */
  readonly signal?: AbortSignal;
  /** Without it no pictures are drawn (and none are expected). */
  readonly draw?: Draw;
  /** Name and version of the tool, for the manifest. */
  readonly tool: string;
  /**
   * Version of a system's model source; default: a hash over its source files. A binary, which has no
   * source files, gives the hashes it was built from.
   */
  readonly modelVersion?: (system: string) => string | undefined;
  /** Module URL of a registry other than the tool's own (tests). */
  readonly registry?: string | null;
  /** Told as things happen. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Something that happened. */
export type RunEvent =
  /** A scenario has been looked at; `todo` runs lie ahead, `cached` are taken from the cache. */
  | {
    readonly type: "start";
    readonly scenario: string;
    readonly reason: string;
    readonly todo: number;
    readonly cached: number;
  }
  /** One run ended. */
  | {
    readonly type: "run";
    readonly scenario: string;
    /** Setting and seed in words. */
    readonly label: string;
    readonly ok: boolean;
    /** Why it failed. */
    readonly message?: string;
    /** Wall time; absent for a failed run. */
    readonly milliseconds?: number;
    /** Runs of this scenario that have ended, and all. */
    readonly done: number;
    readonly total: number;
  }
  /** Something to tell the user that changes no result; each text once for a scenario. */
  | { readonly type: "warning"; readonly scenario: string; readonly message: string }
  | { readonly type: "end"; readonly outcome: ScenarioOutcome };

/** A run that failed. */
export interface RunFailure {
  /** Setting and seed in words. */
  readonly label: string;
  readonly message: string;
  /** Where in the model, if known. */
  readonly stack?: string;
}

/** How one scenario ended. */
export interface ScenarioOutcome {
  /** `<system>/<name>`. */
  readonly id: string;
  /** The scenario's title. */
  readonly title: string;
  /**
   * `ran`: the result was made. `redrawn`: only its pictures. `up-to-date`: nothing was to be done.
   * `failed`: see `failures` and `problems`; a result that was there before stays. `interrupted`:
   * running again goes on from the runs that were finished.
   */
  readonly status: "ran" | "redrawn" | "up-to-date" | "failed" | "interrupted";
  /** Why it was run, or why not. */
  readonly reason: string;
  /** The scenario's table, as its CSV has it; absent if there is none. */
  readonly table?: Table;
  /** Each claim judged on the table, in the order of the file; none without a table. */
  readonly claims: readonly ClaimResult[];
  /** Files written now. */
  readonly files: readonly string[];
  /**
   * How many runs there are, were done now, were found in the cache (or done for another scenario),
   * and failed.
   */
  readonly runs: {
    readonly total: number;
    readonly ran: number;
    readonly cached: number;
    readonly failed: number;
  };
  /** Every run that failed, with its reason. */
  readonly failures: readonly RunFailure[];
  /** Errors other than those of runs: a disk that is full, a table that cannot be made. */
  readonly problems: readonly string[];
  /** What is worth knowing and stopped nothing. */
  readonly warnings: readonly string[];
  /** Events of all simulations. */
  readonly events: number;
  /** Wall time. */
  readonly milliseconds: number;
}
