/** Published beside reproduced: every claim of every scenario, as Markdown, terminal text or data. */
import type { ClaimResult } from "../claims/mod.ts";
import { cellText, heading, markdownTable } from "./markdown.ts";

/** One scenario's claims as they stand. */
export interface ComparedScenario {
  readonly id: string;
  readonly title: string;
  /** Where the original is published. */
  readonly source?: string;
  readonly claims: readonly ClaimResult[];
  /** Why there is no current result, if so: it failed, or has not been run since it changed. */
  readonly missing?: string;
}

/** How many claims stand how. */
export interface Tally {
  readonly claims: number;
  readonly met: number;
  readonly not_met: number;
  readonly not_evaluated: number;
  /** Met ones among those that nothing was fitted to. */
  readonly predicted_met: number;
  readonly predicted: number;
  readonly calibrated_met: number;
  readonly calibrated: number;
}

/** Counts claims. Those of a scenario without a result count as not evaluated. */
export function tally(scenarios: readonly ComparedScenario[]): Tally {
  const claims = scenarios.flatMap((scenario) => scenario.claims);
  const count = (which: (claim: ClaimResult) => boolean) => claims.filter(which).length;
  return {
    claims: claims.length,
    met: count(({ verdict }) => verdict === "met"),
    not_met: count(({ verdict }) => verdict === "not met"),
    not_evaluated: count(({ verdict }) => verdict === "cannot be evaluated"),
    predicted_met: count(({ verdict, basis }) => verdict === "met" && basis === "predicted"),
    predicted: count(({ basis }) => basis === "predicted"),
    calibrated_met: count(({ verdict, basis }) => verdict === "met" && basis === "calibrated"),
    calibrated: count(({ basis }) => basis === "calibrated"),
  };
}

/** The tally in a sentence. */
export function tallyText(counted: Tally): string {
  const { claims, met, not_met, not_evaluated } = counted;
  if (claims === 0) return "No claims.";
  const parts = [`${met} of ${claims} claims met`];
  if (not_met > 0) parts.push(`${not_met} not met`);
  if (not_evaluated > 0) parts.push(`${not_evaluated} not evaluated`);
  const bases = [
    counted.predicted > 0 ? `${counted.predicted_met} of ${counted.predicted} predicted` : "",
    counted.calibrated > 0 ? `${counted.calibrated_met} of ${counted.calibrated} calibrated` : "",
  ].filter((text) => text !== "");
  return `${parts.join(", ")} (met: ${bases.join(", ")}).`;
}

const basisText = ({ basis, calibrated_on }: ClaimResult) =>
  calibrated_on === undefined ? basis : `${basis} on ${calibrated_on}`;

/** What a reader has to know beside the numbers: why not evaluated, how it was read. */
function remarks({ reason, note, finding }: ClaimResult): string {
  const found = finding === undefined ? undefined : `Finding: ${finding}`;
  return [reason, note, found].filter((text) => text !== undefined).join(" ");
}

/** `printed` in words: half a step of the last digit; an order, trend or bound has no such digit. */
function toleranceText({ tolerance, kind, published }: ClaimResult): string {
  if (tolerance !== "printed") return tolerance;
  const exact = kind === "ordering" || kind === "trend" ||
    /^(?:[<>]|at (?:most|least))/.test(published);
  return exact ? "none" : "half a printed digit";
}

const COLUMNS = [
  "claim",
  "published",
  "reproduced",
  "difference",
  "tolerance",
  "met?",
  "basis",
  "reading",
];

/** `COMPARISON.md`: one table for each scenario; the same claims give the same text. */
export function compareMarkdown(scenarios: readonly ComparedScenario[]): string {
  const parts = [
    "# Published and reproduced",
    "Written by `wherewhen compare`. *Predicted*: no parameter was fitted to this number. " +
    "*Calibrated*: one was. A claim that is not met stays here as not met.",
    tallyText(tally(scenarios)),
  ];
  for (const { id, title, source, claims, missing } of scenarios) {
    parts.push(heading(2, `${id}: ${title}`));
    if (source !== undefined) parts.push(`Source: ${cellText(source)}`);
    if (missing !== undefined) parts.push(`**No current result:** ${cellText(missing)}`);
    if (claims.length === 0) {
      if (missing === undefined) parts.push("No claims.");
      continue;
    }
    parts.push(markdownTable(
      COLUMNS,
      claims.map((claim) => [
        cellText(claim.says),
        cellText(claim.published),
        cellText(claim.reproduced),
        cellText(claim.difference),
        cellText(toleranceText(claim)),
        claim.verdict === "met" ? "met" : `**${claim.verdict}**`,
        cellText(basisText(claim)),
        cellText(remarks(claim)),
      ]),
    ));
  }
  return `${parts.join("\n\n")}\n`;
}

/** Styles a word of terminal text; the default leaves it as it is. */
export type Style = (kind: "good" | "bad" | "dim" | "bold", text: string) => string;

const SIGNS = { "met": "good", "not met": "bad", "cannot be evaluated": "bad" } as const;

/** The comparison for a terminal: a few lines for each claim. */
export function compareText(
  scenarios: readonly ComparedScenario[],
  style: Style = (_, text) => text,
): string {
  const lines: string[] = [];
  for (const { id, title, claims, missing } of scenarios) {
    lines.push(`${style("bold", id)}  ${title}`);
    if (missing !== undefined) lines.push(`  ${style("bad", "no current result:")} ${missing}`);
    for (const claim of claims) {
      const verdict = style(SIGNS[claim.verdict], claim.verdict);
      lines.push(`  ${verdict}  ${claim.says} ${style("dim", `[${claim.id}]`)}`);
      if (claim.reason === undefined) {
        const difference = claim.difference === "" ? "" : `, ${claim.difference}`;
        lines.push(
          `    published ${claim.published}, reproduced ${claim.reproduced}${difference}; ` +
            `tolerance ${toleranceText(claim)}; ${basisText(claim)}`,
        );
      } else {
        lines.push(`    published ${claim.published}; ${claim.reason}`);
      }
      if (claim.note !== undefined) lines.push(style("dim", `    reading: ${claim.note}`));
      if (claim.finding !== undefined) lines.push(style("dim", `    finding: ${claim.finding}`));
    }
  }
  lines.push(tallyText(tally(scenarios)));
  return `${lines.join("\n")}\n`;
}

/** The comparison as plain data, for `--json`. */
export function compareJson(scenarios: readonly ComparedScenario[]): {
  readonly tally: Tally;
  readonly scenarios: readonly ComparedScenario[];
} {
  return { tally: tally(scenarios), scenarios };
}
