/** Rows of one run, column by column: compact between workers, in the cache and while gathering. */
import type { Cell, Row } from "../table/mod.ts";

/** One column: numbers only, or any cells. */
export type PackedColumn = Float64Array | readonly Cell[];

/** A run's rows under named columns. */
export interface PackedRows {
  readonly columns: readonly string[];
  readonly count: number;
  /** One for each of `columns`, of length `count`. */
  readonly cells: readonly PackedColumn[];
}

/** Collects rows, checking each against the columns declared. */
export class RowPacker {
  readonly #cells: Cell[][];
  #count = 0;

  /** @param columns the names that every row must have, and no other. */
  constructor(readonly columns: readonly string[]) {
    this.#cells = columns.map(() => []);
  }

  /** @throws {TypeError} for a missing or undeclared column, or a cell that is no finite number, text, boolean or null. */
  add(row: Row): void {
    const { columns } = this;
    const place = () => `row ${this.#count + 1}`;
    if (row === null || typeof row !== "object") {
      throw new TypeError(`${place()} is ${String(row)}, not a row`);
    }
    for (let c = 0; c < columns.length; c++) {
      const cell = row[columns[c]];
      if (typeof cell === "number" ? !Number.isFinite(cell) : !isPlain(cell)) {
        if (cell === undefined && !Object.hasOwn(row, columns[c])) {
          throw new TypeError(`${place()} lacks the declared column ${columns[c]}`);
        }
        throw new TypeError(
          `${place()}, column ${columns[c]}: ${
            typeof cell === "object" ? "an object" : String(cell)
          } is not a finite number, text, boolean or null`,
        );
      }
      this.#cells[c].push(cell);
    }
    let keys = 0;
    for (const key in row) {
      keys++;
      if (keys > columns.length || !columns.includes(key)) {
        throw new TypeError(
          `${place()} has the column ${key}, which is not declared (${columns.join(", ")})`,
        );
      }
    }
    this.#count++;
  }

  /** The rows so far. */
  finish(): PackedRows {
    return { columns: this.columns, count: this.#count, cells: this.#cells.map(pack) };
  }
}

function isPlain(cell: unknown): boolean {
  return cell === null || typeof cell === "string" || typeof cell === "boolean";
}

/** A column as numbers if all its cells are. */
export function pack(cells: readonly Cell[]): PackedColumn {
  return cells.every((cell) => typeof cell === "number") ? Float64Array.from(cells) : cells;
}
