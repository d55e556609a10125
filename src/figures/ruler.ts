/** Limits and ticks of an axis, for its length and the room of its labels. */
import type { Extent } from "./extent.ts";
import { formatNumber, type NumberFormat } from "./labels.ts";

/** A tick; a minor one has a grid line and no label. */
export interface Tick {
  readonly value: number;
  readonly label: string;
  readonly minor?: boolean;
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

/**
 * The ruler of a category axis. Along `length` logical pixels, names too wide to stand side by side
 * are broken at spaces, or, where that does not help, turned by `turn` degrees.
 */
export function nameRuler(extent: Extent, length = Infinity): Ruler & { readonly turn: number } {
  const names = (extent.categories ?? []).map((c) => c.label);
  const slot = length / Math.max(1, names.length);
  const whole = touching(names, slot);
  const broken = whole ? names.map((name) => breakName(name, slot)) : names;
  const turn = whole && touching(broken, slot);
  const ticks = (turn ? names : broken).map((label, value) => ({ value, label }));
  return { min: extent.min, max: extent.max, ticks, turn: turn ? (slot < 22 ? 90 : 38) : 0 };
}

const NAME_WIDTH = 7.6;

function touching(names: readonly string[], slot: number): boolean {
  const widths = names.map((name) =>
    Math.max(...name.split("\n").map((line) => line.length)) * NAME_WIDTH
  );
  return widths.some((width, i) => ((widths[i - 1] ?? 0) + width) / 2 + 5 > slot);
}

function breakName(name: string, slot: number): string {
  const most = Math.floor(slot / NAME_WIDTH) - 1;
  const lines: string[] = [];
  for (const word of name.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) {
      lines[lines.length - 1] += ` ${word}`;
    } else lines.push(word);
  }
  return lines.length > 3 ? name : lines.join("\n");
}

/** Room that a tick label takes along its axis, in logical pixels. */
type Room = (label: string) => number;

const UPRIGHT: Room = () => 20;
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
  if (extent.categories !== undefined) {
    return nameRuler(extent, options.flat ? options.length : Infinity);
  }
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
  const below = Math.min(min, Math.floor(min / step + 1e-9) * step);
  const above = Math.max(max, Math.ceil(max / step - 1e-9) * step);
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
  const wide = format ?? (max >= 1e6 || min < 1e-4 ? "power" : "plain");
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
