/** How a cell is written in a CSV, and the same rounding applied to tables in memory. */
import type { Cell, Row, Table } from "./table.ts";

/** Significant digits of a number in a CSV; whole numbers are written exactly. */
const SIGNIFICANT_DIGITS = 6;

/** A cell that a table must not hold; the message names the value. */
export class CellError extends Error {
  override name = "CellError";
}

/**
 * A number as a CSV keeps it: six significant digits, whole numbers exact, no negative zero.
 *
 * @throws {CellError} for NaN and the infinities: they are mistakes of a model, not observations.
 */
export function roundNumber(value: number): number {
  if (!Number.isFinite(value)) throw new CellError(`${value} is not a finite number`);
  if (Number.isInteger(value)) return value === 0 ? 0 : value;
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** A cell's text without quoting: `null` is empty, booleans `true` and `false`. */
export function formatCell(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "number" ? String(roundNumber(cell)) : String(cell);
}

/** The table that its own CSV would give back: claims and figures see the same numbers either way. */
export function roundTable(table: Table): Table {
  const rows = table.rows.map((row) => {
    const rounded: Row = {};
    for (const column of table.columns) {
      const cell = row[column] ?? null;
      rounded[column] = typeof cell === "number" ? roundNumber(cell) : cell;
    }
    return rounded;
  });
  return { columns: table.columns, rows };
}
