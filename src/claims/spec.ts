/**
 * Claims as data: what a publication says, and which measure over a scenario's own table answers it.
 * This file is the claim's written form; evaluate.ts decides whether it is met.
 */
import { z } from "zod";
import {
  parsePublishedNumber,
  parsePublishedOrder,
  parsePublishedTrend,
  type Published,
} from "./published.ts";
import { parseTolerance, type Tolerance } from "./tolerance.ts";

/** The kinds of statement a claim may make, each with what its measure has to give. */
const CLAIM_KINDS = {
  value: "a number (or low and high, two columns, for a range) in the published unit",
  ratio: "a number: how many times, or per cent, one thing is of another",
  ordering: "rows of (name, value); or one boolean when published is `yes`",
  crossover: "rows of (x, difference) in order of x; or the one x at which two series cross",
  trend: "rows of (x, y) in order of x; or one boolean when published is `yes`",
} as const;

/** `value | ratio | ordering | crossover | trend`. */
export type ClaimKind = keyof typeof CLAIM_KINDS;

/** One claim, read and checked. */
export interface ClaimSpec {
  /** Unique within its scenario: lower-case words joined by hyphens. */
  readonly id: string;
  /** The statement, in words. */
  readonly says: string;
  /** What was published, as printed. */
  readonly published: Published;
  /** What kind of statement it is, which says what the measure must give. */
  readonly kind: ClaimKind;
  /**
   * SQL. An expression is evaluated as `SELECT <expression> FROM result`; a full SELECT (or WITH) may
   * use `result` (the scenario's CSV), `runs` (the summarised runs) and the scenario's references.
   */
  readonly measure: string;
  /** How far the reproduced value may be from the published one. */
  readonly tolerance: Tolerance;
  /** `calibrated` when any parameter was fitted to this very number. */
  readonly basis: "predicted" | "calibrated";
  /** The data that parameters were fitted to, if `basis` is `calibrated`. */
  readonly calibrated_on?: string;
  /** How an ambiguous or contradictory statement was read; shown in `compare`. */
  readonly note?: string;
  /** Why it is known not to be met: it stays visible as not met, but is no news to CI. */
  readonly finding?: string;
}

/** Whether a measure is a whole statement, not an expression over `result`. */
function isSelect(measure: string): boolean {
  return /^\s*(?:select|with|values)\b/i.test(measure);
}

/** The statement that a measure stands for. */
export function measureStatement(measure: string): string {
  return isSelect(measure) ? measure : `SELECT ${measure} FROM result`;
}

/** Why a measure of `columns` columns cannot answer a claim; undefined if it can. */
export function wrongArity(
  { kind, published }: Pick<ClaimSpec, "kind" | "published">,
  columns: number,
): string | undefined {
  const wrong = (expected: string) =>
    `the measure gives ${columns} column${columns === 1 ? "" : "s"}; expected ${expected}`;
  if (published.form === "holds") return columns === 1 ? undefined : wrong("one, true or false");
  if (published.form === "order") return columns === 2 ? undefined : wrong("two: name, value");
  if (published.form === "trend") return columns === 2 ? undefined : wrong("two: x, y");
  if (columns === 1) return undefined;
  if (kind === "crossover") return columns === 2 ? undefined : wrong("x, or two: x, difference");
  if (published.form !== "range") return wrong("one, the number");
  return columns === 2 ? undefined : wrong("one, the number, or two: low, high");
}

const EXPECTED: Readonly<Record<ClaimKind, string>> = {
  value: "a number as printed, for example 71.94 %, 11-622 ms or > 90 %",
  ratio: "a number as printed, for example 2.3 x or 51.22 %",
  crossover: "the place as printed, for example 24 cores or 100-200 KB",
  ordering: "names in order, for example local < edge < remote, or yes",
  trend: "rising, falling or flat, joined by `then` if several, or yes",
};

/** Reads what a claim of this kind has as `published`; undefined if the text does not fit the kind. */
export function parsePublished(text: string, kind: ClaimKind): Published | undefined {
  if (kind === "value" || kind === "ratio" || kind === "crossover") {
    return parsePublishedNumber(text);
  }
  if (text.trim() === "yes") return { form: "holds", text };
  return kind === "ordering" ? parsePublishedOrder(text) : parsePublishedTrend(text);
}

const line = (what: string) => z.string().trim().min(1, `expected ${what}`);

/** The written form of one claim. `published` and `tolerance` are the text as the file has it. */
export const claimSchema: z.ZodType<ClaimSpec, Record<string, unknown>> = z
  .strictObject({
    id: z.string().regex(
      /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/,
      "expected lower-case words joined by hyphens, for example benefit-at-largest",
    ).describe("Name of the claim, unique in its scenario."),
    says: line("the statement in words").describe("What the publication says, in words."),
    published: z.union([z.string(), z.number(), z.boolean()]).describe(
      "What was published, exactly as printed: 71.94 %, 11-622 ms, > 90 %, local < edge, rising, yes.",
    ),
    kind: z.enum(Object.keys(CLAIM_KINDS) as [ClaimKind, ...ClaimKind[]]).describe(
      "What kind of statement it is: " +
        Object.entries(CLAIM_KINDS).map(([kind, gives]) => `${kind} (measure gives ${gives})`)
          .join("; ") +
        ".",
    ),
    measure: line("an SQL expression over the scenario's table, or a SELECT").describe(
      "SQL expression over the scenario's table, or a SELECT over result, runs and references.",
    ),
    tolerance: z.union([z.string(), z.number()]).default("printed").describe(
      "printed (half of the last printed digit), 5 points, 10 %, or an amount with its unit.",
    ),
    basis: z.enum(["predicted", "calibrated"]).describe(
      "calibrated if any parameter was fitted to this number.",
    ),
    calibrated_on: line("the data that parameters were fitted to").optional().describe(
      "The data that parameters were fitted to.",
    ),
    note: line("how the statement was read").optional().describe(
      "How an ambiguous or contradictory statement was read.",
    ),
    finding: line("why the claim is not met").optional().describe(
      "Why the claim is known not to be met. It stays listed as not met, without exit code 4.",
    ),
  })
  .transform((claim, context): ClaimSpec => {
    const problem = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [key], message, input: claim });
    const text = claim.published === true ? "yes" : String(claim.published);
    const published = parsePublished(text, claim.kind);
    if (published === undefined) {
      problem(
        "published",
        `"${text}" does not fit a claim of kind ${claim.kind}; expected ` +
          EXPECTED[claim.kind],
      );
      return z.NEVER;
    }
    const tolerance = parseTolerance(String(claim.tolerance), published);
    if (typeof tolerance === "string") {
      problem("tolerance", tolerance);
      return z.NEVER;
    }
    if (claim.calibrated_on !== undefined && claim.basis === "predicted") {
      problem(
        "calibrated_on",
        "a predicted claim is fitted to nothing; drop this or set basis: " +
          "calibrated",
      );
      return z.NEVER;
    }
    const { calibrated_on, note, finding, ...rest } = claim;
    return {
      ...rest,
      published,
      tolerance,
      ...(calibrated_on === undefined ? {} : { calibrated_on }),
      ...(note === undefined ? {} : { note }),
      ...(finding === undefined ? {} : { finding }),
    };
  }) as unknown as z.ZodType<ClaimSpec, Record<string, unknown>>;
