import assert from "node:assert/strict";
import type { Row, RunContext } from "../../model/mod.ts";
import { writeCsv } from "../../table/mod.ts";
import { DESIGNS } from "../designs/catalogue.ts";
import { MEASURED_COLUMNS, packedDesigns, summarise } from "./mod.ts";
import { sourceMetrics } from "./source-metrics.ts";

function rows(measured?: string): Row[] {
  const context = {
    parameters: measured === undefined ? {} : { measured: "m.csv" },
    input: () => measured as string,
  } as unknown as RunContext<{ measured?: string }>;
  return [...sourceMetrics.run(context)];
}

const bundled = rows();

Deno.test("the bundled designs are measured in both versions, in the order of Table 7.1", () => {
  assert.deepEqual(
    bundled.filter(({ version }) => version === "before").map(({ design }) => design),
    DESIGNS.map(({ name }) => name),
  );
  assert.equal(bundled.length, 2 * DESIGNS.length);
  for (const row of bundled) {
    assert.deepEqual(Object.keys(row), MEASURED_COLUMNS);
    assert.ok(
      (row["sloc"] as number) > 5 && row["radon_sloc"] as number >= (row["sloc"] as number),
    );
    assert.equal(row["vocabulary"] === 0, row["effort"] === 0);
  }
});

Deno.test("measures written as CSV are read back as they were", () => {
  const csv = writeCsv({ columns: MEASURED_COLUMNS, rows: bundled });
  const again = rows(csv);
  assert.deepEqual(
    again.map(({ design, sloc }) => [design, sloc]),
    bundled.map(({ design, sloc }) => [design, sloc]),
  );
  const short = csv.split("\n").slice(0, 2).join("\n") + "\n";
  const wrong: [text: string, message: RegExp][] = [
    ["a,b\n1,2\n", /m\.csv: has columns a,b; expected number,design,version,sloc/],
    [csv.split("\n")[0] + "\n", /m\.csv: holds no measures/],
    [short, /Copy\(DMA\) has only before; expected before and after/],
    [csv.replace(",before,", ",earlier,"), /row 1: version is "earlier"/],
    [csv.replace(",after,", ",before,"), /row 2: Copy\(DMA\) has two rows for before/],
    [csv.replace(/before,\d+/, "before,-3"), /row 1: sloc is -3; expected a count/],
  ];
  for (const [text, message] of wrong) assert.throws(() => rows(text), message);
});

Deno.test("a binary is given the text of all 54 sources", () => {
  const pack: Record<string, string> = JSON.parse(packedDesigns());
  assert.equal(Object.keys(pack).length, 2 * DESIGNS.length);
  for (const text of Object.values(pack)) assert.match(text, /export function design/);
});

Deno.test("averages are means over designs, and SLOC's also over the two tools", () => {
  const summary = summarise([
    { sloc: [100, 50], radonSloc: [200, 160], vocabulary: [10, 5], effort: [0, 0] },
    { sloc: [10, 10], radonSloc: [20, 20], vocabulary: [8, 10], effort: [40, 10] },
  ]);
  assert.deepEqual(summary, {
    designs: 2,
    slocDecrease: (25 + 20) / 2,
    slocDecreasePercent: (25 + 10) / 2,
    vocabularyDecrease: 1.5,
    vocabularyDecreasePercent: 12.5,
    effortDecrease: 15,
    effortDecreasePercent: 75, // nothing to decrease in the first
  });
});
