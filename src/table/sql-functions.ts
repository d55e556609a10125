/** Functions that SQL over tables has beside SQLite's own: the same in every runtime. */
import type { DatabaseSync } from "node:sqlite";

type Value = unknown;

/** A function called from SQLite must not throw, and NaN has no SQL form: both become NULL. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function unary(f: (x: number) => number) {
  return (x: Value) => typeof x === "number" ? finite(f(x)) : null;
}

function power(x: Value, y: Value): number | null {
  return typeof x === "number" && typeof y === "number" ? finite(x ** y) : null;
}

const SCALARS: Readonly<Record<string, (...x: Value[]) => number | null>> = {
  sqrt: unary(Math.sqrt),
  exp: unary(Math.exp),
  ln: unary(Math.log),
  log2: unary(Math.log2),
  log10: unary(Math.log10),
  floor: unary(Math.floor),
  ceil: unary(Math.ceil),
  pow: power,
  power,
};
const ARITY: Readonly<Record<string, number>> = { pow: 2, power: 2 };

/** The p-th percentile (0..100) by linear interpolation between order statistics; NULL if none. */
function percentileOf(values: readonly number[], p: number): number | null {
  if (values.length === 0 || !(p >= 0 && p <= 100)) return null;
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * p / 100;
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** Sample standard deviation (n - 1); NULL for fewer than two values. */
function stddevOf(values: readonly number[]): number | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
}

/** Geometric mean; NULL if there is no value or one is not above 0. */
function geomeanOf(values: readonly number[]): number | null {
  if (values.length === 0 || values.some((x) => x <= 0)) return null;
  return Math.exp(values.reduce((sum, x) => sum + Math.log(x), 0) / values.length);
}

/** Most values that median, stddev and the like keep in one statement: 400 MB. */
const MAX_COLLECTED = 5e7;

/** What the aggregates of one statement keep. They may not throw, so this is asked afterwards. */
export interface Collected {
  /** Before a statement. */
  clear(): void;
  /** Why its values are wrong; undefined if they are not. */
  overflow(): string | undefined;
}

interface State {
  readonly values: number[];
  p: number;
}

const AGGREGATES: Readonly<Record<string, (state: State) => number | null>> = {
  median: ({ values }) => percentileOf(values, 50),
  stddev: ({ values }) => stddevOf(values),
  geomean: ({ values }) => geomeanOf(values),
};

/** SQLite functions that a statement may call: no clock, no chance, no files, no huge strings. */
const BUILT_IN =
  "abs avg coalesce concat concat_ws count cume_dist dense_rank first_value glob group_concat ifnull " +
  "iif if instr lag last_value lead length like lower ltrim max min nth_value ntile nullif percent_rank " +
  "rank round row_number rtrim sign string_agg substr substring sum total trim typeof upper";

/** Every function that a statement may call. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  ...BUILT_IN.split(" "),
  ...Object.keys(SCALARS),
  ...Object.keys(AGGREGATES),
  "percentile",
]);

/** Adds square root, logarithms, powers; median, stddev, geomean, percentile(x, p). */
export function addFunctions(database: DatabaseSync): Collected {
  let kept = 0;
  const keep = (state: State, x: Value) => {
    if (typeof x === "number" && kept++ < MAX_COLLECTED) state.values.push(x);
    return state;
  };
  const options = { deterministic: true };
  for (const [name, f] of Object.entries(SCALARS)) {
    const exact = ARITY[name] === 2 ? (x: Value, y: Value) => f(x, y) : (x: Value) => f(x);
    database.function(name, options, exact);
  }
  const start = (): State => ({ values: [], p: NaN });
  for (const [name, result] of Object.entries(AGGREGATES)) {
    database.aggregate(name, { start, step: keep, result } as never);
  }
  const step = (state: State, x: Value, p: Value) => {
    if (typeof p === "number") state.p = p;
    return keep(state, x);
  };
  const result = (state: State) => percentileOf(state.values, state.p);
  database.aggregate("percentile", { start, step, result } as never);
  return {
    clear: () => void (kept = 0),
    overflow: () =>
      kept <= MAX_COLLECTED
        ? undefined
        : `median, stddev, geomean and percentile take at most ${MAX_COLLECTED.toExponential(0)} ` +
          `values together; the SQL gives them ${kept}`,
  };
}
