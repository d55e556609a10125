/** From rows to what is drawn: rows kept, categories in order, observations with their intervals. */
import type { Cell, Row } from "../table/mod.ts";
import { type Interval, INTERVAL_SUFFIXES } from "./columns.ts";

/** A figure that cannot be drawn: its message names the column and what to do. */
export class FigureError extends Error {
  override name = "FigureError";
}

type Where = Readonly<Record<string, Cell | readonly Cell[]>> | undefined;

/** The rows whose columns have the values asked for. */
export function keep(rows: readonly Row[], where: Where): readonly Row[] {
  if (where === undefined) return rows;
  const wanted = Object.entries(where).map(([name, value]) =>
    [name, new Set((Array.isArray(value) ? value : [value]).map(String))] as const
  );
  return rows.filter((row) => wanted.every(([name, set]) => set.has(String(row[name]))));
}

/** A column's distinct values: those of `order` first, as far as they occur, then as in the table. */
export function distinct(
  rows: readonly Row[],
  column: string,
  order: readonly Cell[] = [],
): Cell[] {
  const found = new Map<string, Cell>();
  for (const row of rows) {
    const cell = row[column] ?? null;
    if (!found.has(String(cell))) found.set(String(cell), cell);
  }
  const first = order.map(String).filter((key) => found.has(key));
  return [...new Set([...first, ...found.keys()])].map((key) => found.get(key) as Cell);
}

/** Rows by the value of a column (one group "" without a column), in `order`. */
export function groups(
  rows: readonly Row[],
  column: string | undefined,
  order?: readonly Cell[],
): { value: Cell; rows: readonly Row[] }[] {
  if (column === undefined) return [{ value: "", rows }];
  const parts = new Map<string, Row[]>();
  for (const row of rows) {
    const key = String(row[column] ?? null);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [row]);
    else part.push(row);
  }
  return distinct(rows, column, order)
    .map((value) => ({ value, rows: parts.get(String(value)) as Row[] }));
}

/** A cell as a number; NaN for what is none. Text that reads as a number counts, as in a CSV. */
export function number(cell: Cell | undefined): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "string" && cell.trim() !== "") return Number(cell);
  return NaN;
}

/** Whether a column holds names rather than numbers. */
export function isText(rows: readonly Row[], column: string): boolean {
  return rows.some((row) => {
    const cell = row[column] ?? null;
    return cell !== null && Number.isNaN(number(cell));
  });
}

/** A value with its interval; without one, `low` and `high` are undefined. */
export interface Observation {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** The column that holds a measure: itself, or its mean over seeds. */
export function valueColumn(column: string, columns: readonly string[]): string {
  return columns.includes(column) ? column : `${column}_mean`;
}

/** Reads one measure from the rows that belong to one place of the picture. */
export function observe(
  rows: readonly Row[],
  column: string,
  interval: Interval | undefined,
  columns: readonly string[],
): Observation {
  const name = valueColumn(column, columns);
  const values = rows.map((row) => number(row[name])).filter((v) => !Number.isNaN(v));
  if (values.length === 0) return { value: NaN };
  const value = values.reduce((sum, v) => sum + v, 0) / values.length;
  if (interval === undefined) return { value };
  const beside = INTERVAL_SUFFIXES[interval].map((suffix) => column + suffix);
  if (beside.every((other) => columns.includes(other))) {
    const [a, b] = beside.map((other) => number(rows[0]?.[other]));
    if (interval === "stddev") return between(value, value - (a as number), value + (a as number));
    return between(value, a as number, b as number);
  }
  if (interval === "minmax") return between(value, Math.min(...values), Math.max(...values));
  if (values.length < 2) return { value };
  const squares = values.reduce((sum, v) => sum + (v - value) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return between(value, value - deviation, value + deviation);
}

function between(value: number, low: number, high: number): Observation {
  return Number.isNaN(low) || Number.isNaN(high) ? { value } : { value, low, high };
}
