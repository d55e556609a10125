/** Scenarios as they may have ended, for the tests of reports. */
import type { ClaimResult } from "../claims/mod.ts";
import { readCsv } from "../table/mod.ts";
import { diffTables } from "./diff.ts";
import type { CheckedScenario } from "./regression.ts";

/** A claim that is met. */
export const CLAIM: ClaimResult = {
  id: "largest",
  says: "It reaches 71.94 %",
  kind: "value",
  published: "71.94 %",
  reproduced: "70.10 %",
  values: [70.1],
  difference: "-1.84 points",
  tolerance: "5 points",
  verdict: "met",
  basis: "predicted",
};

const before = readCsv("size,ms\n1,10\n2,20\n");
const after = readCsv("size,ms\n1,10\n2,21\n");

/** A number changed, and a claim turned with it. */
export const CHANGED: CheckedScenario = {
  id: "freshen/fig-4.6",
  title: "Warming",
  problems: [],
  milliseconds: 1234,
  claims: [{ ...CLAIM, verdict: "not met", reproduced: "60 %" }],
  comparison: {
    kind: "changed",
    csv: "results/freshen/fig-4.6.csv",
    diff: diffTables(before, after),
    claims: [{
      id: "largest",
      before: "met",
      after: "not met",
      reproducedBefore: "70.10 %",
      reproducedAfter: "60 %",
    }],
    since: "the model's source changed",
  },
};

/** As before; one claim is not met, which is on record. */
export const SAME: CheckedScenario = {
  ...CHANGED,
  id: "freshen/fig-4.5",
  claims: [CLAIM, { ...CLAIM, id: "known", verdict: "not met", finding: "see note" }],
  comparison: { kind: "same", csv: "results/freshen/fig-4.5.csv" },
};

/** A run failed. */
export const FAILED: CheckedScenario = {
  id: "my/own",
  title: "Own",
  problems: ["rtt=5, seed 1: no host <a> & b"],
  milliseconds: 10,
  claims: [],
};

/** There is nothing to compare with. */
export const NEW: CheckedScenario = {
  ...SAME,
  id: "my/new",
  claims: [],
  comparison: { kind: "none", csv: "r/my/new.csv", reason: "there is no r/my/new.csv" },
};
