/** SQL over tables in memory: one SELECT, with errors that name what there is. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { addFunctions, type Collected, FUNCTIONS } from "./sql-functions.ts";
import {
  estimateVisits,
  guard,
  MAX_VISITS,
  type PlanRow,
  type Refusals,
  refuseText,
} from "./sql-guard.ts";
import { nearest } from "../units/mod.ts";
import type { Cell, Row, Table } from "./table.ts";

/** A statement that is refused, does not fit the tables, or gave something that is no cell. */
export class SqlError extends Error {
  override name = "SqlError";
}

/** Most rows that a query may give. */
export const MAX_ROWS = 2_000_000;
/** Longest text that a query may build, in bytes. */
const MAX_TEXT = 10_000_000;

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

const sqlValue = (cell: Cell) => typeof cell === "boolean" ? Number(cell) : cell;

/**
 * Tables loaded for several queries. Numbers are REAL (a division of columns never truncates; whole
 * numbers come back whole), booleans 1 and 0; a plain boolean column comes back as boolean.
 */
export class SqlTables {
  readonly #database: DatabaseSync;
  readonly #refusals: Refusals;
  readonly #collected: Collected;
  readonly #columns = new Map<string, readonly string[]>();
  readonly #rows = new Map<string, number>();
  readonly #booleans = new Set<string>();

  /** @throws {SqlError} for names that SQL cannot tell apart. */
  constructor(tables: Readonly<Record<string, Table>>) {
    this.#database = new DatabaseSync(":memory:");
    const { limits } = this.#database as unknown as { limits?: { length: number } };
    if (limits !== undefined) limits.length = MAX_TEXT;
    for (const [name, table] of Object.entries(tables)) this.#add(name, table);
    this.#collected = addFunctions(this.#database);
    this.#refusals = guard(this.#database, new Set([...this.#columns.keys()]));
  }

  #add(name: string, table: Table): void {
    const { columns, rows } = table;
    const lower = columns.map((c) => c.toLowerCase());
    const twice = lower.findIndex((c, i) => lower.indexOf(c) !== i);
    if (twice >= 0) throw new SqlError(`the table ${name} has two columns named ${columns[twice]}`);
    if (columns.length === 0) throw new SqlError(`the table ${name} has no columns`);
    this.#columns.set(name.toLowerCase(), columns);
    this.#rows.set(name.toLowerCase(), rows.length);
    this.#database.exec(`CREATE TABLE ${quote(name)} (${columns.map(quote).join(", ")})`);
    if (rows.length === 0) return;
    for (const column of columns) {
      if (rows.every((row) => typeof row[column] === "boolean" || row[column] === null)) {
        this.#booleans.add(`${name.toLowerCase()}.${column}`);
      }
    }
    const places = columns.map(() => "?").join(", ");
    const insert = this.#database.prepare(`INSERT INTO ${quote(name)} VALUES (${places})`);
    this.#database.exec("BEGIN");
    for (const row of rows) insert.run(...columns.map((c) => sqlValue(row[c] ?? null)));
    this.#database.exec("COMMIT");
  }

  #prepare(statement: string): { prepared: StatementSync; columns: string[] } {
    const refused = refuseText(statement);
    if (refused !== undefined) throw new SqlError(refused);
    this.#refusals.take();
    try {
      const prepared = this.#database.prepare(statement);
      const columns = prepared.columns().map(({ name }) => name);
      const twice = columns.find((name, i) => columns.indexOf(name) !== i);
      if (twice !== undefined) {
        throw new SqlError(`the result has two columns named ${twice}; rename one with AS`);
      }
      return { prepared, columns };
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** The columns that a statement gives, without running it. @throws {SqlError} */
  columnsOf(statement: string): string[] {
    return this.#prepare(statement).columns;
  }

  /** The rows that a statement gives. @throws {SqlError} */
  query(statement: string): Table {
    const { prepared, columns } = this.#prepare(statement);
    const plan = this.#database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all();
    const visits = estimateVisits(statement, plan as unknown as PlanRow[], this.#rows);
    if (visits > MAX_VISITS) {
      throw new SqlError(
        `the SQL would join too many rows: about ${
          visits.toExponential(0)
        } combinations, at most ` +
          `${MAX_VISITS.toExponential(0)} are accepted; add a condition to the join (USING or ON)`,
      );
    }
    const boolean = prepared.columns().map(({ table, column }) =>
      this.#booleans.has(`${table?.toLowerCase()}.${column}`)
    );
    const rows: Row[] = [];
    this.#collected.clear();
    try {
      (prepared as StatementSync & { setReturnArrays(on: boolean): void }).setReturnArrays(true);
      for (const values of prepared.iterate() as unknown as Iterable<unknown[]>) {
        if (rows.length === MAX_ROWS) {
          throw new SqlError(`the SQL gives more than ${MAX_ROWS} rows`);
        }
        const row: Row = {};
        for (let c = 0; c < columns.length; c++) {
          row[columns[c]] = cellOf(values[c], boolean[c], columns[c], rows.length);
        }
        rows.push(row);
      }
      const overflow = this.#collected.overflow();
      if (overflow !== undefined) throw new SqlError(overflow);
    } catch (error) {
      throw this.#translate(error);
    }
    return { columns, rows };
  }

  /** Frees the tables. */
  close(): void {
    this.#database.close();
  }

  #translate(error: unknown): SqlError {
    if (error instanceof SqlError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const refused = this.#refusals.take();
    if (refused !== undefined) return new SqlError(refused);
    const missing = /^no such (column|table|function): "?([^"]*)"?/.exec(message);
    if (missing !== null) {
      const [, kind, name] = missing as unknown as [string, string, string];
      const all = kind === "column"
        ? [...new Set([...this.#columns.values()].flat())]
        : kind === "table"
        ? [...this.#columns.keys()]
        : [...FUNCTIONS].sort();
      return new SqlError(unknownName(kind, name, all));
    }
    const near = /^near "(.*)": syntax error$/s.exec(message);
    if (near !== null) return new SqlError(`SQL syntax error near "${near[1]}"`);
    if (message === "incomplete input") return new SqlError("the SQL ends too early");
    return new SqlError(message);
  }
}

function unknownName(kind: string, name: string, all: readonly string[]): string {
  const last = name.split(".").at(-1) as string;
  // A column without its unit or its statistic is nearer than any misspelling.
  const near = all.find((known) => known.startsWith(`${last}_`)) ?? nearest(last, all);
  return `unknown ${kind} ${name}; ` + (near === undefined ? "" : `did you mean ${near}? `) +
    `there is ${all.join(", ")}`;
}

function cellOf(value: unknown, boolean: boolean, column: string, row: number): Cell {
  if (boolean && typeof value === "number") return value !== 0;
  if (
    typeof value === "number" ? Number.isFinite(value) : value === null || typeof value === "string"
  ) {
    return value as Cell;
  }
  const what = typeof value === "object" ? "bytes" : String(value);
  throw new SqlError(`row ${row + 1}, column ${column} is ${what}, not a finite number or text`);
}

/** One SELECT over tables by name. @throws {SqlError} */
export function query(tables: Readonly<Record<string, Table>>, statement: string): Table {
  const loaded = new SqlTables(tables);
  try {
    return loaded.query(statement);
  } finally {
    loaded.close();
  }
}

/**
 * The columns that a statement would give over tables of these columns, nothing being run: the check
 * before any run.
 *
 * @throws {SqlError}
 */
export function columnsOf(
  tables: Readonly<Record<string, readonly string[]>>,
  statement: string,
): string[] {
  const empty = Object.entries(tables).map(([name, columns]) => [name, { columns, rows: [] }]);
  const loaded = new SqlTables(Object.fromEntries(empty));
  try {
    return loaded.columnsOf(statement);
  } finally {
    loaded.close();
  }
}

/** `columnsOf` with the error as a value: what a check that collects errors wants. */
export function prepareSql(
  statement: string,
  tables: Readonly<Record<string, readonly string[]>>,
): { readonly columns: readonly string[] } | { readonly error: string } {
  try {
    return { columns: columnsOf(tables, statement) };
  } catch (error) {
    if (error instanceof SqlError) return { error: error.message };
    throw error;
  }
}
