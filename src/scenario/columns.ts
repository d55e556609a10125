/** The columns of the table `runs`, known before anything has run. */
import type { Column, Experiment, Replications } from "../model/mod.ts";
import { type ResolvedScenario, settingsOf, variedColumns } from "./resolved.ts";

// Beyond this many settings, columns that depend on parameters are taken as all there.
const MAX_ASKED = 10_000;

/** What the columns of a gathered table follow from. */
export interface Gathering {
  /** The varied columns, in order. */
  readonly varied: readonly string[];
  /** The experiment's columns that the runs yield, in CSV order. */
  readonly columns: readonly (readonly [string, Column])[];
  readonly replications: Replications;
  /** Number of replications. */
  readonly seeds: number;
}

/** What becomes of a measure's column when seeds are summarised. */
function measureColumns(measure: string, replications: Replications): readonly string[] {
  switch (replications) {
    case "mean_stddev":
      return [`${measure}_mean`, `${measure}_stddev`];
    case "mean_ci":
      return [`${measure}_mean`, `${measure}_ci_low`, `${measure}_ci_high`];
    default:
      return [measure];
  }
}

/** Columns of `runs`: varied parameters, seed (if rows are kept), keys and measures, n. */
export function gatheredColumns({ varied, columns, replications, seeds }: Gathering): string[] {
  const observed = columns.flatMap(([name, { role }]) =>
    role === "key" ? [name] : measureColumns(name, replications)
  );
  const seed = replications === "rows" && seeds > 1 ? ["seed"] : [];
  const n = replications === "mean_stddev" || replications === "mean_ci" ? ["n"] : [];
  return [...varied, ...seed, ...observed, ...n];
}

/** The experiment's columns that these settings give, in CSV order. */
export function yieldedColumns(
  experiment: Experiment,
  scenario: Pick<ResolvedScenario, "axes" | "hardware" | "parameters">,
): readonly (readonly [string, Column])[] {
  const all = Object.entries(experiment.columns);
  if (experiment.columnsFor === undefined) return all;
  const used = new Set<string>();
  for (const { index, parameters } of settingsOf(scenario)) {
    if (index >= MAX_ASKED) return all;
    for (const column of experiment.columnsFor(parameters)) used.add(column);
  }
  return all.filter(([name]) => used.has(name));
}

/** The varied columns that the runs do not tell by a column of their own, in order. */
export function addedColumns(
  experiment: Experiment,
  scenario: Pick<ResolvedScenario, "axes" | "hardware" | "parameters">,
): readonly string[] {
  const yielded = new Map(yieldedColumns(experiment, scenario));
  return variedColumns(scenario)
    .filter(({ key, column }) => yielded.get(column)?.parameter !== key)
    .map(({ column }) => column);
}

/** Columns of `runs` for a scenario. */
export function runColumns(
  experiment: Experiment,
  scenario: Pick<
    ResolvedScenario,
    "axes" | "hardware" | "parameters" | "replications" | "seeds"
  >,
): readonly string[] {
  return gatheredColumns({
    varied: addedColumns(experiment, scenario),
    columns: yieldedColumns(experiment, scenario),
    replications: scenario.replications,
    seeds: scenario.seeds.length,
  });
}
