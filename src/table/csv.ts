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

/**
 * Reads a CSV with a header row. Unquoted numbers, `true`, `false` and nothing become number,
 * boolean and `null`; the rest is text.
 *
 * @param name what the text is called in errors, usually the file's path.
 * @throws {CsvError} naming file and line: no header, a repeated column, a row of another length,
 *   a quote that never ends.
 */
export function readCsv(text: string, name = "CSV"): Table {
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
  columns.forEach((column, i) => {
    if (column === "") throw new CsvError(`${name}:1: column ${i + 1} has no name`);
    if (columns.indexOf(column) !== i) {
      throw new CsvError(`${name}:1: column ${column} appears twice`);
    }
  });
  const rows = records.map((cells) => {
    const row: Row = {};
    for (let i = 0; i < columns.length; i++) row[columns[i]] = cells[i];
    return row;
  });
  return { columns, rows };
}
