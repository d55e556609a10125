/** The scenario's own keys: what surrounds the experiment's parameters. */
import { z } from "zod";
import { claimSchema } from "../claims/mod.ts";
import { figureSchema } from "../figures/spec.ts";
import type { Replications } from "../model/mod.ts";
import { isScenarioId } from "./names.ts";
import { seedsSchema } from "./seeds.ts";

const text = (what: string) => z.string().trim().min(1, `expected ${what}, not an empty text`);

const REPLICATIONS: readonly Replications[] = ["mean_stddev", "mean", "mean_ci", "rows"];

const mapping = z.record(z.string(), z.unknown());

/** Names that `table` and claims use for tables of the scenario itself. */
const OWN_TABLES = ["runs", "result"] as const;

const tableName = z.string().regex(
  /^[a-z][a-z0-9_]*$/,
  "expected a table name of lower-case letters, digits and underscores",
).refine((name) => !OWN_TABLES.includes(name as never) && !name.startsWith("sqlite_"), {
  error: "this name is taken; choose another",
});

/** Every key that a scenario may have, with its check. */
export const SHELL = {
  id: z.string().refine(isScenarioId, {
    error: (issue) =>
      `"${
        String(issue.input).slice(0, 60)
      }" is not an id: expected <system>/<name> in lower-case ` +
      "letters, digits, - and ., for example freshen/fig-4.6",
  }).describe("<system>/<name>; also names the output files."),
  title: text("a title").describe("Title of the figure."),
  source: text("where the figure is published").optional().describe(
    "Where the reader finds the original: chapter, figure, page.",
  ),
  experiment: text("<system>/<experiment>").describe(
    "The model to run: <system>/<experiment>.",
  ),
  hardware: text("the name of a platform").describe("The platform: a file in scenarios/hardware/."),
  seeds: seedsSchema.default([1]),
  replications: z.enum(REPLICATIONS as [Replications, ...Replications[]]).optional().describe(
    "How several seeds become one table; default: the experiment's.",
  ),
  parameters: mapping.default({}).describe(
    "The experiment's parameters; those not given have their defaults.",
  ),
  cases: z.array(mapping).min(1, "expected at least one case").optional().describe(
    "Run settings, each a mapping of parameters; crossed with the sweep.",
  ),
  sweep: z.record(
    z.string(),
    z.array(z.unknown(), { error: "expected a list of values to sweep over" })
      .min(1, "an empty list sweeps over nothing; give at least one value or drop the key"),
  ).refine((sweep) => Object.keys(sweep).length > 0, {
    error: "an empty sweep varies nothing; name a parameter or drop the key",
  }).optional().describe(
    "Parameters (or hardware) to vary: a list of values each; the runs are their cross product.",
  ),
  references: z.record(tableName, text("the path of a CSV file")).optional().describe(
    "CSV files that `table` and claims may query by name; models never see them.",
  ),
  table: text("a SELECT over runs").optional().describe(
    "SELECT over runs (and references) that gives the CSV; default: runs as they are.",
  ),
  figure: figureSchema.optional().describe("How the CSV is drawn; without it there is no picture."),
  claims: z.array(claimSchema).default([]).superRefine((claims, context) => {
    const seen = new Set<string>();
    claims.forEach(({ id }, i) => {
      const message = `the claim id "${id}" is used twice`;
      if (seen.has(id)) context.addIssue({ code: "custom", path: [i, "id"], message, input: id });
      seen.add(id);
    });
  }).describe("What was published, and the measure that answers it."),
} as const;

/** The name of one of a scenario's keys. */
export type ShellKey = keyof typeof SHELL;

/** A scenario's own keys after their checks; absent where a check failed. */
export type Shell = { [K in ShellKey]?: z.output<(typeof SHELL)[K]> };
