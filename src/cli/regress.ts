/** `run --compare`: results beside earlier ones, and the reports that CI systems read. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Baseline,
  loadCatalogue,
  OutputError,
  readBaseline,
  type RunOutcome,
  writeFileAtomic,
} from "../experiment/mod.ts";
import {
  type CheckedScenario,
  type ClaimChange,
  type Comparison,
  diffClaims,
  differenceLines,
  differs,
  diffTables,
  isNews,
  junitXml,
  regressionMarkdown,
  unmetLines,
  verdictText,
} from "../report/mod.ts";
import type { ClaimResult } from "../claims/mod.ts";
import { CsvError } from "../table/mod.ts";
import { builtModelVersion } from "./draw.ts";
import { CommandError, Exit } from "./exit.ts";
import type { Loaded } from "./load.ts";
import type { Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Options of `run` about earlier results and reports. */
export interface RegressOptions {
  /** Folder with the earlier results. */
  readonly compare?: string;
  /** Numbers may differ by this share. */
  readonly tolerance?: number;
  /** File for JUnit XML. */
  readonly junit?: string;
  /** File for the Markdown summary. */
  readonly summary?: string;
}

/** Where results go when the earlier ones are compared with and no --out is given. */
export const COMPARE_OUT = "new-results";

/** An earlier result, or why there is none. */
export type Earlier = Baseline | { readonly missing: string };

/** The same folder, by whatever way it is named. */
function sameFolder(a: string, b: string): boolean {
  const real = (path: string) => existsSync(path) ? realpathSync(path) : resolve(path);
  return real(a) === real(b);
}

/**
 * Reads the earlier results before anything runs.
 *
 * @throws {CommandError} usage, if there is no such folder or results would be written over it.
 */
export async function readEarlier(
  loaded: readonly Loaded[],
  folder: string,
  out: string,
): Promise<readonly Earlier[]> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new CommandError(Exit.usage, `--compare ${folder}: there is no such folder`);
  }
  if (sameFolder(folder, out)) {
    throw new CommandError(
      Exit.usage,
      `--out ${out} is the folder of --compare: the run would write over what it is compared ` +
        "with; name another --out",
    );
  }
  const catalogue = await loadCatalogue();
  return loaded.map(({ scenario }): Earlier => {
    const system = catalogue.get(scenario.experiment)?.system as string;
    const versions = { modelVersion: builtModelVersion, tool: `wherewhen ${VERSION}` };
    try {
      const missing = `there is no ${join(folder, `${scenario.id}.csv`)} to compare with`;
      return readBaseline(scenario, system, folder, versions) ?? { missing };
    } catch (error) {
      if (error instanceof CsvError) return { missing: error.message };
      throw error;
    }
  });
}

/** Claims that the earlier result does not know and that nothing excuses, and those it alone knows. */
function cameOrWent(
  { claimsNew, claimsGone }: Baseline,
  now: readonly ClaimResult[],
  turned: readonly ClaimChange[],
): ClaimChange[] {
  const came = now.filter((claim) =>
    isNews(claim) && claimsNew.includes(claim.id) && !turned.some(({ id }) => id === claim.id)
  );
  const neither = { reproducedBefore: "", reproducedAfter: "" };
  return [
    ...came.map(({ id, verdict, reproduced }): ClaimChange => ({
      ...neither,
      id,
      before: "absent",
      after: verdict,
      reproducedAfter: reproduced,
    })),
    ...claimsGone.map((id): ClaimChange => ({
      ...neither,
      id,
      before: "recorded",
      after: "absent",
    })),
  ];
}

function compareOne(
  earlier: Earlier,
  scenario: RunOutcome["scenarios"][number],
  csv: string,
  tolerance: number,
): Comparison | undefined {
  if (scenario.table === undefined) return undefined;
  if ("missing" in earlier) return { kind: "none", csv, reason: earlier.missing };
  const diff = diffTables(earlier.table, scenario.table, { tolerance });
  // A claim that the earlier result cannot tell about has not turned.
  const turned = diffClaims(earlier.claims, scenario.claims).filter((c) => c.before !== "absent");
  const claims = [...turned, ...cameOrWent(earlier, scenario.claims, turned)];
  if (diff.equal && claims.length === 0) return { kind: "same", csv };
  const { since } = earlier;
  return { kind: "changed", csv, diff, claims, ...(since === undefined ? {} : { since }) };
}

/** Each scenario as it ended, beside its earlier result if there is a folder of those. */
export function checkOutcome(
  outcome: RunOutcome,
  earlier: readonly Earlier[] | undefined,
  options: RegressOptions,
): CheckedScenario[] {
  return outcome.scenarios.map((scenario, i) => {
    const { id, title, claims, milliseconds, status } = scenario;
    const comparison = earlier === undefined ? undefined : compareOne(
      earlier[i] as Earlier,
      scenario,
      join(options.compare as string, `${id}.csv`),
      options.tolerance ?? 0,
    );
    const problems = [
      ...scenario.problems,
      ...scenario.failures.map(({ label, message }) => `${label}: ${message}`),
      ...(status === "interrupted" ? ["interrupted"] : []),
    ];
    return {
      id,
      title,
      problems,
      claims,
      milliseconds,
      ...(comparison === undefined ? {} : { comparison }),
    };
  });
}

/**
 * Prints the differences and writes the reports.
 *
 * @returns whether any scenario's numbers are not the earlier ones.
 */
export function reportChecks(
  terminal: Terminal,
  checked: readonly CheckedScenario[],
  options: RegressOptions,
): boolean {
  for (const scenario of checked.filter(differs)) {
    terminal.alert(
      `${terminal.style("red", "changed:")} ${terminal.style("bold", scenario.id)}: ` +
        differenceLines(scenario).join("\n  "),
    );
  }
  const unmet = checked.flatMap((scenario) =>
    unmetLines(scenario).map((line) => `${terminal.style("bold", scenario.id)}: ${line}`)
  );
  for (const line of unmet) terminal.alert(`${terminal.style("red", "not met:")} ${line}`);
  if (unmet.length > 0) {
    terminal.alert("Claims that are not met need a `finding:` that says why (docs/claims.md).");
  }
  if (options.compare !== undefined) terminal.note(verdictText(checked));
  const hint =
    "If the new numbers are meant: run `wherewhen reproduce`, commit `results/` and say " +
    "why under “Changed results” in the changelog.";
  try {
    if (options.junit !== undefined) writeFileAtomic(options.junit, junitXml(checked));
    if (options.summary !== undefined) {
      writeFileAtomic(options.summary, regressionMarkdown(checked, hint));
    }
  } catch (error) {
    if (error instanceof OutputError) throw new CommandError(Exit.usage, error.message);
    throw error;
  }
  return checked.some(differs);
}
