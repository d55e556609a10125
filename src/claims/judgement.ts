/** What judging one claim gives, and the reading of a measure's cells that all kinds share. */
import type { Table } from "../table/mod.ts";

/** A verdict with what was found. */
export interface Judgement {
  readonly met: boolean;
  readonly reproduced: string;
  readonly values: readonly number[];
  readonly difference: string;
}

/** A measure that gave nothing to judge; the message says what it gave and what was expected. */
export class Unmeasured extends Error {
  override name = "Unmeasured";
}

/** A cell as a number. @throws {Unmeasured} for NULL, text, NaN and infinities. */
export function numberIn(cell: unknown, column: string): number {
  if (cell === null || cell === undefined) {
    throw new Unmeasured(
      `the measure gave NULL in ${column}: there was nothing to compute it from`,
    );
  }
  const value = typeof cell === "boolean" ? Number(cell) : cell;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new Unmeasured(`the measure gave ${JSON.stringify(cell)} in ${column}, not a number`);
  }
  return value;
}

/** The numbers of a measure that must give one row. @throws {Unmeasured} */
export function singleRow(table: Table): number[] {
  const { columns, rows } = table;
  if (rows.length === 0) throw new Unmeasured("the measure gave no row");
  if (rows.length > 1) {
    throw new Unmeasured(`the measure gave ${rows.length} rows, not one; aggregate or add a WHERE`);
  }
  return columns.map((column) => numberIn(rows[0][column], column));
}

/** A measure's rows as points (first column, second column). @throws {Unmeasured} */
export function points(table: Table, least: number): [x: number, y: number][] {
  const { columns, rows } = table;
  if (columns.length !== 2) {
    throw new Unmeasured(`the measure gave ${columns.length} columns, not two (x, y)`);
  }
  if (rows.length < least) {
    throw new Unmeasured(`the measure gave ${rows.length} rows; at least ${least} are needed`);
  }
  const found = rows.map((row): [number, number] => [
    numberIn(row[columns[0]], columns[0]),
    numberIn(row[columns[1]], columns[1]),
  ]);
  for (let i = 1; i < found.length; i++) {
    if (!(found[i][0] > found[i - 1][0])) {
      throw new Unmeasured(
        `the measure's ${columns[0]} goes from ${found[i - 1][0]} to ${found[i][0]}; ` +
          "rows must be in rising order, one for each x",
      );
    }
  }
  return found;
}

/** A number for reading: six significant digits, no trailing zeros. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(6)));
}
