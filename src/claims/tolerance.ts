/** How far a measured value may be from the published one and still reproduce it. */
import { DIMENSIONS } from "../units/mod.ts";
import type { Published } from "./published.ts";

/** A tolerance as the scenario wrote it. */
export type Tolerance =
  /** half a step of the last printed digit: what the publication itself could not distinguish */
  | { readonly form: "printed"; readonly text: string }
  /** a share of the published value: `10 %` → 0.1 */
  | { readonly form: "relative"; readonly text: string; readonly share: number }
  /** an amount in the published value's unit, or the measure's where none is printed: `5 points`, `20 ms` */
  | { readonly form: "absolute"; readonly text: string; readonly amount: number };

const TOLERANCE = /^(\d+(?:\.\d+)?|\.\d+)\s*(\S.*)?$/;

/** Factor from `unit` to `target` if both belong to one dimension of src/units. */
function conversion(unit: string, target: string): number | undefined {
  if (unit === target) return 1;
  for (const { units } of Object.values(DIMENSIONS)) {
    if (Object.hasOwn(units, unit) && Object.hasOwn(units, target)) {
      return (units[unit] as number) / (units[target] as number);
    }
  }
  return undefined;
}

/**
 * Reads a tolerance for `published`: `printed`, `5 points`, `10 %`, or an amount with the published
 * value's unit (or a unit that converts to it).
 *
 * @returns the tolerance, or a sentence saying why the text is none.
 */
export function parseTolerance(text: string, published: Published): Tolerance | string {
  const trimmed = text.trim();
  if (trimmed === "printed") return { form: "printed", text };
  if (published.form === "holds") {
    return "a statement that the measure decides has no tolerance; drop it";
  }
  const match = TOLERANCE.exec(trimmed);
  if (match === null) {
    return `"${text}" is not a tolerance; write printed, 5 points, 10 %, or an amount with its unit`;
  }
  const amount = Number(match[1]);
  const unit = (match[2] ?? "").trim();
  if (unit === "%") return { form: "relative", text, share: amount / 100 };
  // Orders and trends print no number: an amount is in whatever unit the measure has.
  if (!("unit" in published)) return { form: "absolute", text, amount };
  if (unit === "points" || unit === "point") {
    if (published.unit === "%") return { form: "absolute", text, amount };
    return `points are differences between percentages, but "${published.text}" is none`;
  }
  const factor = conversion(unit, published.unit);
  if (factor !== undefined) {
    return { form: "absolute", text, amount: Number((amount * factor).toPrecision(15)) };
  }
  const expected = published.unit === "" ? "no unit" : `the unit ${published.unit}`;
  return unit === ""
    ? `${text} needs a unit: "${published.text}" has ${expected}; or write a share such as 10 %`
    : `"${unit}" does not fit "${published.text}", which has ${expected}`;
}

/** The tolerance around `value` (one end of what was published), in the published unit. */
export function allowance(tolerance: Tolerance, value: number, step: number): number {
  if (tolerance.form === "printed") return step / 2;
  return tolerance.form === "relative" ? Math.abs(value) * tolerance.share : tolerance.amount;
}
