import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inFolder, wherewhen } from "./testing.ts";

const SCENARIO = `id: my/quick
title: A quick one
experiment: hardware/cpu-quota
hardware: two-core-vm
parameters: { trace: jobs.csv, threads: 1, phases: 1 }
sweep: { quota: [20ms, 50ms] }
claims:
  - id: fast
    says: A quota of 50 ms answers within 4 ms
    published: 4 ms
    kind: value
    measure: SELECT max(mean_ms) FROM result WHERE quota_ms = 50
    tolerance: 1 ms
    basis: predicted
    finding: So that only a turn fails.
`;
const jobs = (work: number) =>
  Array.from({ length: 40 }, (_, i) => `${i * 30},${work + i % 5}`).join("\n") + "\n";

/** A folder with a scenario and its earlier results in `old`. */
async function withEarlier(use: (at: (name: string) => string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    writeFileSync(at("jobs.csv"), jobs(2));
    writeFileSync(at("quick.yaml"), SCENARIO);
    const made = await wherewhen("run", at("quick.yaml"), "--out", at("old"), "-j", "1");
    assert.equal(made.code, 0, made.err);
    await use(at);
  });
}

const REPORTS = (at: (name: string) => string) => [
  ...["--compare", at("old"), "--out", at("new"), "-j", "1"],
  ...["--junit", at("junit.xml"), "--summary", at("summary.md")],
];

Deno.test("run --compare passes when every number is as before, and says little off a terminal", async () => {
  await withEarlier(async (at) => {
    const { code, err } = await wherewhen("run", at("quick.yaml"), ...REPORTS(at));
    assert.equal(code, 0, err);
    assert.match(err, /1 scenario: all 1 as before\.\n$/);
    assert.ok(err.trim().split("\n").length <= 4, err);
    assert.match(readFileSync(at("junit.xml"), "utf8"), /failures="0" errors="0"/);
    assert.match(readFileSync(at("summary.md"), "utf8"), /\| my\/quick \| as before \| 1 of 1 \|/);
  });
});

Deno.test("run --compare fails on a changed number, with cell, amount, cause and turned claim", async () => {
  await withEarlier(async (at) => {
    const before = readFileSync(at("old/my/quick.csv"), "utf8");
    writeFileSync(at("jobs.csv"), jobs(9));
    const { code, err } = await wherewhen("run", at("quick.yaml"), ...REPORTS(at));
    assert.equal(code, 6, err);
    const xml = readFileSync(at("junit.xml"), "utf8");
    const summary = readFileSync(at("summary.md"), "utf8");
    assert.match(xml, /failures="2"/);
    for (const text of [err, xml, summary.replaceAll("\\", "")]) {
      assert.match(text, /cells of \S*old\/my\/quick\.csv changed; 1 claim turned/);
      assert.match(text, /claim fast: met \([\d.]+ ms\) → not met \([\d.]+ ms\)/);
      assert.match(text, /mean_ms\D+[\d.]+ → [\d.]+ \(\+[\d.]+ %\)/);
      assert.match(text, /the scenario changed: inputs/);
    }
    assert.equal(readFileSync(at("old/my/quick.csv"), "utf8"), before, "the earlier result stays");
    assert.ok(existsSync(at("new/my/quick.csv")));
  });
});

Deno.test("one edited cell of the earlier CSV is found; --tolerance lets a small one pass", async () => {
  await withEarlier(async (at) => {
    const csv = at("old/my/quick.csv");
    const lines = readFileSync(csv, "utf8").split("\n");
    const column = (lines[0] as string).split(",").indexOf("mean_ms");
    const cells = (lines[1] as string).split(",");
    cells[column] = String(Number(cells[column]) * 1.001);
    lines[1] = cells.join(",");
    writeFileSync(csv, lines.join("\n"));
    const strict = await wherewhen("run", at("quick.yaml"), ...REPORTS(at), "--json");
    assert.equal(strict.code, 6);
    assert.match(
      strict.err,
      /1 cell of \S+ changed\n +quota_ms=20: mean_ms \S+ → \S+ \(-0\.0999 %\)/,
    );
    assert.equal(JSON.parse(strict.out).comparisons[0].diff.cells.length, 1);
    const loose = await wherewhen("run", at("quick.yaml"), ...REPORTS(at), "--tolerance", "0.2%");
    assert.equal(loose.code, 0, loose.err);
  });
});

Deno.test("no earlier result, a damaged one, or no folder of them is not a pass", async () => {
  await withEarlier(async (at) => {
    renameSync(at("old/my/quick.csv"), at("old/my/other.csv"));
    const missing = await wherewhen("run", at("quick.yaml"), ...REPORTS(at));
    assert.equal(missing.code, 6);
    assert.match(missing.err, /there is no \S+quick\.csv to compare with/);
    writeFileSync(at("old/my/quick.csv"), 'a,b\n1,"2\n');
    assert.equal((await wherewhen("run", at("quick.yaml"), ...REPORTS(at))).code, 6);
    rmSync(at("old/my/quick.csv"));
    writeFileSync(at("secret.csv"), "secret\n1\n");
    symlinkSync(at("secret.csv"), at("old/my/quick.csv"));
    const link = await wherewhen("run", at("quick.yaml"), ...REPORTS(at));
    assert.equal(link.code, 6);
    assert.match(link.err, /is a link out of/);
    rmSync(at("old"), { recursive: true });
    const none = await wherewhen("run", at("quick.yaml"), ...REPORTS(at));
    assert.equal(none.code, 2);
    assert.match(none.err, /--compare \S+old: there is no such folder/);
  });
});

Deno.test("results are never written over those that they are compared with", async () => {
  await withEarlier(async (at) => {
    const { code, err } = await wherewhen(
      ...["run", at("quick.yaml"), "--compare", at("old"), "--out", at("./old/")],
    );
    assert.equal(code, 2);
    assert.match(err, /write over/);
  });
});

Deno.test("a claim that is not met and has no finding is named even quietly; it fails where nothing is compared", async () => {
  await withEarlier(async (at) => {
    const text = SCENARIO.replace("published: 4 ms", "published: 90 ms")
      .replace(/ {4}finding: .*\n/, "");
    writeFileSync(at("quick.yaml"), text);
    const { code, err } = await wherewhen("run", at("quick.yaml"), ...REPORTS(at), "--quiet");
    assert.equal(code, 0, err);
    const alone = await wherewhen("run", at("quick.yaml"), "--out", at("new"), "--quiet");
    assert.equal(alone.code, 4, alone.err);
    assert.match(alone.err, /not met: my\/quick: claim fast:/);
    assert.match(err, /not met: my\/quick: claim fast: not met, no finding on record: published/);
    assert.match(readFileSync(at("summary.md"), "utf8"), /as before \| 0 of 1[\s\S]*- claim fast:/);
  });
});

Deno.test("a claim that came and is not met, or went, is a change; one with a finding or met is none", async () => {
  await withEarlier(async (at) => {
    const more = (published: string, finding = "") =>
      SCENARIO + SCENARIO.slice(SCENARIO.indexOf("  - id: fast")).replace("fast", "slow")
        .replace("published: 4 ms", `published: ${published}`).replace(
          / {4}finding: .*\n/,
          finding,
        );
    const compared = async (text: string) => {
      writeFileSync(at("quick.yaml"), text);
      return await wherewhen("run", at("quick.yaml"), ...REPORTS(at));
    };
    const came = await compared(more("90 ms"));
    assert.equal(came.code, 6, came.err);
    assert.match(came.err, /claim slow: new, not met \([\d.]+ ms\), no finding on record/);
    assert.match(readFileSync(at("junit.xml"), "utf8"), /failures="1"/);
    assert.match(readFileSync(at("summary.md"), "utf8"), /claim slow: new, not met/);
    assert.equal((await compared(more("90 ms", "    finding: It is known.\n"))).code, 0);
    assert.equal((await compared(more("4 ms"))).code, 0);
    const went = await compared(SCENARIO.slice(0, SCENARIO.indexOf("claims:")));
    assert.equal(went.code, 6, went.err);
    assert.match(went.err, /claim fast: gone; the earlier result has it on record/);
    // What a change is, the earlier results say: made again, they know the claim.
    writeFileSync(at("quick.yaml"), more("90 ms"));
    await wherewhen("run", at("quick.yaml"), "--out", at("old"), "-j", "1");
    assert.equal((await compared(more("90 ms"))).code, 0);
  });
});

Deno.test("an earlier result without a scenario is told where a folder or a pattern covers it", async () => {
  await withEarlier(async (at) => {
    mkdirSync(at("in"));
    for (const name of ["jobs.csv", "quick.yaml"]) renameSync(at(name), at(`in/${name}`));
    for (const end of [".csv", ".manifest.json"]) {
      copyFileSync(at(`old/my/quick${end}`), at(`old/my/late${end}`));
    }
    const folder = await wherewhen("run", at("in"), ...REPORTS(at));
    assert.equal(folder.code, 6, folder.err);
    assert.match(
      folder.err,
      /changed: my\/late: \S+late\.csv is there, and no scenario my\/late any/,
    );
    assert.match(folder.err, /1 scenario: all 1 as before; 1 earlier result has none\.\n$/);
    assert.match(readFileSync(at("junit.xml"), "utf8"), /name="my\/late" tests="1" failures="1"/);
    assert.match(readFileSync(at("summary.md"), "utf8"), /\| my\/late \| \*\*no scenario any more/);
    const file = await wherewhen("run", at("in/quick.yaml"), ...REPORTS(at));
    assert.equal(file.code, 0, file.err);
  });
});

Deno.test("an option that belongs to another one is refused without it, never ignored", async () => {
  await withEarlier(async (at) => {
    const wrong = [
      ["--tolerance", "1%"],
      ["--trace-run", "2"],
      ["--trace", at("t.json"), "--compare", at("old")],
      ["--trace", at("t.json"), "--print"],
      ["--compare", at("old"), "--print"],
      ["--out", ""],
      ["--junit", " "],
    ];
    for (const args of wrong) {
      const { code, err } = await wherewhen("run", at("quick.yaml"), ...args);
      assert.equal(code, 2, `${args}: ${err}`);
      assert.match(err, /^error: /);
    }
    assert.ok(!existsSync(at("t.json")));
  });
});
