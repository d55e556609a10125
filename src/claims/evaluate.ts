/** Claims against the tables of a scenario: measured by SQL, then judged. */
import { SqlError, type SqlTables, type Table } from "../table/mod.ts";
import { judgeCrossover } from "./judge-crossover.ts";
import { judgeNumber } from "./judge-number.ts";
import { judgeOrder } from "./judge-order.ts";
import { judgeTrend } from "./judge-trend.ts";
import { type Judgement, Unmeasured } from "./judgement.ts";
import { type ClaimSpec, measureStatement } from "./spec.ts";

/** What a measure gave, kept so that a claim can be judged again without its tables. */
export type Measured =
  | { readonly ok: true; readonly table: Table }
  | { readonly ok: false; readonly reason: string };

/** A claim, judged. */
export interface ClaimResult {
  /** Unique in its scenario. */
  readonly id: string;
  /** The statement, in words. */
  readonly says: string;
  /** What kind of statement it is. */
  readonly kind: ClaimSpec["kind"];
  /** As printed in the publication. */
  readonly published: string;
  /** Written as the published value is; empty if it cannot be evaluated. */
  readonly reproduced: string;
  /** The numbers behind `reproduced`: one, or two ends; none for orders and trends. */
  readonly values: readonly number[];
  /** How far, with sign, or where an order or a trend breaks; empty if there is no distance. */
  readonly difference: string;
  /** As the scenario wrote it; `printed` means half of the last printed digit. */
  readonly tolerance: string;
  /** Within its tolerance or not, or no number to compare. */
  readonly verdict: "met" | "not met" | "cannot be evaluated";
  /** Why it cannot be evaluated. */
  readonly reason?: string;
  /** Whether any parameter was fitted to this very number. */
  readonly basis: ClaimSpec["basis"];
  /** The data that was fitted to. */
  readonly calibrated_on?: string;
  /** How the statement was read. */
  readonly note?: string;
  /** Why it is known not to be met. */
  readonly finding?: string;
}

/** Runs a claim's measure. */
export function measureClaim(claim: ClaimSpec, tables: SqlTables): Measured {
  try {
    return { ok: true, table: tables.query(measureStatement(claim.measure)) };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { ok: false, reason: `the measure fails: ${error.message}` };
  }
}

function judge(claim: ClaimSpec, table: Table): Judgement {
  const { published, tolerance, kind } = claim;
  switch (published.form) {
    case "holds":
      return judgeTruth(table);
    case "order":
      return judgeOrder(published, tolerance, table);
    case "trend":
      return judgeTrend(published, tolerance, table);
    default:
      return kind === "crossover"
        ? judgeCrossover(published, tolerance, table)
        : judgeNumber(published, tolerance, table);
  }
}

function judgeTruth(table: Table): Judgement {
  const { rows, columns } = table;
  if (rows.length !== 1 || columns.length !== 1) {
    throw new Unmeasured(
      `the measure gave ${rows.length} rows of ${columns.length} columns, not one true or false`,
    );
  }
  const cell = rows[0][columns[0]];
  if (cell === null) throw new Unmeasured("the measure gave NULL, neither true nor false");
  if (![0, 1, true, false].includes(cell as number)) {
    throw new Unmeasured(`the measure gave ${JSON.stringify(cell)}, not true (1) or false (0)`);
  }
  const met = cell === 1 || cell === true;
  return { met, reproduced: met ? "yes" : "no", values: [], difference: "" };
}

/** Judges what a measure gave. Never throws: what cannot be judged says why. */
export function judgeClaim(claim: ClaimSpec, measured: Measured): ClaimResult {
  const { id, says, kind, basis } = claim;
  const common = {
    id,
    says,
    kind,
    published: claim.published.text,
    tolerance: claim.tolerance.text,
    basis,
    ...(claim.calibrated_on === undefined ? {} : { calibrated_on: claim.calibrated_on }),
    ...(claim.note === undefined ? {} : { note: claim.note }),
    ...(claim.finding === undefined ? {} : { finding: claim.finding }),
  };
  const unknown = (reason: string): ClaimResult => ({
    ...common,
    reproduced: "",
    values: [],
    difference: "",
    verdict: "cannot be evaluated",
    reason,
  });
  if (!measured.ok) return unknown(measured.reason);
  try {
    const { met, reproduced, values, difference } = judge(claim, measured.table);
    const verdict = met ? "met" : "not met";
    return { ...common, reproduced, values, difference, verdict };
  } catch (error) {
    if (!(error instanceof Unmeasured)) throw error;
    return unknown(error.message);
  }
}

/** Measures and judges. */
export function evaluateClaim(claim: ClaimSpec, tables: SqlTables): ClaimResult {
  return judgeClaim(claim, measureClaim(claim, tables));
}
