import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { figureSchema, renderSvg } from "./mod.ts";
import { SMALL } from "./testing/small.ts";

/** Numbers to three decimals: what a reader sees, not the last bit of it. */
function rounded(svg: string): string {
  return svg.replace(/-?\d+\.\d{4,}/g, (n) => String(Math.round(Number(n) * 1000) / 1000));
}

for (const small of SMALL) {
  Deno.test(`the picture of kind ${small.id} is as it was when last looked at`, () => {
    const { svg, warnings } = renderSvg(small.table, figureSchema.parse(small.figure), small);
    assert.deepEqual(warnings, small.id === "bars" ? ["1 bars are cut at 100"] : []);
    const golden = join(import.meta.dirname as string, "testing", "golden", `${small.id}.svg`);
    const drawn = rounded(svg);
    if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(golden, drawn);
    assert.ok(existsSync(golden), `no golden for ${small.id}: run with UPDATE_GOLDEN=1, then look`);
    if (drawn === readFileSync(golden, "utf8")) return;
    const changed = join(mkdtempSync(join(tmpdir(), "figures-")), `${small.id}-changed.svg`);
    writeFileSync(changed, drawn);
    assert.fail(
      `${small.id}.svg changed; the new one is at ${changed}. If it is meant and looks right, ` +
        `run the tests with UPDATE_GOLDEN=1`,
    );
  });
}
