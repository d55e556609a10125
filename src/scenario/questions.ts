/** Checks what a scenario asks of its tables: the `table` statement, the figure's columns, the claims. */
import { type ClaimSpec, measureStatement, wrongArity } from "../claims/mod.ts";
import { checkColumns } from "../figures/columns.ts";
import type { Experiment } from "../model/mod.ts";
import { readCsv } from "../table/csv.ts";
import {
  errorAtKey,
  errorAtValue,
  errorAtWord,
  type Finding,
  placeAt,
  type YamlFile,
} from "../yaml/mod.ts";
import { runColumns, yieldedColumns } from "./columns.ts";
import type { InputText, ResolvedScenario } from "./resolved.ts";
import type { Shell } from "./shell.ts";
import type { PrepareSql } from "./sources.ts";

type Tables = Readonly<Record<string, readonly string[]>>;

/**
 * Columns that collide: a varied parameter's with another, or with one that the model yields. A column
 * that tells the parameter itself takes the varied one's place, unless a value is a list: rows of two
 * such lists could not be told apart.
 */
function collisions(
  yaml: YamlFile,
  experiment: Experiment,
  scenario: Pick<ResolvedScenario, "axes" | "hardware" | "parameters">,
): Finding[] {
  const taken = new Map<string, string>();
  const yielded = new Map(yieldedColumns(experiment, scenario));
  for (const column of yielded.keys()) taken.set(column, `${experiment.id} yields`);
  const errors: Finding[] = [];
  for (const axis of scenario.axes) {
    for (const { key, column } of axis.columns) {
      const by = taken.get(column);
      const path = axis.from === "sweep" ? ["sweep", key] : ["cases"];
      if (yielded.get(column)?.parameter === key) {
        const listed = axis.points.findIndex(({ parameters }) => Array.isArray(parameters[key]));
        if (listed >= 0) {
          const at = axis.from === "sweep" ? ["sweep", key, listed] : ["cases", listed, key];
          const message = `"${key}" is varied by single values, each a run of its own; ` +
            `for one run that goes through several write the list under parameters`;
          errors.push(errorAtValue(yaml, at, message));
        }
      } else if (by !== undefined) {
        errors.push(
          errorAtKey(
            yaml,
            path,
            `varying "${key}" gives a column "${column}", which ${by} already`,
          ),
        );
      }
      taken.set(column, `"${key}" gives`);
    }
  }
  return errors;
}

/** The word of a statement that its error is about. */
function wrongWord(error: string): string | undefined {
  return /^unknown (?:column|table|function) ([^;]+);/.exec(error)?.[1] ??
    /near "(\w+)"$/.exec(error)?.[1];
}

/**
 * Whether a statement reads anything: prepared over tables without columns or rows it must fail, or
 * count rows. `SELECT 42 FROM result` answers nothing about a result.
 */
function readsNothing(statement: string, tables: Tables, prepare: PrepareSql): boolean {
  if (/count\s*\(\s*\*\s*\)|\*/i.test(statement)) return false;
  const bare = Object.fromEntries(Object.keys(tables).map((name) => [name, ["no_such_name_"]]));
  return "columns" in prepare(statement, bare);
}

/** Reports wrong columns and wrong SQL; what is not known before the run is left to it. */
export function checkQuestions(
  yaml: YamlFile,
  experiment: Experiment,
  shell: Omit<Shell, "claims"> & { readonly claims: readonly (ClaimSpec | undefined)[] },
  scenario: Pick<
    ResolvedScenario,
    "axes" | "hardware" | "parameters" | "replications" | "seeds"
  >,
  references: Readonly<Record<string, InputText>>,
  prepare: PrepareSql | undefined,
  report: (...errors: Finding[]) => void,
): void {
  report(...collisions(yaml, experiment, scenario));
  const runs = runColumns(experiment, scenario);
  const given: Record<string, readonly string[]> = { runs };
  // With a reference missing, statements that use it would be called wrong.
  const wanted = yaml.root.children.get("references")?.children.size ?? 0;
  const sql = Object.keys(references).length < wanted ? undefined : prepare;
  for (const [name, { text, path }] of Object.entries(references)) {
    given[name] = readCsv(text, path).columns;
  }
  let result: readonly string[] | undefined = runs;
  if (shell.table !== undefined) {
    result = undefined;
    if (sql !== undefined) {
      const prepared = sql(shell.table, given);
      if ("columns" in prepared) result = prepared.columns;
      else report(errorAtWord(yaml, ["table"], wrongWord(prepared.error), prepared.error));
    }
  }
  if (result === undefined) return;
  if (shell.figure !== undefined) {
    for (const { path, message } of checkColumns(shell.figure, result)) {
      const at = ["figure", ...path];
      report(
        placeAt(yaml.root, at).found
          ? errorAtValue(yaml, at, message)
          : errorAtKey(yaml, at, message),
      );
    }
  }
  if (sql === undefined) return;
  const tables = { ...given, result };
  shell.claims.forEach((claim, i) => {
    if (claim === undefined) return;
    const { measure } = claim;
    const at = ["claims", i, "measure"];
    const statement = measureStatement(measure);
    const prepared = sql(statement, tables);
    if ("error" in prepared) {
      report(errorAtWord(yaml, at, wrongWord(prepared.error), prepared.error));
    } else if (readsNothing(statement, tables, sql)) {
      const names = result.join(", ");
      report(errorAtValue(yaml, at, `the measure names no column; result has ${names}`));
    } else {
      const wrong = wrongArity(claim, prepared.columns.length);
      if (wrong !== undefined) report(errorAtValue(yaml, at, wrong));
    }
  });
}
