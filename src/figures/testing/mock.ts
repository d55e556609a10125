/** What mocks are made of: tables of made-up numbers under the columns of the figure catalogue. */
import type { Cell, Row, Table } from "../../table/mod.ts";
import type { FigureInput } from "../spec.ts";

/** A form with made-up data. */
export interface Mock {
  readonly id: string;
  readonly table: Table;
  readonly figure: FigureInput;
  readonly title: string;
  readonly note?: string;
}

/** A table from its columns and rows of cells; a missing cell is null. */
export function table(columns: readonly string[], rows: readonly (readonly Cell[])[]): Table {
  return {
    columns,
    rows: rows.map((cells) =>
      Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? null])) as Row
    ),
  };
}

/** A repeatable number in [0, 1): mocks need variety, not chance. */
export function wobble(n: number): number {
  const x = Math.sin(n * 12.9898 + 4.1) * 43758.5453;
  return x - Math.floor(x);
}

/** The numbers 0 to count - 1. */
export function span(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
