/** New results beside earlier ones: which numbers changed, which claims turned, as text or Markdown. */
import type { ClaimResult } from "../claims/mod.ts";
import { changeText, type ClaimChange, diffText, type TableDiff } from "./diff.ts";
import { cellText, heading, markdownTable } from "./markdown.ts";

/** One scenario as it ended now, beside its earlier result if one was asked for. */
export interface CheckedScenario {
  readonly id: string;
  readonly title: string;
  /** What prevented a result: failed runs, an interruption. */
  readonly problems: readonly string[];
  readonly claims: readonly ClaimResult[];
  readonly milliseconds: number;
  /** Absent where nothing was to be compared. */
  readonly comparison?: Comparison;
}

/** What came of looking for a difference. */
export type Comparison =
  | { readonly kind: "same"; readonly csv: string }
  /** There is no earlier result at that path, or none that can be read. */
  | { readonly kind: "none"; readonly csv: string; readonly reason: string }
  /** There is an earlier result, and no scenario that makes it any more. */
  | { readonly kind: "gone"; readonly csv: string; readonly reason: string }
  | {
    readonly kind: "changed";
    /** Path of the earlier CSV. */
    readonly csv: string;
    readonly diff: TableDiff;
    readonly claims: readonly ClaimChange[];
    /** What changed in scenario or model since, if known. */
    readonly since?: string;
  };

/** Whether a scenario's numbers are not those that they should be. */
export function differs({ comparison }: CheckedScenario): boolean {
  return comparison !== undefined && comparison.kind !== "same";
}

/** Whether a claim is out of tolerance without a finding on record that says so. */
export function isNews(claim: { readonly verdict: string; readonly finding?: string }): boolean {
  return claim.verdict !== "met" && claim.finding === undefined;
}

/** Claims that are not met and say nothing of why, in lines; those that turned are told as differences. */
export function unmetLines({ claims, comparison }: CheckedScenario): string[] {
  const turned = comparison?.kind === "changed" ? comparison.claims : [];
  return claims.filter((claim) => isNews(claim) && !turned.some(({ id }) => id === claim.id))
    .map(({ id, verdict, published, reproduced, tolerance, reason }) =>
      `claim ${id}: ${verdict}, no finding on record: published ${published}, ` +
      (reason ?? `reproduced ${reproduced}, tolerance ${tolerance}`)
    );
}

/** A claim that turned, came or went, in a line. */
export function turnedText({ id, before, after, ...values }: ClaimChange): string {
  if (before === "recorded") return `claim ${id}: gone; the earlier result has it on record`;
  if (before === "absent") {
    const value = values.reproducedAfter === "" ? "" : ` (${values.reproducedAfter})`;
    return `claim ${id}: new, ${after}${value}, no finding on record`;
  }
  const { reproducedBefore, reproducedAfter } = values;
  const was = reproducedBefore === "" ? before : `${before} (${reproducedBefore})`;
  const is = reproducedAfter === "" ? after : `${after} (${reproducedAfter})`;
  return `claim ${id}: ${was} → ${is}`;
}

/** What changed, in words: `3 cells of results/a/b.csv`. */
function changeSummary(comparison: Extract<Comparison, { kind: "changed" }>): string {
  const { csv, diff, claims } = comparison;
  const count = (n: number, what: string) => n === 0 ? [] : [`${n} ${what}${n === 1 ? "" : "s"}`];
  const parts = [
    ...count(diff.cells.length, "cell"),
    ...count(diff.rowsAdded.length + diff.rowsRemoved.length, "row"),
    ...count(diff.columnsAdded.length + diff.columnsRemoved.length, "column"),
    ...(diff.reordered ? ["the order of rows"] : []),
    ...(diff.columnsReordered ? ["the order of columns"] : []),
  ];
  const known = claims.every(({ before, after }) => before !== "absent" && after !== "absent");
  const how = known ? "turned" : "turned, came or went";
  const turned = claims.length === 0 ? "" : `; ${count(claims.length, "claim").join("")} ${how}`;
  return `${parts.join(", ") || "no number"} of ${csv} changed${turned}`;
}

/** One scenario's differences in lines; none if there are none. */
export function differenceLines(checked: CheckedScenario, most = 20): string[] {
  const { comparison } = checked;
  if (comparison === undefined || comparison.kind === "same") return [];
  if (comparison.kind !== "changed") return [comparison.reason];
  const { diff, claims, since } = comparison;
  return [
    changeSummary(comparison),
    ...(since === undefined ? [] : [`since then ${since}`]),
    ...claims.map(turnedText),
    ...diffText(diff, most),
  ];
}

/** The sentence under which all stands. */
export function verdictText(checked: readonly CheckedScenario[]): string {
  const compared = checked.filter(({ comparison }) => comparison !== undefined);
  const failed = checked.filter(({ problems }) => problems.length > 0).length;
  const gone = compared.filter(({ comparison }) => comparison?.kind === "gone").length;
  const changed = compared.filter(differs).length - gone;
  const n = checked.length - gone;
  const scenarios = (k: number) => `${k} ${k === 1 ? "scenario" : "scenarios"}`;
  const parts: string[] = [];
  if (failed > 0) parts.push(`${scenarios(failed)} failed`);
  if (compared.length > 0) {
    const same = compared.length - gone - changed;
    parts.push(changed === 0 ? `all ${same} as before` : `${changed} changed, ${same} as before`);
    if (gone > 0) parts.push(`${gone} earlier ${gone === 1 ? "result has" : "results have"} none`);
  }
  return parts.length === 0 ? `${scenarios(n)} run.` : `${scenarios(n)}: ${parts.join("; ")}.`;
}

/** Most cells that a summary shows of one scenario: a page that nobody scrolls helps nobody. */
const MOST_CELLS = 20;

/** A summary for a pull request. `hint` says how to accept the new numbers. */
export function regressionMarkdown(checked: readonly CheckedScenario[], hint: string): string {
  const claims = checked.flatMap((scenario) => scenario.claims);
  const met = claims.filter(({ verdict }) => verdict === "met").length;
  const parts = [
    heading(2, "wherewhen"),
    `${verdictText(checked)} ${met} of ${claims.length} claims met.`,
  ];
  const rows = checked.map((scenario) => {
    const of = scenario.claims.length;
    const good = scenario.claims.filter(({ verdict }) => verdict === "met").length;
    return [cellText(scenario.id), stateOf(scenario), of === 0 ? "" : `${good} of ${of}`];
  });
  parts.push(markdownTable(["scenario", "numbers", "claims met"], rows));
  for (const scenario of checked) parts.push(...detailsOf(scenario));
  if (checked.some(differs)) parts.push(hint);
  return `${parts.join("\n\n")}\n`;
}

function stateOf({ problems, comparison }: CheckedScenario): string {
  if (problems.length > 0) return "**failed**";
  switch (comparison?.kind) {
    case "same":
      return "as before";
    case "none":
      return "**nothing to compare with**";
    case "gone":
      return "**no scenario any more**";
    case "changed":
      return "**changed**";
    default:
      return "run";
  }
}

function detailsOf(scenario: CheckedScenario): string[] {
  const { id, title, problems, comparison } = scenario;
  const parts = problems.map((problem) => `- ${cellText(problem)}`);
  if (comparison?.kind === "none" || comparison?.kind === "gone") {
    parts.push(`- ${cellText(comparison.reason)}`);
  }
  parts.push(...unmetLines(scenario).map((line) => `- ${cellText(line)}`));
  const sections: string[] = parts.length === 0 ? [] : [parts.join("\n")];
  if (comparison?.kind === "changed") {
    const { diff, claims, since } = comparison;
    sections.push(
      cellText(changeSummary(comparison)) +
        (since === undefined ? "." : `. Since then ${cellText(since)}.`),
    );
    if (claims.length > 0) {
      sections.push(claims.map((claim) => `- **${cellText(turnedText(claim))}**`).join("\n"));
    }
    const others = diffText({ ...diff, cells: [] }, MOST_CELLS);
    if (others.length > 0) sections.push(others.map((line) => `- ${cellText(line)}`).join("\n"));
    if (diff.cells.length > 0) sections.push(cellsTable(diff));
  }
  return sections.length === 0 ? [] : [heading(3, `${id}: ${title}`), ...sections];
}

function cellsTable(diff: TableDiff): string {
  const size = ({ share, change }: TableDiff["cells"][number]) =>
    Math.abs(share ?? change ?? Infinity);
  const largest = diff.cells.toSorted((a, b) => size(b) - size(a) || 0);
  const rows = largest.slice(0, MOST_CELLS).map((cell) => {
    const words = changeText(cell).slice(cell.row.length + 2 + cell.column.length + 1);
    return [cellText(cell.row), cellText(cell.column), cellText(words)];
  });
  const rest = largest.length - rows.length;
  return markdownTable(["row", "column", "before → after"], rows) +
    (rest > 0 ? `\n\nand ${rest} more cells` : "");
}
