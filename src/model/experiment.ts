/**
 * The contract between a system's room and the experiment runner: what a system offers (an
 * `Experiment`) and what it is given for one run (a `RunContext`). Models write no files and know no
 * seeds, workers or figures; they yield rows.
 */
import type { z } from "zod";
import type { Simulation } from "../kernel/mod.ts";
import type { Platform } from "../hardware/mod.ts";
import type { Row } from "../table/mod.ts";

export type { Cell, Row } from "../table/mod.ts";

/** A column that an experiment's rows have. The unit is part of the name (`total_ms`). */
export interface Column {
  /** `key` tells rows of one run apart (a time, a lane, a percentile); `measure` is what is observed. */
  readonly role: "key" | "measure";
  /** What the column means, in a sentence for `list` and the documentation. */
  readonly says: string;
  /**
   * The parameter whose value the (key) column tells row by row, because one run may go through several.
   * Varying that parameter then adds no column of its own.
   */
  readonly parameter?: string;
}

/** How the rows of several seeds become one table. */
export type Replications =
  /** each measure becomes `<measure>_mean` and `<measure>_stddev`, and `n` is added */
  | "mean_stddev"
  /** each measure becomes its mean under its own name */
  | "mean"
  /** each measure becomes `<measure>_mean`, `<measure>_ci_low`, `<measure>_ci_high` (95 %), and `n` */
  | "mean_ci"
  /** every row is kept, with a `seed` column when there is more than one seed */
  | "rows";

/** Something wrong with otherwise well-typed parameters: where (path below `parameters`) and what. */
export interface Problem {
  /** Keys from the `parameters` mapping down to the offending value; empty: the whole mapping. */
  readonly path: readonly (string | number)[];
  /** What is wrong, what was expected and what to do. */
  readonly message: string;
}

/** What one run of an experiment is given. */
export interface RunContext<P> {
  /** The run's parameters: defaults, scenario, sweep point; canonical units (ns, bytes, bit/s, cores). */
  readonly parameters: P;
  /** The simulated hardware named by the scenario, freshly built for this run. */
  readonly platform: Platform;
  /** Replication number, 1..seeds. Equal across the sweep: common random numbers. */
  readonly seed: number;
  /** A new simulation with this run's seed, trace sink and horizon check; counted in the manifest. */
  simulation(options?: { readonly horizon?: number }): Simulation;
  /** The text of an input file named by a parameter of type `inputFile()`, as the scenario wrote it. */
  input(path: string): string;
  /** Tell the user something about this run (stderr); never changes a result. */
  warn(message: string): void;
}

/** A measurable model: adding a figure needs a YAML that names one of these. */
export interface Experiment<P = any> {
  /** `<system>/<experiment>`. */
  readonly id: string;
  /** One sentence: what is measured. */
  readonly says: string;
  /** A strict zod object; quantities by the types of src/units, descriptions by `.describe()`. */
  readonly parameters: z.ZodType<P>;
  /** Every column that `run` yields, in CSV order. Swept parameters come before them by themselves. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Default treatment of several seeds; a scenario may choose another. */
  readonly replications: Replications;
  /**
   * Cross-parameter checks, done before anything runs. `input` gives the text of an input file that
   * could be read and passed its own check, for checks of parameters against what a file says.
   */
  check?(
    parameters: P,
    platform: Platform,
    input?: (path: string) => string | undefined,
  ): readonly Problem[];
  /** Column set that depends on parameters (rare); must be a subset of `columns`. */
  columnsFor?(parameters: P): readonly string[];
  /** One run. Pure in (parameters, platform, seed, inputs): the same arguments give the same rows. */
  run(context: RunContext<P>): Iterable<Row>;
}

/** Declares an experiment with the parameter type inferred from its schema. */
export function defineExperiment<S extends z.ZodType>(
  experiment: Experiment<z.output<S>> & { readonly parameters: S },
): Experiment<z.output<S>> {
  return experiment;
}
