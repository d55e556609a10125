/** The columns of the table `runs`, known before anything has run. */
import type { Experiment, Replications } from "../model/mod.ts";
import { type ResolvedScenario, settingsOf, variedColumns } from "./resolved.ts";

// Beyond this many settings, columns that depend on parameters are taken as all there.
const MAX_ASKED = 10_000;

/** What becomes of a measure's column when seeds are summarised. */
export function measureColumns(measure: string, replications: Replications): readonly string[] {
  switch (replications) {
    case "mean_stddev":
      return [`${measure}_mean`, `${measure}_stddev`];
    case "mean_ci":
      return [`${measure}_mean`, `${measure}_ci_low`, `${measure}_ci_high`];
    default:
      return [measure];
  }
}

/** The experiment's columns that these settings give, in CSV order. */
export function yieldedColumns(
  experiment: Experiment,
  scenario: Pick<ResolvedScenario, "axes" | "hardware" | "parameters">,
): readonly string[] {
  const all = Object.keys(experiment.columns);
  if (experiment.columnsFor === undefined) return all;
  const used = new Set<string>();
  for (const { index, parameters } of settingsOf(scenario)) {
    if (index >= MAX_ASKED) return all;
    for (const column of experiment.columnsFor(parameters)) used.add(column);
  }
  return all.filter((column) => used.has(column));
}

/** Columns of `runs`: varied parameters, seed (if rows are kept), keys and measures, n. */
export function runColumns(
  experiment: Experiment,
  scenario: Pick<
    ResolvedScenario,
    "axes" | "hardware" | "parameters" | "replications" | "seeds"
  >,
): readonly string[] {
  const { replications, seeds } = scenario;
  const varied = variedColumns(scenario).map(({ column }) => column);
  const observed = yieldedColumns(experiment, scenario).flatMap((column) =>
    experiment.columns[column]?.role === "key" ? [column] : measureColumns(column, replications)
  );
  const seed = replications === "rows" && seeds.length > 1 ? ["seed"] : [];
  const n = replications === "mean_stddev" || replications === "mean_ci" ? ["n"] : [];
  return [...varied, ...seed, ...observed, ...n];
}
