/** What a publication prints, read without losing how precisely it was printed. */

/** A number as printed: `71.94 %`, `8`, `2.3x`, `about 1,200 ops/s`. */
export interface PublishedNumber {
  readonly form: "number";
  /** As the scenario wrote it. */
  readonly text: string;
  readonly value: number;
  /** The unit as printed, empty if none. A measure is compared in this unit. */
  readonly unit: string;
  /** Size of one step of the last printed digit: 0.01 for `71.94`, 1 for `622`. */
  readonly step: number;
}

/** Two ends as printed: `11-622 ms`, `0.2 to 5 s`. */
export interface PublishedRange {
  readonly form: "range";
  readonly text: string;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  /** Step of the last digit of the more coarsely printed end. */
  readonly step: number;
}

/** A one-sided statement: `> 90 %`, `at most 5 ms`. */
export interface PublishedBound {
  readonly form: "bound";
  readonly text: string;
  readonly relation: "<" | "<=" | ">" | ">=";
  readonly value: number;
  readonly unit: string;
  readonly step: number;
}

/** Names in order of their value: `local < edge < remote`, `warm = cold`. */
export interface PublishedOrder {
  readonly form: "order";
  readonly text: string;
  readonly items: readonly string[];
  /** `relations[i]` stands between `items[i]` and `items[i + 1]`; `=` means alike within the tolerance. */
  readonly relations: readonly ("<" | ">" | "=")[];
}

/** How a series moves along its axis: `rising`, `falling then flat`. */
export interface PublishedTrend {
  readonly form: "trend";
  readonly text: string;
  readonly directions: readonly Direction[];
}

/** A statement that the measure itself decides: the measure gives true (1) or false (0). */
export interface PublishedTruth {
  readonly form: "holds";
  readonly text: string;
}

/** One stretch of a trend. */
export type Direction = "rising" | "falling" | "flat";

/** Everything that `published:` may say. */
export type Published =
  | PublishedNumber
  | PublishedRange
  | PublishedBound
  | PublishedOrder
  | PublishedTrend
  | PublishedTruth;

const NUMBER = String.raw`[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?|[+-]?\.\d+`;
const UNIT = String.raw`[^\d\s<>=.,+-][^\d<>=]*`;
const SINGLE = new RegExp(String.raw`^(?:~|about |around |ca\. )?\s*(${NUMBER})\s*(${UNIT})?$`);
const RANGE = new RegExp(
  String.raw`^(${NUMBER})\s*(${UNIT})?\s*(?:-|to |\.\.)\s*(${NUMBER})\s*(${UNIT})?$`,
);
const BOUND = new RegExp(
  String
    .raw`^(<=|>=|<|>|at least |at most |more than |less than |over |under )\s*(${NUMBER})\s*(${UNIT})?$`,
);
const RELATIONS: Readonly<Record<string, PublishedBound["relation"]>> = {
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "at least ": ">=",
  "at most ": "<=",
  "more than ": ">",
  "over ": ">",
  "less than ": "<",
  "under ": "<",
};

/** Size of one step of the last printed digit of a number's text: `71.94` → 0.01, `622` → 1. */
export function stepOf(text: string): number {
  const match = /^[+-]?[\d,]*(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const decimals = match?.[1]?.length ?? 0;
  return Number(`1e${Number(match?.[2] ?? 0) - decimals}`);
}

const numberOf = (text: string) => Number(text.replaceAll(",", ""));

/** Reads a published number, range or bound; undefined if the text is none of these. */
export function parsePublishedNumber(
  text: string,
): PublishedNumber | PublishedRange | PublishedBound | undefined {
  const plain = text.trim().replace(/[\u2212]/g, "-").replace(/[\u2013\u2014]/g, "-")
    .replace(/\s+/g, " ");
  const single = SINGLE.exec(plain);
  if (single !== null) {
    const printed = single[1] as string;
    const unit = (single[2] ?? "").trim();
    return { form: "number", text, value: numberOf(printed), unit, step: stepOf(printed) };
  }
  const bound = BOUND.exec(plain);
  if (bound !== null) {
    const [, relation, printed, unit = ""] = bound as unknown as [string, string, string, string?];
    return {
      form: "bound",
      text,
      relation: RELATIONS[relation] as PublishedBound["relation"],
      value: numberOf(printed),
      unit: unit.trim(),
      step: stepOf(printed),
    };
  }
  const range = RANGE.exec(plain);
  if (range === null) return undefined;
  const [, from, fromUnit = "", to, toUnit = ""] = range as unknown as [
    string,
    string,
    string | undefined,
    string,
    string | undefined,
  ];
  const unit = toUnit.trim() || fromUnit.trim();
  if (fromUnit.trim() !== "" && fromUnit.trim() !== unit) return undefined;
  const [low, high] = [numberOf(from), numberOf(to)];
  if (low > high) return undefined;
  return { form: "range", text, low, high, unit, step: Math.max(stepOf(from), stepOf(to)) };
}

/** Reads `a < b = c` (one direction only); undefined if the text is no such order. */
export function parsePublishedOrder(text: string): PublishedOrder | undefined {
  const parts = text.split(/([<>=])/);
  const items = parts.filter((_, i) => i % 2 === 0).map((item) => item.trim());
  const relations = parts.filter((_, i) => i % 2 === 1) as PublishedOrder["relations"];
  if (items.length < 2 || items.includes("") || new Set(items).size < items.length) {
    return undefined;
  }
  if (relations.includes("<") && relations.includes(">")) return undefined;
  return { form: "order", text, items, relations };
}

/** Reads `rising`, `falling`, `flat`, or several of them joined by `then`; undefined otherwise. */
export function parsePublishedTrend(text: string): PublishedTrend | undefined {
  const directions = text.trim().split(/\s+then\s+/);
  const known = directions.every((d) => d === "rising" || d === "falling" || d === "flat");
  return known ? { form: "trend", text, directions: directions as Direction[] } : undefined;
}
