/** Two tables, or two sets of claims, side by side: what changed, where, by how much. */
import type { ClaimResult } from "../claims/mod.ts";
import { type Cell, formatCell, type Row, type Table } from "../table/mod.ts";

/** One cell that changed. */
export interface CellChange {
  /** The row in words: `file_size_bytes=1000, connection=cold`, or `row 7`. */
  readonly row: string;
  readonly column: string;
  readonly before: Cell;
  readonly after: Cell;
  /** after - before, if both are numbers. */
  readonly change?: number;
  /** change / |before|, if before is not 0. */
  readonly share?: number;
}

/** How two tables differ. */
export interface TableDiff {
  readonly equal: boolean;
  readonly columnsAdded: readonly string[];
  readonly columnsRemoved: readonly string[];
  /** Rows in words. */
  readonly rowsAdded: readonly string[];
  readonly rowsRemoved: readonly string[];
  /** Changed cells, in order of rows and columns. */
  readonly cells: readonly CellChange[];
  /** Same rows in another order. */
  readonly reordered: boolean;
  /** The columns that both have stand in another order. */
  readonly columnsReordered: boolean;
}

/** How to compare. */
export interface DiffOptions {
  /** Columns that tell rows apart; default: the shortest leading columns that do in both tables. */
  readonly keys?: readonly string[];
  /** Numbers may differ by this share of the larger one; default 0. */
  readonly tolerance?: number;
}

const keyOf = (row: Row, keys: readonly string[]) =>
  JSON.stringify(keys.map((key) => row[key] ?? null));

function unique(table: Table, keys: readonly string[]): boolean {
  return new Set(table.rows.map((row) => keyOf(row, keys))).size === table.rows.length;
}

/** The shortest leading columns that tell the rows of both tables apart; none if there are none. */
function leadingKeys(before: Table, after: Table): readonly string[] {
  for (let n = 1; n <= before.columns.length; n++) {
    const keys = before.columns.slice(0, n);
    if (keys.some((key) => !after.columns.includes(key))) return [];
    if (unique(before, keys) && unique(after, keys)) return keys;
  }
  return [];
}

function same(a: Cell, b: Cell, tolerance: number): boolean {
  if (a === b) return true;
  if (typeof a !== "number" || typeof b !== "number") return false;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

function changeOf(row: string, column: string, before: Cell, after: Cell): CellChange {
  if (typeof before !== "number" || typeof after !== "number") {
    return { row, column, before, after };
  }
  const change = after - before;
  return {
    row,
    column,
    before,
    after,
    change,
    ...(before === 0 ? {} : { share: change / Math.abs(before) }),
  };
}

/** Compares tables row by row (by key if there is one, else by place) and cell by cell. */
export function diffTables(before: Table, after: Table, options: DiffOptions = {}): TableDiff {
  const { tolerance = 0 } = options;
  const given = options.keys?.filter((k) =>
    before.columns.includes(k) && after.columns.includes(k)
  );
  const keys = given !== undefined && unique(before, given) && unique(after, given)
    ? given
    : leadingKeys(before, after);
  const byPlace = keys.length === 0;
  const common = before.columns.filter((column) => after.columns.includes(column));
  const words = (row: Row, i: number) =>
    byPlace ? `row ${i + 1}` : keys.map((k) => `${k}=${formatCell(row[k])}`).join(", ");
  const key = (row: Row, i: number) => byPlace ? String(i) : keyOf(row, keys);
  const now = new Map(after.rows.map((row, i) => [key(row, i), { row, i }]));
  const cells: CellChange[] = [];
  const rowsRemoved: string[] = [];
  let last = -1;
  let reordered = false;
  before.rows.forEach((row, i) => {
    const found = now.get(key(row, i));
    if (found === undefined) {
      rowsRemoved.push(words(row, i));
      return;
    }
    now.delete(key(row, i));
    reordered ||= found.i < last;
    last = found.i;
    for (const column of common) {
      const [a, b] = [row[column], found.row[column]];
      if (!same(a, b, tolerance)) cells.push(changeOf(words(row, i), column, a, b));
    }
  });
  const rowsAdded = [...now.values()].map(({ row, i }) => words(row, i));
  const columnsAdded = after.columns.filter((column) => !before.columns.includes(column));
  const columnsRemoved = before.columns.filter((column) => !after.columns.includes(column));
  const nothing = [columnsAdded, columnsRemoved, rowsAdded, rowsRemoved, cells]
    .every((list) => list.length === 0);
  const columnsReordered = after.columns.filter((column) => before.columns.includes(column))
    .some((column, i) => column !== common[i]);
  return {
    equal: nothing && !reordered && !columnsReordered,
    columnsAdded,
    columnsRemoved,
    rowsAdded,
    rowsRemoved,
    cells,
    reordered,
    columnsReordered,
  };
}

function quoted(cell: Cell): string {
  return cell === null ? "nothing" : typeof cell === "string" ? `"${cell}"` : formatCell(cell);
}

/** One changed cell in a line: `connection=cold: total_ms_mean 100.2 → 103.4 (+3.19 %)`. */
export function changeText({ row, column, before, after, share }: CellChange): string {
  const sign = (share ?? 0) > 0 ? "+" : "";
  const by = share === undefined ? "" : ` (${sign}${Number((100 * share).toPrecision(3))} %)`;
  return `${row}: ${column} ${quoted(before)} → ${quoted(after)}${by}`;
}

/** A difference in lines; the largest changes first, at most `most` of each sort. */
export function diffText(diff: TableDiff, most = 20): string[] {
  const lines: string[] = [];
  const list = (what: string, words: readonly string[]) => {
    if (words.length === 0) return;
    const shown = words.slice(0, most).join("; ");
    const rest = words.length - Math.min(most, words.length);
    lines.push(`${what}: ${shown}${rest > 0 ? `; and ${rest} more` : ""}`);
  };
  list("columns added", diff.columnsAdded);
  list("columns removed", diff.columnsRemoved);
  list("rows added", diff.rowsAdded);
  list("rows removed", diff.rowsRemoved);
  if (diff.reordered) lines.push("rows are in another order");
  if (diff.columnsReordered) lines.push("columns are in another order");
  const size = ({ share, change }: CellChange) => Math.abs(share ?? change ?? Infinity);
  const largest = diff.cells.toSorted((a, b) => size(b) - size(a) || 0);
  for (const change of largest.slice(0, most)) lines.push(changeText(change));
  if (largest.length > most) lines.push(`and ${largest.length - most} more cells`);
  return lines;
}

/** A claim that turned, came or went. */
export interface ClaimChange {
  readonly id: string;
  /** `recorded`: it was judged then, and is not made any more. */
  readonly before: ClaimResult["verdict"] | "absent" | "recorded";
  readonly after: ClaimResult["verdict"] | "absent";
  readonly reproducedBefore: string;
  readonly reproducedAfter: string;
}

/** Claims whose verdict changed. */
export function diffClaims(
  before: readonly ClaimResult[],
  after: readonly ClaimResult[],
): ClaimChange[] {
  const ids = [...new Set([...before, ...after].map(({ id }) => id))];
  return ids.flatMap((id): ClaimChange[] => {
    const a = before.find((claim) => claim.id === id);
    const b = after.find((claim) => claim.id === id);
    if (a?.verdict === b?.verdict) return [];
    return [{
      id,
      before: a?.verdict ?? "absent",
      after: b?.verdict ?? "absent",
      reproducedBefore: a?.reproduced ?? "",
      reproducedAfter: b?.reproduced ?? "",
    }];
  });
}
