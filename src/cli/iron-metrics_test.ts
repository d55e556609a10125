import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCsv } from "../table/mod.ts";
import { inFolder, wherewhen } from "./testing.ts";

const PYTHON = fileURLToPath(new URL("../iron/metrics/fixtures/python", import.meta.url));

Deno.test("iron metrics prints Table 7.1, Figures 7.4 and 7.5 of the bundled designs", async () => {
  const { code, out, err } = await wherewhen("iron", "metrics");
  assert.equal(code, 0, err);
  for (
    const text of ["Table 7.1", "Figure 7.4", "Figure 7.5", "Average decrease over 27 designs"]
  ) {
    assert.ok(out.includes(text), text);
  }
  // The published averages, taken from the published values by the same code.
  assert.match(out, /SLOC \(pygount and radon\): .*\(published 31\.44, 25\.53 %\)/);
  assert.match(out, /Halstead vocabulary: .*\(published 4\.59, 23\.32 %\)/);
  assert.match(out, /Halstead effort: .*\(published 179\.97, 24\.83 %\)/);
});

Deno.test("iron metrics measures a checkout of Python designs, with nothing published beside", async () => {
  const { code, out } = await wherewhen("iron", "metrics", PYTHON, "--json");
  assert.equal(code, 0);
  const { designs, summary, published } = JSON.parse(out);
  assert.deepEqual(designs.map((d: { design: string }) => d.design), [
    "constructs",
    "crlf",
    "scale",
  ]);
  assert.equal(designs[2].before.sloc, 29);
  assert.equal(summary.designs, 3);
  assert.equal(published, undefined);
});

Deno.test("iron metrics --out draws the figures of a checkout; --csv feeds a scenario", async () => {
  await inFolder(async (folder) => {
    const drawn = await wherewhen("iron", "metrics", PYTHON, "--out", folder, "--csv");
    assert.equal(drawn.code, 0, drawn.err);
    for (const name of ["table-7.1", "fig-7.4", "fig-7.5"]) {
      for (const extension of ["csv", "png", "svg"]) {
        assert.ok(existsSync(join(folder, "iron", `${name}.${extension}`)), `${name}.${extension}`);
      }
    }
    writeFileSync(join(folder, "mine.csv"), drawn.out);
    writeFileSync(
      join(folder, "mine.yaml"),
      "id: mine/metrics\ntitle: Mine\nsource: none\nexperiment: iron/source-metrics\n" +
        "hardware: ryzen-7040\nparameters: { measured: mine.csv }\n",
    );
    const ran = await wherewhen("run", join(folder, "mine.yaml"), "--print");
    assert.equal(ran.code, 0, ran.err);
    const { rows } = readCsv(ran.out);
    assert.deepEqual(rows.map(({ sloc }) => sloc), readCsv(drawn.out).rows.map(({ sloc }) => sloc));
    assert.match(
      readFileSync(join(folder, "iron", "fig-7.4.csv"), "utf8"),
      /^design,sloc_before,sloc_after,/,
    );
  });
});

Deno.test("iron metrics refuses what it cannot measure, with the documented exit codes", async () => {
  await inFolder(async (folder) => {
    const refused = async (args: string[], code: number, message: RegExp) => {
      const ran = await wherewhen("iron", "metrics", ...args);
      assert.equal(ran.code, code, ran.err);
      assert.match(ran.err, message);
      assert.equal(ran.out, "");
    };
    await refused([join(folder, "none")], 2, /there is no folder .*none/);
    await refused(["--before", "a"], 2, /--before and --after need a DIR/);
    await refused(["--csv", "--json"], 2, /--csv and --json exclude each other/);
    cpSync(PYTHON, folder, { recursive: true });
    writeFileSync(join(folder, "after", "scale.py"), "def f(:\n  return\n");
    await refused([folder], 5, /after.scale\.py:1:\d+: .*\n.*1 of 3 designs cannot be measured/);
    writeFileSync(join(folder, "after", "scale.py"), Uint8Array.of(0xff));
    await refused([folder], 5, /scale\.py is not UTF-8 text/);
    mkdirSync(join(folder, "before", "more"));
    writeFileSync(join(folder, "before", "more", "b.py"), "");
    await refused([folder], 2, /only .*before has more\/b\.py/);
  });
});
