/** Ranges, ticks and titles of axes. Categories are the whole numbers 0..n-1 of a linear scale. */
import { formatNumber, type NumberFormat } from "./labels.ts";
import { font, INK, SIZE } from "./theme.ts";

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

/** A tick; a minor one has a grid line and no label. */
export interface Tick {
  readonly value: number;
  readonly label: string;
  readonly minor?: boolean;
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

/** A step of 1, 2, 2.5 or 5 times a power of ten, for about `count` ticks. */
export function niceStep(range: number, count: number): number {
  const rough = range / Math.max(1, count);
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((s) => s * base >= rough * 0.999) as number;
  return step * base;
}

/** An axis ready to be drawn: its limits and ticks. */
export interface Ruler {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
}

/** Ticks given explicitly, as in the description. */
export type GivenTicks = readonly (number | { readonly at: number; readonly label: string })[];

/** The ruler of a category axis. */
export function nameRuler(extent: Extent): Ruler {
  const ticks = (extent.categories ?? []).map((c, value) => ({ value, label: c.label }));
  return { min: extent.min, max: extent.max, ticks };
}

/** Room that a tick label takes along its axis, in logical pixels. */
type Room = (label: string) => number;

const UPRIGHT: Room = () => 24;
const FLAT: Room = (label) => label.length * 7.6 + 8;

/** What a ruler must know of its axis. */
export interface RulerOptions {
  /** Length of the axis in logical pixels, about. */
  readonly length: number;
  /** Whether labels stand beside each other (x) or above each other (y). */
  readonly flat: boolean;
  readonly format?: NumberFormat | undefined;
  readonly ticks?: GivenTicks | undefined;
}

/** Limits and ticks of an axis, so that its labels do not touch. */
export function ruler(extent: Extent, options: RulerOptions): Ruler {
  if (extent.categories !== undefined) return nameRuler(extent);
  const { length, format, ticks: given } = options;
  const room = options.flat ? FLAT : UPRIGHT;
  const made = extent.scale === "log"
    ? logRuler(extent, length, room, format)
    : linearRuler(extent, length, room, format);
  if (given === undefined) return made;
  // A log axis keeps its fine grid under given ticks.
  const grid = extent.scale === "log" ? made.ticks : [];
  const minors = grid.map((t) => ({ value: t.value, label: "", minor: true }));
  const own = given.map((t) =>
    typeof t === "number"
      ? { value: t, label: formatNumber(t, format) }
      : { value: t.at, label: t.label }
  );
  const at = new Set(own.map((t) => t.value));
  return { ...made, ticks: [...minors.filter((t) => !at.has(t.value)), ...own] };
}

function linearRuler(
  extent: Extent,
  length: number,
  room: Room,
  format: NumberFormat | undefined,
): Ruler {
  // The finest steps whose labels keep half their room free.
  for (let count = 9; count > 1; count--) {
    const made = stepped(extent, linearStep(extent, count, format), format);
    const needed = made.ticks.reduce((sum, t) => sum + room(t.label) * 1.5, 0);
    if (needed <= length) return made;
  }
  return stepped(extent, linearStep(extent, 1, format), format);
}

function linearStep(extent: Extent, count: number, format: NumberFormat | undefined): number {
  const range = extent.max - extent.min;
  if (format === "binary") return 2 ** Math.ceil(Math.log2(range / count));
  const step = niceStep(range, count);
  return extent.whole === true ? Math.max(1, Math.round(step)) : step;
}

function stepped(extent: Extent, step: number, format: NumberFormat | undefined): Ruler {
  let { min, max } = extent;
  const range = max - min;
  const below = Math.floor(min / step + 1e-9) * step;
  const above = Math.ceil(max / step - 1e-9) * step;
  // Round out, unless that leaves much empty: then the axis ends a little beyond the data.
  if (extent.nice) {
    if (extent.fixedMin === undefined) {
      min = min - below < 0.15 * range ? below : min - 0.05 * range;
    }
    if (extent.fixedMax === undefined) {
      max = above - max < 0.15 * range ? above : max + 0.05 * range;
    }
  } else {
    if (extent.fixedMin === undefined && min - below < 0.04 * range) min = below;
    if (extent.fixedMax === undefined && above - max < 0.04 * range) max = above;
  }
  const ticks: Tick[] = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++) {
    const value = Number((i * step).toPrecision(12));
    ticks.push({ value, label: formatNumber(value, format) });
  }
  return { min, max, ticks };
}

function logRuler(
  extent: Extent,
  length: number,
  room: Room,
  format: NumberFormat | undefined,
): Ruler {
  let { min, max } = extent;
  if (extent.nice) {
    if (extent.fixedMin === undefined) min = step125(min, Math.floor);
    if (extent.fixedMax === undefined) max = step125(max * 1.05, Math.ceil);
  }
  const decades = Math.log10(max / min);
  const wide = format ?? (max / min > 1e7 || max >= 1e7 || min < 1e-4 ? "power" : "plain");
  const tick = (value: number) => ({ value, label: formatNumber(value, wide) });
  const choices = [
    ...(extent.nice || extent.values === undefined ? [] : [extent.values]),
    ...[[1, 2, 3, 4, 5, 7], [1, 2, 5], [1]].map((lead) => powers(min, max, lead, 1)),
    powers(min, max, [1], 2),
    powers(min, max, [1], 3),
  ].map((values) => values.map(tick));
  const apart = (ticks: readonly Tick[]) =>
    ticks.every((t, i) => {
      const before = ticks[i - 1];
      if (before === undefined) return true;
      const pixels = (Math.log10(t.value / before.value) * length) / decades;
      return pixels >= (room(t.label) + room(before.label)) / 2;
    });
  const enough = (ticks: readonly Tick[]) => ticks.length <= 9 && apart(ticks);
  const major = choices.find(enough) ?? choices.at(-1) as Tick[];
  return { min, max, ticks: withMinors(min, max, major, decades) };
}

/** The leading digits `lead` times every `every`th power of ten between the limits. */
function powers(min: number, max: number, lead: readonly number[], every: number): number[] {
  const values: number[] = [];
  for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++) {
    if (e % every !== 0) continue;
    for (const digit of lead) {
      const value = Number((digit * 10 ** e).toPrecision(12));
      if (value >= min * 0.999 && value <= max * 1.001) values.push(value);
    }
  }
  return values;
}

function withMinors(min: number, max: number, major: readonly Tick[], decades: number): Tick[] {
  const at = new Set(major.map((t) => t.value));
  const digits = decades > 8 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const minor = powers(min, max, digits, 1)
    .filter((value) => value >= min && value <= max && !at.has(value))
    .map((value) => ({ value, label: "", minor: true }));
  return [...minor, ...major];
}

function step125(value: number, round: (n: number) => number): number {
  const base = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10];
  const share = value / base;
  const step = round === Math.floor
    ? steps.filter((s) => s <= share * 1.0001).at(-1) as number
    : steps.find((s) => s >= share * 0.9999) as number;
  return step * base;
}

/** Chart.js options of a scale that shows exactly these ticks. */
export function scaleOptions(of: {
  axis: "x" | "y";
  position: "left" | "right" | "top" | "bottom";
  log?: boolean;
  ruler: Ruler;
  title?: string;
  titleColor?: string;
  grid?: boolean;
  reverse?: boolean;
  bare?: boolean;
  /** Degrees by which names are turned. */
  turn?: number;
  tickColor?: string;
  weight?: number;
}) {
  const ticks = new Map(of.ruler.ticks.map((t) => [t.value, t]));
  const minor = (value: number) => ticks.get(value)?.minor === true;
  return {
    type: of.log === true ? "logarithmic" : "linear",
    axis: of.axis,
    position: of.position,
    min: of.ruler.min,
    max: of.ruler.max,
    reverse: of.reverse === true,
    weight: of.weight ?? 0,
    offset: false,
    title: {
      display: of.title !== undefined && of.title !== "",
      text: of.title,
      color: of.titleColor ?? INK.text,
      font: fontOptions(SIZE.axis),
      padding: { top: 4, bottom: 4 },
    },
    border: { display: of.bare !== true, color: INK.axis, width: 1 },
    grid: {
      display: of.bare !== true,
      drawOnChartArea: of.grid !== false,
      color: (c: { tick?: { value: number } }) =>
        minor(c.tick?.value ?? NaN) ? INK.gridMinor : INK.grid,
      tickColor: (c: { tick?: { value: number } }) =>
        minor(c.tick?.value ?? NaN) ? INK.grid : INK.axis,
      tickLength: of.bare === true ? 0 : 5,
      lineWidth: 1,
    },
    ticks: {
      autoSkip: false,
      maxRotation: of.turn ?? 0,
      minRotation: of.turn ?? 0,
      color: of.tickColor ?? INK.text,
      font: fontOptions(SIZE.tick),
      padding: of.bare === true ? 1 : 4,
      callback: (value: number) => {
        const label = ticks.get(value)?.label ?? "";
        return label.includes("\n") ? label.split("\n") : label;
      },
    },
    afterBuildTicks: (scale: { ticks: { value: number; label: string }[] }) => {
      scale.ticks = of.ruler.ticks.map((t) => ({ value: t.value, label: t.label }));
    },
  };
}

/** Degrees by which names must be turned to fit side by side along `length` logical pixels. */
export function turnOf(extent: Extent, length: number): number {
  const names = (extent.categories ?? []).map((c) => c.label.length * 7.6);
  const slot = length / Math.max(1, names.length);
  const touch = names.some((width, i) => ((names[i - 1] ?? 0) + width) / 2 + 5 > slot);
  return touch ? 38 : 0;
}

/** A font as Chart.js takes it. */
export function fontOptions(size: number, weight: "normal" | "bold" = "normal") {
  const [, family] = font(size).split('"');
  return { family, size, weight, lineHeight: 1.2 };
}
