/**
 * Results as JUnit XML, the form that CI systems show tests in: a suite for each scenario, in it a case
 * for its runs, one for its numbers and one for each claim.
 */
import type { ClaimResult } from "../claims/mod.ts";
import { type CheckedScenario, differenceLines, turnedText } from "./regression.ts";
import { element, xmlText } from "./xml.ts";

interface Case {
  readonly name: string;
  readonly kind: "passed" | "failure" | "error" | "skipped";
  /** In a line; then in full. */
  readonly message?: string;
  readonly text?: string;
  readonly seconds?: number;
}

function casesOf(checked: CheckedScenario): Case[] {
  const { problems, comparison, claims } = checked;
  const failed = problems.length > 0;
  const cases: Case[] = comparison?.kind === "gone" ? [] : [{
    name: "runs",
    seconds: checked.milliseconds / 1000,
    ...(failed
      ? { kind: "error", message: problems[0] as string, text: problems.join("\n") }
      : { kind: "passed" }),
  }];
  if (comparison !== undefined) {
    // Claims have cases of their own.
    const claimsAlone = comparison.kind === "changed" && comparison.diff.equal &&
      comparison.claims.every(({ after }) => after !== "met");
    const lines = claimsAlone ? [] : differenceLines(checked);
    cases.push({
      name: `numbers as in ${comparison.csv}`,
      ...(lines.length > 0
        ? { kind: "failure", message: lines[0] as string, text: lines.join("\n") }
        : { kind: "passed" }),
    });
  } else if (failed) cases.push({ name: "numbers", kind: "skipped", message: "the runs failed" });
  const turned = comparison?.kind === "changed" ? comparison.claims : [];
  return [
    ...cases,
    ...claims.map((claim) =>
      claimCase(claim, turned.find(({ id }) => id === claim.id), comparison !== undefined)
    ),
    ...turned.filter(({ after }) => after === "absent").map((change): Case => ({
      name: `claim ${change.id}`,
      kind: "failure",
      message: turnedText(change),
    })),
  ];
}

function claimCase(
  claim: ClaimResult,
  turned: Parameters<typeof turnedText>[0] | undefined,
  compared: boolean,
): Case {
  const name = `claim ${claim.id}: ${claim.says}`;
  const values = `published ${claim.published}, reproduced ${claim.reproduced || "nothing"}; ` +
    `tolerance ${claim.tolerance}${claim.reason === undefined ? "" : `; ${claim.reason}`}`;
  if (turned !== undefined && claim.verdict !== "met") {
    return { name, kind: "failure", message: turnedText(turned), text: values };
  }
  if (claim.verdict === "met") return { name, kind: "passed", text: values };
  if (claim.finding === undefined && compared) {
    const message = `${claim.verdict}, which is no change; no finding on record`;
    return { name, kind: "skipped", message, text: values };
  }
  if (claim.finding === undefined) {
    return { name, kind: "failure", message: `${claim.verdict}: ${values}` };
  }
  const message = `${claim.verdict}, with a finding on record: ${claim.finding}`;
  return { name, kind: "skipped", message, text: values };
}

function caseXml(suite: string, { name, kind, message, text, seconds }: Case): string {
  const inside = text === undefined ? [] : [xmlText(text)];
  const content = kind === "passed"
    ? inside.length === 0 ? [] : [element("system-out", {}, inside)]
    : [element(kind, { message, type: kind === "skipped" ? undefined : kind }, inside)];
  const time = seconds === undefined ? undefined : seconds.toFixed(3);
  return element("testcase", { classname: suite, name, time }, content);
}

/** The report as a document; scenarios in their order. */
export function junitXml(checked: readonly CheckedScenario[]): string {
  const suites = checked.map((scenario) => ({ scenario, cases: casesOf(scenario) }));
  const counts = (cases: readonly Case[]) => ({
    tests: cases.length,
    failures: cases.filter(({ kind }) => kind === "failure").length,
    errors: cases.filter(({ kind }) => kind === "error").length,
    skipped: cases.filter(({ kind }) => kind === "skipped").length,
  });
  const seconds = (of: readonly CheckedScenario[]) =>
    (of.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000).toFixed(3);
  const body = suites.map(({ scenario, cases }) =>
    element(
      "testsuite",
      { name: scenario.id, ...counts(cases), time: seconds([scenario]) },
      ["", ...cases.map((one) => caseXml(scenario.id, one)), ""],
    )
  );
  // No `skipped` here: Jenkins' schema (xunit-plugin, junit-10.xsd) has it for a suite only.
  const { skipped: _, ...sums } = counts(suites.flatMap(({ cases }) => cases));
  const all = { ...sums, time: seconds(checked) };
  const document = element("testsuites", { name: "wherewhen", ...all }, ["", ...body, ""]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document}\n`;
}
