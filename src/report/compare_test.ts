import assert from "node:assert/strict";
import type { ClaimResult } from "../claims/mod.ts";
import { type ComparedScenario, compareJson, compareMarkdown, compareText, tally } from "./mod.ts";
import { CLAIM } from "./testing.ts";

const claim = (changes: Partial<ClaimResult> = {}): ClaimResult => ({
  ...CLAIM,
  says: "The benefit reaches 71.94 %",
  ...changes,
});

const scenarios: ComparedScenario[] = [
  {
    id: "freshen/fig-4.6",
    title: "Warming a connection",
    source: "Dissertation, Figure 4.6",
    claims: [
      claim(),
      claim({
        id: "alike",
        says: "Small files | alike\n<b>",
        verdict: "not met",
        tolerance: "printed",
        basis: "calibrated",
        calibrated_on: "table 1",
        note: "read without connect",
      }),
      claim({ id: "none", verdict: "cannot be evaluated", reason: "the measure gave no row" }),
    ],
  },
  { id: "freshen/fig-4.5", title: "Cloud", claims: [], missing: "it has not been run" },
];

Deno.test("the tally counts verdicts and what they rest on", () => {
  assert.deepEqual(tally(scenarios), {
    claims: 3,
    met: 1,
    not_met: 1,
    not_evaluated: 1,
    predicted_met: 1,
    predicted: 2,
    calibrated_met: 0,
    calibrated: 1,
  });
});

Deno.test("COMPARISON.md shows each claim in a row, markup in texts escaped", () => {
  const text = compareMarkdown(scenarios);
  assert.match(text, /^# Published and reproduced\n/);
  assert.ok(text.includes(
    "1 of 3 claims met, 1 not met, 1 not evaluated (met: 1 of 2 predicted, 0 of 1 calibrated).",
  ));
  assert.ok(
    text.includes("## freshen/fig-4.6: Warming a connection\n\nSource: Dissertation, Figure 4.6\n"),
  );
  assert.ok(text.includes(
    "| The benefit reaches 71.94 % | 71.94 % | 70.10 % | -1.84 points | 5 points | met | predicted |  |",
  ));
  assert.ok(text.includes(
    "| Small files \\| alike &lt;b> | 71.94 % | 70.10 % | -1.84 points | half a printed digit | " +
      "**not met** | calibrated on table 1 | read without connect |",
  ));
  assert.ok(text.includes("**cannot be evaluated** | predicted | the measure gave no row |"));
  assert.ok(text.includes("**No current result:** it has not been run"));
  const tables = text.split("\n").filter((line) => line.startsWith("|"));
  for (const line of tables) assert.equal(line.split(/(?<!\\)\|/).length, 10, line);
});

Deno.test("the terminal sees verdict, both values, basis and reading", () => {
  const text = compareText(scenarios, (kind, t) => kind === "bad" ? `!${t}!` : t);
  assert.equal(
    text.split("\n").slice(0, 6).join("\n"),
    `freshen/fig-4.6  Warming a connection
  met  The benefit reaches 71.94 % [largest]
    published 71.94 %, reproduced 70.10 %, -1.84 points; tolerance 5 points; predicted
  !not met!  Small files | alike
<b> [alike]
    published 71.94 %, reproduced 70.10 %, -1.84 points; tolerance half a printed digit; calibrated on table 1`,
  );
});

Deno.test("as data it survives JSON", () => {
  const data = compareJson(scenarios);
  assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
});

Deno.test("an order, a trend and a bound have no printed digit to be half a step from", () => {
  const [first] = scenarios.flatMap(({ claims }) => claims);
  assert.ok(first !== undefined);
  const shown = (kind: typeof first.kind, published: string) =>
    compareMarkdown([{
      id: "a/b",
      title: "T",
      claims: [{ ...first, kind, published, tolerance: "printed" }],
    }]).includes("| half a printed digit |");
  assert.deepEqual(
    [
      shown("value", "8.0"),
      shown("trend", "rising"),
      shown("ordering", "a < b"),
      shown("value", "> 90 %"),
    ],
    [true, false, false, false],
  );
});
