/** Values and ratios: a number against a printed number, range or bound. */
import type { Table } from "../table/mod.ts";
import { type Judgement, plain, singleRow, Unmeasured } from "./judgement.ts";
import type { PublishedBound, PublishedNumber, PublishedRange } from "./published.ts";
import { allowance, type Tolerance } from "./tolerance.ts";

/** What is printed as one number or two. */
export type Printed = PublishedNumber | PublishedRange | PublishedBound;

/** Absorbs the last bits of binary arithmetic: 0.3 - 0.2 is within 0.1. */
export function within(distance: number, allowed: number, scale: number): boolean {
  return distance <= allowed + 1e-12 * Math.max(Math.abs(scale), allowed);
}

const decimalsOf = (step: number) => Math.max(0, Math.min(20, -Math.floor(Math.log10(step) + 0.5)));

/** `value` with as many decimals as the published number; with more where those would hide it. */
function formatLike(value: number, published: Printed, other?: number): string {
  let decimals = decimalsOf(published.step);
  const digits = () => value.toFixed(decimals);
  while (decimals < 12 && value !== 0 && Number(digits()) === 0) decimals++;
  if (other !== undefined && value !== other) {
    while (decimals < 12 && Number(digits()) === Number(other.toFixed(decimals))) decimals++;
  }
  return digits();
}

/** Appends the unit with or without a space, as the publication does. */
function withUnit(number: string, published: Printed): string {
  const { unit, text } = published;
  if (unit === "") return number;
  return /\d\s/.test(text.slice(0, text.lastIndexOf(unit))) ? `${number} ${unit}` : number + unit;
}

/** A signed difference in the published unit (points between percentages), with its share. */
function differenceText(value: number, published: number, printed: Printed): string {
  const difference = value - published;
  const sign = difference > 0 ? "+" : difference < 0 ? "-" : "";
  const size = plain(Number(Math.abs(difference).toPrecision(3)));
  if (printed.unit === "%") return `${sign}${size} points`;
  const share = published === 0
    ? ""
    : ` (${sign}${plain(Number(Math.abs(100 * difference / published).toPrecision(3)))} %)`;
  return `${sign}${withUnit(size, printed)}${share}`;
}

const RELATIONS = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
} as const;

/** Judges one number; `differences` of bounds count only on the wrong side. */
export function judgeOne(value: number, printed: Printed, tolerance: Tolerance): Judgement {
  const values = [value];
  const same = tolerance.form === "printed";
  if (printed.form === "number") {
    const allowed = allowance(tolerance, printed.value, printed.step);
    const met = within(Math.abs(value - printed.value), allowed, printed.value);
    const text = formatLike(value, printed, met ? undefined : printed.value);
    const difference = differenceText(value, printed.value, printed);
    return { met, reproduced: withUnit(text, printed), values, difference };
  }
  if (printed.form === "bound") {
    // A bound is exact as printed; only a tolerance that was written widens it.
    const allowed = same ? 0 : allowance(tolerance, printed.value, printed.step);
    const holds = RELATIONS[printed.relation](value, printed.value);
    const met = holds ||
      (allowed > 0 && within(Math.abs(value - printed.value), allowed, printed.value));
    const text = formatLike(value, printed, holds ? undefined : printed.value);
    const difference = differenceText(value, printed.value, printed);
    return { met, reproduced: withUnit(text, printed), values, difference };
  }
  const { low, high, step } = printed;
  const below = low - allowance(tolerance, low, step);
  const above = high + allowance(tolerance, high, step);
  const met = within(below - value, 0, low) && within(value - above, 0, high);
  const end = value < low ? low : value > high ? high : undefined;
  return {
    met,
    reproduced: withUnit(formatLike(value, printed, met ? undefined : end), printed),
    values,
    difference: end === undefined ? "inside" : differenceText(value, end, printed),
  };
}

/** Judges the one row of a measure: one number, or low and high for a range. @throws {Unmeasured} */
export function judgeNumber(printed: Printed, tolerance: Tolerance, table: Table): Judgement {
  const values = singleRow(table);
  if (values.length === 1) return judgeOne(values[0], printed, tolerance);
  if (values.length !== 2 || printed.form !== "range") {
    const expected = printed.form === "range" ? "one (a number) or two (low, high)" : "one";
    throw new Unmeasured(`the measure gave ${values.length} columns, not ${expected}`);
  }
  const ends = [printed.low, printed.high];
  const met = ends.every((end, i) =>
    within(Math.abs(values[i] - end), allowance(tolerance, end, printed.step), end)
  );
  const texts = values.map((v, i) => formatLike(v, printed, met ? undefined : ends[i]));
  const differences = values.map((v, i) => differenceText(v, ends[i], printed));
  return {
    met,
    reproduced: withUnit(texts.join("-"), printed),
    values,
    difference: differences.join("; "),
  };
}
