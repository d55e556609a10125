/** Mutated scenarios: whatever is written, the answer is a scenario or located errors, quickly. */
import assert from "node:assert/strict";
import process from "node:process";
import fc from "fast-check";
import { HEAD, options, VALID } from "./fixture_test.ts";
import { formatErrors, loadScenario, MAX_RUNS, runCount, settingAt } from "./mod.ts";

// Of processor time: a machine that is busy with something else is no hang.
const LIMIT_MS = 5000;

const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const SEEDS = [
  VALID,
  `${HEAD}parameters: { file_size: 1KB, streams: 2 }
seeds: 1..3
cases:
  - { rtt: 10ms, trace: traces/a.csv }
  - { rtt: 20ms, trace: traces/b.csv, hardware: core-lan }
sweep: { link_rate: [1Gbps, 10Gbps] }
references: { measured: measured.csv }
table: SELECT rtt_ms, total_ms_mean FROM runs
figure:
  kind: panels
  panels:
    - { kind: bars, x: { column: rtt_ms }, y: { column: total_ms_mean } }
`,
  `${HEAD}parameters: &p
  file_size: &size 1KB
  rtt: 5ms
  phases: [&one { threads: 4, lasts: 5ms }, *one]
sweep:
  file_size: [*size, 2KB]
claims:
  - id: rising
    says: it rises
    published: rising
    kind: trend
    measure: SELECT file_size_bytes, total_ms_mean FROM result
    tolerance: 10 %
    basis: calibrated
    calibrated_on: table 3
`,
];

/** Loads it; fails on an exception, a slow answer, or an error that points nowhere. */
async function survives(text: string | Uint8Array): Promise<void> {
  const began = processorTime();
  const loaded = await loadScenario({ file: "s.yaml", text }, options);
  const took = processorTime() - began;
  assert.ok(took < LIMIT_MS, `took ${took} ms`);
  if (loaded.ok) {
    const { scenario } = loaded;
    const count = runCount(scenario);
    assert.ok(count >= 1 && count <= MAX_RUNS);
    assert.match(scenario.id, /^[a-z0-9.-]+\/[a-z0-9.-]+$/);
    assert.ok(!scenario.id.includes(".."));
    settingAt(scenario, 0);
    assert.deepEqual(JSON.parse(JSON.stringify(scenario)).axes, scenario.axes);
    return;
  }
  assert.ok(loaded.errors.length > 0);
  const lines = typeof text === "string" ? text.split("\n").length : Infinity;
  for (const error of loaded.errors) {
    assert.ok(error.line >= 1 && error.column >= 1 && error.length >= 1);
    if (error.file === "s.yaml") assert.ok(error.line <= lines, `line ${error.line} of ${lines}`);
    assert.ok(error.message.length > 5);
  }
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(formatErrors(loaded.errors), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
}

const seed = fc.constantFrom(...SEEDS);
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

Deno.test("any text is answered", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), survives), {
    numRuns: 60,
  });
});

Deno.test("any YAML-like text is answered", async () => {
  const piece = fc.constantFrom(
    ..."{}[],:-?&*!|>%@`#'\" \n\t0aé🙂\u0000\u007f".split(""),
    "\n  ",
    ": ",
    "- ",
    "&a ",
    "*a",
    "<<: ",
    "!!binary ",
    "---\n",
    "...\n",
    "null",
    "1e999",
    ".inf",
    ".nan",
    "0x10",
    "parameters",
    "sweep",
    "seeds",
    "__proto__",
    "constructor",
    "hasOwnProperty",
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
  await fc.assert(fc.asyncProperty(fc.oneof(text, text.map((t) => HEAD + t)), survives), {
    numRuns: 500,
  });
});

Deno.test("a scenario with bytes changed, dropped or added is answered", async () => {
  const change = fc.record({
    at: place,
    drop: fc.nat({ max: 40 }),
    add: fc.uint8Array({ maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(seed, fc.array(change, { minLength: 1, maxLength: 4 }), (text, changes) => {
      let bytes = [...new TextEncoder().encode(text)];
      for (const { at, drop, add } of changes) {
        const from = Math.floor(at * bytes.length);
        bytes = [...bytes.slice(0, from), ...add, ...bytes.slice(from + drop)];
      }
      return survives(Uint8Array.from(bytes));
    }),
    { numRuns: 400 },
  );
});

/** Values that somebody may put in the place of another. */
const hostile = fc.constantFrom(
  "",
  "null",
  "true",
  "-1",
  "0",
  "1e309",
  "-.inf",
  ".nan",
  "9007199254740993",
  "1e30GB",
  "-5ms",
  "5 parsecs",
  "[]",
  "{}",
  "[[]]",
  "{ a: b }",
  "'../../etc/passwd'",
  "/etc/passwd",
  '"\\u0000"',
  '"\\e]0;x\\a"',
  "*one",
  "&x { y: *x }",
  "!!js/function x",
  "'; DROP TABLE runs; --'",
  "SELECT 1",
  "WITH a AS (SELECT 1) SELECT * FROM a",
  "x".repeat(5000),
  `[${Array(200).fill("1KB").join(", ")}]`,
);

Deno.test("a scenario with a value exchanged is answered", async () => {
  await fc.assert(
    fc.asyncProperty(seed, place, hostile, (text, at, value) => {
      const values = [...text.matchAll(/(?<=[:[,-] )[^\s,{}[\]][^\n,{}[\]]*/g)];
      const match = values[Math.floor(at * values.length)] as RegExpMatchArray;
      const start = match.index as number;
      return survives(text.slice(0, start) + value + text.slice(start + match[0].length));
    }),
    { numRuns: 400 },
  );
});

Deno.test("a scenario with a key exchanged is answered", async () => {
  const key = fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "<<",
    "hardware",
    "parameters",
    "",
    "? x",
    "1",
    "~",
    "[a]",
    "'a b'",
    "rtt",
    "file_size",
    "kind",
  );
  await fc.assert(
    fc.asyncProperty(seed, place, key, (text, at, value) => {
      const keys = [...text.matchAll(/[a-z_]+(?=:)/g)];
      const match = keys[Math.floor(at * keys.length)] as RegExpMatchArray;
      const start = match.index as number;
      return survives(text.slice(0, start) + value + text.slice(start + match[0].length));
    }),
    { numRuns: 300 },
  );
});

Deno.test("files made to be slow are answered quickly", async () => {
  const fill = (piece: string, bytes = 64 * 1024) => piece.repeat(Math.floor(bytes / piece.length));
  const layers = Array.from(
    { length: 30 },
    (_, i) => `k${i}: &k${i} [${Array(9).fill(i === 0 ? "x" : `*k${i - 1}`).join(", ")}]`,
  );
  const slow = [
    fill("["),
    fill('"', 128 * 1024),
    fill("!x "),
    fill("- "),
    fill("a: "),
    fill("? "),
    fill("a: &a *a\n"),
    layers.join("\n"),
    HEAD + Array.from({ length: 5000 }, (_, i) => `key${i}: 1\n`).join(""),
    `${HEAD}sweep:\n  file_size: [${fill("1KB, ", 125_000)}1KB]\n`,
    "x".repeat(10 * 1024 * 1024),
  ];
  for (const text of slow) await survives(text);
});
