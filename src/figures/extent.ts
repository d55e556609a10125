/** What an axis must show: ranges of numbers, names in order, and the union of both over panels. */

/** One name on a category axis. */
export interface Category {
  readonly key: string;
  readonly label: string;
  /** Outer category, printed below. */
  readonly group?: string;
}

/** What an axis must show, before it is rounded to ticks; panels may share one. */
export interface Extent {
  readonly scale: "linear" | "log" | "category";
  readonly min: number;
  readonly max: number;
  /** Limits given by the description: kept as they are. */
  readonly fixedMin?: number;
  readonly fixedMax?: number;
  /** Round out to whole ticks (measures) or end where the data end (time). */
  readonly nice: boolean;
  readonly categories?: readonly Category[];
  /** The few distinct values on it, when ticks may stand at each. */
  readonly values?: readonly number[];
  /** Whole numbers only: no ticks between them. */
  readonly whole?: boolean;
}

interface ExtentOptions {
  scale?: "linear" | "log" | "category" | undefined;
  min?: number | undefined;
  max?: number | undefined;
  nice?: boolean;
  /** Room left at both ends, as a share of the range. */
  pad?: number;
  /** Begin at zero where the least value is at most this share of the greatest. */
  fromZero?: number;
}

/** The extent of numbers; on a log scale only positive ones count. */
export function extentOf(numbers: Iterable<number>, options: ExtentOptions = {}): Extent {
  const log = options.scale === "log";
  let min = Infinity;
  let max = -Infinity;
  const seen = new Set<number>();
  let whole = true;
  for (const value of numbers) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (seen.size <= 12) seen.add(value);
    whole &&= Number.isInteger(value);
  }
  if (min > max) [min, max] = log ? [1, 10] : [0, 1];
  const pad = options.pad ?? 0;
  if (log) {
    const factor = pad === 0 ? 1 : Math.max((max / min) ** pad, 1.15);
    min /= factor;
    max *= factor;
  } else {
    const room = (max - min) * pad;
    // A scale of times or sizes that begins near zero begins at zero.
    min = min >= 0 && min <= (options.fromZero ?? -1) * max ? 0 : min - room;
    max += room;
  }
  if (options.min !== undefined) min = options.min;
  if (options.max !== undefined) max = options.max;
  if (min === max) {
    if (log) [min, max] = [min / 2, max * 2];
    else if (min === 0) max = 1;
    else [min, max] = [min - (Math.abs(min) / 2 || 1), max + (Math.abs(max) / 2 || 1)];
  }
  return {
    scale: log ? "log" : "linear",
    min,
    max,
    nice: options.nice ?? false,
    ...(options.min === undefined ? {} : { fixedMin: options.min }),
    ...(options.max === undefined ? {} : { fixedMax: options.max }),
    ...(whole && max - min >= 1 ? { whole } : {}),
    ...(seen.size > 12 ? {} : { values: [...seen].sort((a, b) => a - b) }),
  };
}

/** A measure's extent: rounded out, and from zero unless that would flatten everything. */
export function measureExtent(
  numbers: readonly number[],
  options: ExtentOptions & { zero?: boolean },
): Extent {
  const raw = extentOf(numbers, { ...options, nice: true });
  if (raw.scale === "log" || options.min !== undefined) return raw;
  const zero = options.zero ?? (raw.min >= 0 && raw.min <= 0.6 * raw.max);
  return zero ? { ...raw, min: Math.min(0, raw.min), max: Math.max(0, raw.max) } : raw;
}

/** The extent of a category axis. */
export function categoryExtent(categories: readonly Category[], margin = 0.5): Extent {
  return {
    scale: "category",
    min: -margin,
    max: categories.length - 1 + margin,
    nice: false,
    categories,
  };
}

/** One extent that shows what both show. */
export function unite(a: Extent, b: Extent): Extent {
  if (a.categories !== undefined && b.categories !== undefined) {
    const keys = new Set(a.categories.map((c) => c.key));
    const all = [...a.categories, ...b.categories.filter((c) => !keys.has(c.key))];
    return categoryExtent(all, -a.min);
  }
  if (a.scale !== b.scale) return a;
  const { values: _, ...rest } = { ...b, ...a };
  const values = a.values !== undefined && b.values !== undefined
    ? [...new Set([...a.values, ...b.values])].sort((p, q) => p - q)
    : undefined;
  return {
    ...rest,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    ...(values !== undefined && values.length <= 12 ? { values } : {}),
  };
}

/** Where a category or number stands on an axis; NaN where it cannot. */
export function place(extent: Extent, value: unknown, key = String(value)): number {
  if (extent.categories !== undefined) {
    const index = extent.categories.findIndex((c) => c.key === key);
    return index < 0 ? NaN : index;
  }
  const number = Number(value);
  return extent.scale === "log" && number <= 0 ? NaN : number;
}
