/** Tables: what a scenario produces, a CSV holds, a claim queries and a figure draws. */

/** One value of a table. */
export type Cell = string | number | boolean | null;

/** One observation: column name → value. */
export type Row = Record<string, Cell>;

/** Rows under named columns, in order. Every row has exactly the columns named. */
export interface Table {
  /** Names in the order of the CSV. */
  readonly columns: readonly string[];
  /** In the order of the CSV. */
  readonly rows: readonly Row[];
}
