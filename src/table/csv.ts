/** Tables as CSV (RFC 4180, UTF-8, line feeds) and back, without loss of a cell's type. */
import { type CsvError as ParseError, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { CellError, formatCell } from "./cell.ts";
import type { Cell, Row, Table } from "./table.ts";

/** A CSV that could not be read or a table that could not be written; names the place. */
export class CsvError extends Error {
  override name = "CsvError";
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether unquoted text would be read as something other than this text. */
function ambiguous(text: string): boolean {
  return text === "" || text === "true" || text === "false" || NUMBER.test(text);
}

/**
 * Writes a table: a header row, then one line a row; numbers at six significant digits, whole
 * numbers exact, `null` empty; text that looks like a number, a boolean or nothing is quoted.
 *
 * @throws {CsvError} for a cell that is not finite or missing, naming row and column.
 */
export function writeCsv(table: Table): string {
  const records = table.rows.map((row, r) =>
    table.columns.map((column) => {
      const cell = row[column];
      if (cell === undefined) throw new CsvError(`row ${r + 1} has no cell for column ${column}`);
      if (typeof cell === "string") return cell;
      try {
        return cell === null ? null : { text: formatCell(cell) };
      } catch (error) {
        if (!(error instanceof CellError)) throw error;
        throw new CsvError(`row ${r + 1}, column ${column}: ${error.message}`);
      }
    })
  );
  return stringify([table.columns as string[], ...records], {
    record_delimiter: "\n",
    cast: {
      string: (text) => ambiguous(text) ? { value: text, quoted: true, quoted_string: true } : text,
      object: (cell) => (cell as { text: string }).text,
    },
  });
}

function readCell(text: string, quoted: boolean): Cell {
  if (quoted) return text;
  if (text === "") return null;
  if (text === "true") return true;
  if (text === "false") return false;
  if (!NUMBER.test(text)) return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** Most columns of a CSV that is read, which is what SQL over it can take. */
const MOST_COLUMNS = 2000;

/** Largest CSV that a scenario may name, in characters: tens of thousands of points. */
const MOST_GIVEN = 2 * 2 ** 20;

/** Before the parser, which would take a minute: too many commas in the header's line. */
function refuseWide(text: string, name: string): void {
  let columns = 1;
  for (let i = 0; i < text.length && text[i] !== "\n"; i++) {
    // Quoted names may have commas: a few times the limit is too much whatever they hold.
    if (text[i] === "," && ++columns > 4 * MOST_COLUMNS) {
      throw new CsvError(`${name}:1: too many columns; at most ${MOST_COLUMNS} are read`);
    }
  }
}

/**
 * Reads a CSV that a scenario names, which may come from anybody, as `readCsv` does.
 *
 * @throws {CsvError} also for a text that would take the parser long.
 */
export function readGivenCsv(text: string, name: string): Table {
  if (text.length > MOST_GIVEN) {
    const [size, limit] = [text.length, MOST_GIVEN].map((n) => Math.ceil(n / 2 ** 20));
    throw new CsvError(`${name}: it has ${size} MiB; at most ${limit} MiB of CSV are read`);
  }
  return readCsv(text, name);
}

/**
 * Reads a CSV with a header row. Unquoted numbers, `true`, `false` and nothing become number,
 * boolean and `null`; the rest is text.
 *
 * @param name what the text is called in errors, usually the file's path.
 * @throws {CsvError} naming file and line: no header, a repeated column, a row of another length,
 *   a quote that never ends.
 */
export function readCsv(text: string, name = "CSV"): Table {
  refuseWide(text, name);
  let records: Cell[][];
  try {
    records = parse(text, {
      bom: true,
      skip_empty_lines: false,
      relax_column_count: false,
      cast: (value, context) => readCell(value, context.quoting),
    }) as unknown as Cell[][];
  } catch (error) {
    const { lines, message } = error as ParseError & { lines?: number };
    throw new CsvError(`${name}${lines === undefined ? "" : `:${lines}`}: ${message}`);
  }
  const header = records.shift();
  if (header === undefined) throw new CsvError(`${name}: is empty; expected a header row`);
  const columns = header.map((cell) => cell === null ? "" : String(cell));
  const seen = new Set<string>();
  columns.forEach((column, i) => {
    if (column === "") throw new CsvError(`${name}:1: column ${i + 1} has no name`);
    if (seen.has(column)) throw new CsvError(`${name}:1: column ${column} appears twice`);
    seen.add(column);
  });
  const rows = records.map((cells) => {
    const row: Row = {};
    for (let i = 0; i < columns.length; i++) row[columns[i]] = cells[i];
    return row;
  });
  return { columns, rows };
}
