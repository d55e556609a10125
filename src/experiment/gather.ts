/** Rows of many runs into one table: settings in order, several seeds summarised. */
import { studentQuantile } from "../kernel/mod.ts";
import { gatheredColumns, type Gathering } from "../scenario/columns.ts";
import type { Cell, Row, Table } from "../table/mod.ts";
import type { PackedColumn, PackedRows } from "./packed.ts";

/** The runs of one setting, one for each seed, in order of the seeds. */
export interface SettingRows {
  /** The varied columns' cells. */
  readonly cells: Row;
  readonly seeds: readonly number[];
  readonly runs: readonly PackedRows[];
}

/** Rows that cannot become one table; names the setting and the column. */
export class GatherError extends Error {
  override name = "GatherError";
}

/** The places (run, row) that belong together: as many as there are replications of a row. */
interface Groups {
  readonly count: number;
  size(group: number): number;
  run(group: number, member: number): number;
  row(group: number, member: number): number;
}

function keyText(keys: readonly PackedColumn[], row: number): string {
  let text = "";
  for (const key of keys) {
    const cell = key[row];
    text += typeof cell === "string" ? `"${cell.length}:${cell}` : `,${cell}`;
  }
  return text;
}

function rising(column: PackedColumn): boolean {
  if (!(column instanceof Float64Array)) return false;
  for (let i = 1; i < column.length; i++) if (!(column[i] > column[i - 1])) return false;
  return true;
}

/** Each run's key columns must tell its rows apart, or replications would be miscounted. */
function checkKeys(keys: readonly PackedColumn[], count: number, names: readonly string[]): void {
  if (count < 2 || keys.some(rising)) return;
  const seen = new Set<string>();
  for (let row = 0; row < count; row++) {
    const text = keyText(keys, row);
    if (!seen.has(text)) {
      seen.add(text);
      continue;
    }
    const keyed = names.map((name, k) => `${name}=${keys[k][row]}`).join(", ");
    throw new GatherError(
      names.length === 0
        ? `a run yields ${count} rows and no key column tells them apart; ` +
          "declare one, or use replications: rows"
        : `a run yields two rows with ${keyed}; add a key column, or use replications: rows`,
    );
  }
}

function groupRows(runs: readonly PackedRows[], names: readonly string[]): Groups {
  const keysOf = (run: PackedRows) => names.map((name) => column(run, name));
  const keys = runs.map(keysOf);
  const [first] = runs;
  const same = runs.every((run, k) =>
    run.count === first.count && keys[k].every((values, i) => equal(values, keys[0][i]))
  );
  if (same) {
    checkKeys(keys[0], first.count, names);
    return { count: first.count, size: () => runs.length, run: (_, m) => m, row: (g) => g };
  }
  const places = new Map<string, [run: number, row: number][]>();
  runs.forEach((run, k) => {
    checkKeys(keys[k], run.count, names);
    for (let row = 0; row < run.count; row++) {
      const text = keyText(keys[k], row);
      const found = places.get(text);
      if (found === undefined) places.set(text, [[k, row]]);
      else found.push([k, row]);
    }
  });
  const groups = [...places.values()];
  return {
    count: groups.length,
    size: (g) => groups[g].length,
    run: (g, m) => groups[g][m][0],
    row: (g, m) => groups[g][m][1],
  };
}

function equal(a: PackedColumn, b: PackedColumn): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const EMPTY: readonly Cell[] = [];

/** A run's column; one that the run does not have (by `columnsFor`) is all null. */
function column(run: PackedRows, name: string): PackedColumn {
  const index = run.columns.indexOf(name);
  if (index >= 0) return run.cells[index];
  return run.count === 0 ? EMPTY : new Array<Cell>(run.count).fill(null);
}

/** Mean and standard deviation (n - 1) of the first `n` numbers, by Welford's updates. */
function moments(values: Float64Array, n: number): { mean: number; deviation: number | null } {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const delta = values[i] - mean;
    mean += delta / (i + 1);
    squares += delta * (values[i] - mean);
  }
  return { mean, deviation: n < 2 ? null : Math.sqrt(squares / (n - 1)) };
}

/** Numbers of one measure in one group; nulls are left out, as SQL's avg() does. */
function collect(
  name: string,
  columns: readonly PackedColumn[],
  groups: Groups,
  group: number,
  values: Float64Array,
): number {
  let n = 0;
  for (let m = 0; m < groups.size(group); m++) {
    const cell = columns[groups.run(group, m)][groups.row(group, m)];
    if (typeof cell === "number") values[n++] = cell;
    else if (cell !== null) {
      throw new GatherError(
        `column ${name} holds ${JSON.stringify(cell)}, of which there is no mean; ` +
          "make it a key column, or use replications: rows",
      );
    }
  }
  return n;
}

const quantiles = new Map<number, number>();

/** The t that 95 % of |T| stay below. */
function student95(freedom: number): number {
  let found = quantiles.get(freedom);
  if (found === undefined) quantiles.set(freedom, found = studentQuantile(0.975, freedom));
  return found;
}

function summarise(setting: SettingRows, options: Gathering, out: Row[]): void {
  const { varied, columns, replications } = options;
  const names = columns.filter(([, c]) => c.role === "key").map(([name]) => name);
  const groups = groupRows(setting.runs, names);
  const data = new Map(columns.map(([name]) => [name, setting.runs.map((r) => column(r, name))]));
  const values = new Float64Array(setting.runs.length);
  for (let g = 0; g < groups.count; g++) {
    const row: Row = {};
    for (const name of varied) row[name] = setting.cells[name];
    for (const [name, { role }] of columns) {
      const cells = data.get(name) as PackedColumn[];
      if (role === "key") {
        row[name] = cells[groups.run(g, 0)][groups.row(g, 0)];
        continue;
      }
      const n = collect(name, cells, groups, g, values);
      const { mean, deviation } = moments(values, n);
      if (replications === "mean") {
        row[name] = n === 0 ? null : mean;
        continue;
      }
      row[`${name}_mean`] = n === 0 ? null : mean;
      if (replications === "mean_stddev") {
        row[`${name}_stddev`] = deviation;
      } else {
        const half = deviation === null ? null : student95(n - 1) * deviation / Math.sqrt(n);
        row[`${name}_ci_low`] = half === null ? null : mean - half;
        row[`${name}_ci_high`] = half === null ? null : mean + half;
      }
    }
    if (replications !== "mean") row.n = groups.size(g);
    out.push(row);
  }
}

function keepRows(setting: SettingRows, options: Gathering, out: Row[]): void {
  const { varied, columns, seeds } = options;
  setting.runs.forEach((run, k) => {
    const data = columns.map(([name]) => column(run, name));
    for (let r = 0; r < run.count; r++) {
      const row: Row = {};
      for (const name of varied) row[name] = setting.cells[name];
      if (seeds > 1) row.seed = setting.seeds[k];
      for (let c = 0; c < columns.length; c++) row[columns[c][0]] = data[c][r];
      out.push(row);
    }
  });
}

/**
 * Gathers the runs of all settings, in the order given. Equal input gives the same table bit for bit:
 * every sum runs in the order of the seeds.
 *
 * @throws {GatherError} when replications cannot be summarised.
 */
export function gather(
  settings: Iterable<SettingRows>,
  options: Gathering,
): Table {
  const rows: Row[] = [];
  for (const setting of settings) {
    try {
      if (options.replications === "rows") keepRows(setting, options, rows);
      else if (setting.runs.length > 0) summarise(setting, options, rows);
    } catch (error) {
      if (!(error instanceof GatherError)) throw error;
      const where = Object.entries(setting.cells).map(([c, v]) => `${c}=${v}`).join(", ");
      throw where === "" ? error : new GatherError(`${where}: ${error.message}`);
    }
  }
  return { columns: gatheredColumns(options), rows };
}
