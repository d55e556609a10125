import assert from "node:assert/strict";
import { differenceLines, differs, regressionMarkdown, unmetLines, verdictText } from "./mod.ts";
import { CHANGED, CLAIM, FAILED, NEW, SAME } from "./testing.ts";

Deno.test("only a result that is there and equal is as before", () => {
  assert.deepEqual([CHANGED, SAME, FAILED, NEW].map(differs), [true, false, false, true]);
  assert.equal(
    verdictText([CHANGED, SAME, FAILED, NEW]),
    "4 scenarios: 1 scenario failed; 2 changed, 1 as before.",
  );
  assert.equal(verdictText([SAME]), "1 scenario: all 1 as before.");
});

Deno.test("the lines name the CSV, the reason, the claim that turned and each cell", () => {
  assert.deepEqual(differenceLines(CHANGED), [
    "1 cell of results/freshen/fig-4.6.csv changed; 1 claim turned",
    "since then the model's source changed",
    "claim largest: met (70.10 %) → not met (60 %)",
    "size=2: ms 20 → 21 (+5 %)",
  ]);
  assert.deepEqual(differenceLines(SAME), []);
});

Deno.test("a claim that is not met and has no finding is named, unless it turned", () => {
  assert.deepEqual([CHANGED, SAME, FAILED, NEW].map((one) => unmetLines(one).length), [0, 0, 0, 0]);
  const unmet = { ...SAME, claims: [{ ...CLAIM, verdict: "not met" as const }] };
  const line = "claim largest: not met, no finding on record: published 71.94 %, " +
    "reproduced 70.10 %, tolerance 5 points";
  assert.deepEqual(unmetLines(unmet), [line]);
  assert.ok(regressionMarkdown([unmet], "").includes(`- ${line}`));
  const claims = [{ ...CLAIM, verdict: "cannot be evaluated" as const, reason: "no rows" }];
  assert.match(unmetLines({ ...SAME, claims })[0] as string, /published 71\.94 %, no rows$/);
});

Deno.test("the Markdown summary has a row for each scenario and a table of changed cells", () => {
  const text = regressionMarkdown([CHANGED, SAME, FAILED, NEW], "Run it again.");
  assert.ok(text.includes("| freshen/fig-4.6 | **changed** | 0 of 1 |"), text);
  assert.ok(text.includes("| freshen/fig-4.5 | as before | 1 of 2 |"));
  assert.ok(text.includes("| my/own | **failed** |  |"));
  assert.ok(text.includes("| my/new | **nothing to compare with** |  |"));
  assert.ok(text.includes("- **claim largest: met (70.10 %) → not met (60 %)**"));
  assert.ok(text.includes("| size=2 | ms | 20 → 21 (+5 %) |"));
  assert.ok(text.includes("- rtt=5, seed 1: no host &lt;a> &amp; b"));
  assert.ok(text.endsWith("Run it again.\n"));
  assert.ok(!regressionMarkdown([SAME], "Run it again.").includes("Run it again."));
});

Deno.test("a thousand changed cells are counted, and the largest shown", () => {
  const cells = Array.from({ length: 1000 }, (_, i) => ({
    row: `x=${i}`,
    column: "ms",
    before: 1,
    after: 1 + i,
    change: i,
    share: i,
  }));
  const { comparison } = CHANGED;
  assert.ok(comparison?.kind === "changed");
  const many = {
    ...CHANGED,
    comparison: { ...comparison, diff: { ...comparison.diff, cells } },
  };
  const text = regressionMarkdown([many], "");
  assert.ok(text.includes("and 980 more cells"));
  assert.ok(text.includes("| x=999 | ms | 1 → 1000 (+99900 %) |"));
  assert.ok(text.length < 4000);
});
