/**
 * The tables and pictures of `iron metrics`: those that the scenarios of chapter 7 describe, filled
 * with other measures.
 */
import { checkWritable, OutputError, resultPaths, writeFileAtomic } from "../experiment/mod.ts";
import { referenceTables } from "../experiment/results.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import { type Cell, roundTable, SqlTables, type Table, writeCsv } from "../table/mod.ts";
import { drawing } from "./draw.ts";
import { CommandError, Exit } from "./exit.ts";
import { findScenarios } from "./find.ts";
import { loadOrRefuse } from "./load.ts";
import type { Terminal } from "./terminal.ts";

const SCENARIOS = ["iron/table-7.1", "iron/fig-7.4", "iron/fig-7.5"];

/** A scenario's table for some measures. */
export interface MetricsTable {
  readonly scenario: ResolvedScenario;
  readonly table: Table;
  /** The published values, as the scenarios have them beside. */
  readonly published: Table;
}

/**
 * The scenarios' tables over `runs`, rows as `iron/source-metrics` yields them.
 *
 * @param directory the checkout that was measured; absent for the bundled designs.
 */
export async function scenarioTables(
  terminal: Terminal,
  runs: Table,
  directory: string | undefined,
): Promise<MetricsTable[]> {
  const loaded = await loadOrRefuse(terminal, findScenarios(SCENARIOS));
  return loaded.map(({ scenario }) => {
    const references = referenceTables(scenario);
    const tables = new SqlTables({ runs, ...references });
    try {
      const table = tables.query(scenario.table as string);
      const chapter = scenario.source ?? scenario.id;
      const source = directory === undefined ? chapter : `${directory}, as in: ${chapter}`;
      return {
        scenario: { ...scenario, source },
        table: roundTable(withoutEmpty(table)),
        published: references["published"],
      };
    } finally {
      tables.close();
    }
  });
}

/** A corpus of other designs has nothing published beside it. */
function withoutEmpty({ columns, rows }: Table): Table {
  const some = columns.filter((column) =>
    !column.startsWith("published_") || rows.some((row) => row[column] !== null)
  );
  return { columns: some, rows };
}

/** A column's cells: whole numbers as they are, else one digit in every cell. */
function columnTexts(cells: readonly Cell[]): string[] {
  const whole = cells.every((cell) => typeof cell !== "number" || Number.isInteger(cell));
  return cells.map((cell) =>
    typeof cell === "number" ? cell.toFixed(whole ? 0 : 1) : cell === null ? "-" : String(cell)
  );
}

const BAR = 30;

/** A bar as long as its share of the greatest; what is negative has a bar of its own sign. */
function bar(value: Cell | undefined, most: number): string {
  if (typeof value !== "number" || most === 0) return "";
  return (value < 0 ? "-" : "█").repeat(Math.round(Math.abs(value) / most * BAR));
}

/** A table under its title, for a terminal; decreases in percent are drawn as bars as well. */
export function metricsText(
  { scenario: { title, source }, table: { columns, rows } }: MetricsTable,
  heading: (text: string) => string,
): string {
  const words = columns.map((column) => column.replaceAll("_", " ").replace(/ percent$/, " %"));
  const byColumn = columns.map((column) => columnTexts(rows.map((row) => row[column])));
  const texts = [words, ...rows.map((_, r) => byColumn.map((texts) => texts[r]))];
  const widths = columns.map((_, c) => Math.max(...texts.map((row) => row[c].length)));
  const drawn = columns.includes("sloc_decrease_percent") ? "sloc_decrease_percent" : undefined;
  const most = drawn === undefined
    ? 0
    : Math.max(...rows.map((row) => Math.abs(Number(row[drawn] ?? 0))));
  const lines = texts.map((row, r) => {
    const cells = row.map((text, c) => c === 0 ? text.padEnd(widths[c]) : text.padStart(widths[c]));
    const last = drawn === undefined || r === 0 ? [] : [bar(rows[r - 1][drawn], most)];
    return [...cells, ...last].join("  ").trimEnd();
  });
  return `${heading(title)} (${source})\n${lines.join("\n")}\n\n`;
}

/** Writes each table as CSV, PNG and SVG below `out`; the paths written. */
export async function drawMetrics(
  terminal: Terminal,
  tables: readonly MetricsTable[],
  out: string,
): Promise<string[]> {
  const { draw } = drawing((message) => terminal.note(message));
  const written: string[] = [];
  try {
    for (const { scenario, table } of tables) {
      const paths = resultPaths(out, scenario.id);
      checkWritable(paths.folder);
      const files = await draw(drawable(scenario, table), table);
      writeFileAtomic(paths.csv, writeCsv(table));
      written.push(paths.csv);
      for (const [extension, bytes] of Object.entries(files)) {
        writeFileAtomic(paths.picture(extension), bytes);
        written.push(paths.picture(extension));
      }
    }
  } catch (error) {
    if (error instanceof OutputError || (error as Error).name === "FigureError") {
      throw new CommandError(Exit.runFailed, (error as Error).message);
    }
    throw error;
  }
  return written;
}

/** The scenario without what its figure would draw of columns that this table does not have. */
function drawable(scenario: ResolvedScenario, table: Table): ResolvedScenario {
  const has = (name: unknown) => table.columns.includes(String(name));
  const pruned = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.filter((item) =>
        typeof item === "string" ? has(item) : !("column" in Object(item)) || has(item.column)
      ).map(pruned);
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map((
        [key, inner],
      ) => [key, ["columns", "panels", "y"].includes(key) ? pruned(inner) : inner]),
    );
  };
  return { ...scenario, figure: pruned(scenario.figure) as NonNullable<typeof scenario.figure> };
}
