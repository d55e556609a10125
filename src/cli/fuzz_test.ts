/**
 * Shipped scenarios, mutated, through the command line: whatever a file holds, the answer is a valid
 * scenario or errors with their places, soon, and nothing is written. src/scenario/fuzz_test.ts does
 * the same to the loader alone, with scenarios of its own.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import fc from "fast-check";
import { library, shippedScenarios } from "./library.ts";
import { inFolder, wherewhen } from "./testing.ts";

const LIMIT_MS = 5000;

/** Of processor time: a machine that is busy with something else is no hang. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Every shipped scenario. */
const SHIPPED = [...shippedScenarios().values()]
  .map((path) => new TextDecoder().decode(library().read(path)));
/** Files that scenarios name. */
const DATA = [...library().list("data"), ...library().list("scenarios/apps")];

/** A folder as a clone of the project has it, the scenario in scenarios/fuzz/. */
async function inProject(use: (check: Check) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    for (const path of DATA) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), library().read(path) as Uint8Array);
    }
    mkdirSync(join(folder, "scenarios/fuzz"), { recursive: true });
    const file = join(folder, "scenarios/fuzz/fuzz.yaml");
    await use(async (text, command = "check") => {
      writeFileSync(file, text);
      const out = join(folder, "out");
      const args = command === "check" ? [] : ["--out", out, "-j", "1", "--seed", "1", "-q"];
      const began = processorTime();
      const data = ["data", "scenarios/apps"].map((name) => join(folder, name));
      const { code, err } = await wherewhen(command, file, "--data", ...data, ...args);
      const took = processorTime() - began;
      assert.ok(took < LIMIT_MS, `took ${took} ms`);
      assert.doesNotMatch(err, /defect of wherewhen|unexpected error/);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(err, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      if (code === 3) {
        assert.match(err, new RegExp(`--> \\S*${basename(file)}:\\d+:\\d+`), err);
        assert.deepEqual(readdirSync(folder).sort(), ["data", "scenarios"]);
        assert.deepEqual(readdirSync(join(folder, "scenarios/fuzz")), ["fuzz.yaml"]);
      } else {
        const fine = command === "check" ? [0] : [0, 4, 5];
        assert.ok(fine.includes(code), `exit code ${code}: ${err}`);
        if (command === "check") assert.ok(!readdirSync(folder).includes("out"));
      }
      rmSync(out, { recursive: true, force: true });
      return code;
    });
  });
}

type Check = (text: string | Uint8Array, command?: "check" | "run") => Promise<number>;

const seed = fc.constantFrom(...SHIPPED);
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

Deno.test("the scenarios that are mutated are valid to begin with", async () => {
  assert.ok(SHIPPED.length >= 50);
  await inProject(async (check) => {
    for (const text of SHIPPED) assert.equal(await check(text), 0, text);
  });
});

Deno.test("a shipped scenario with bytes changed is valid or an error with its place", async () => {
  const change = fc.record({
    at: place,
    drop: fc.nat({ max: 30 }),
    add: fc.uint8Array({ maxLength: 5 }),
  });
  await inProject(async (check) => {
    await fc.assert(
      fc.asyncProperty(
        seed,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (text, all) => {
          let bytes = [...new TextEncoder().encode(text)];
          for (const { at, drop, add } of all) {
            const from = Math.floor(at * bytes.length);
            bytes = [...bytes.slice(0, from), ...add, ...bytes.slice(from + drop)];
          }
          await check(Uint8Array.from(bytes));
        },
      ),
      { numRuns: 60 },
    );
  });
});

const HOSTILE = [
  ...["", "null", "-1", "0", "1e309", "-.inf", ".nan", "9007199254740993", "1e30GB", "-5ms"],
  ...["[]", "{}", "[[]]", "{ a: b }", "'../../etc/passwd'", "/etc/passwd", '"\\u0000"'],
  ...['"\\e]0;x\\a"', "&x { y: *x }", "*none", "!!js/function x", "!!binary aGk=", "<<: *a"],
  ...["'; DROP TABLE runs; --'", "SELECT load_extension('x')", "__proto__", "constructor"],
  ...["x".repeat(5000), `[${Array(300).fill("1KB").join(", ")}]`, "1..100000", "1000000000"],
  ...["999999999999", "[999999999999, 4]", "1e18", "toString"],
];

/** A text with what `pattern` finds at a place exchanged. */
function exchange(text: string, pattern: RegExp, at: number, value: string): string {
  const all = [...text.matchAll(pattern)];
  const match = all[Math.floor(at * all.length)] as RegExpMatchArray;
  return text.slice(0, match.index) + value +
    text.slice((match.index as number) + match[0].length);
}

Deno.test("a shipped scenario with values or keys exchanged is valid or an error with its place", async () => {
  const keys = [
    "__proto__",
    "constructor",
    "<<",
    "hardware",
    "",
    "? x",
    "1",
    "[a]",
    "id",
    "kind",
    "toString",
  ];
  const change = fc.oneof(
    fc.tuple(
      fc.constant(/(?<=[:[,-] )[^\s,{}[\]#][^\n,{}[\]]*/g),
      place,
      fc.constantFrom(...HOSTILE),
    ),
    fc.tuple(fc.constant(/[a-z_]+(?=:)/g), place, fc.constantFrom(...keys)),
  );
  await inProject(async (check) => {
    await fc.assert(
      fc.asyncProperty(
        seed,
        fc.array(change, { minLength: 1, maxLength: 2 }),
        async (text, all) => {
          await check(
            all.reduce((t, [pattern, at, value]) => exchange(t, pattern, at, value), text),
          );
        },
      ),
      { numRuns: 80 },
    );
  });
});

Deno.test("what longer fuzzing found stays mended", async () => {
  const of = (name: string) =>
    new TextDecoder().decode(library().read(`scenarios/${name}.yaml`)) as string;
  const found: [string, string, string][] = [
    // 4 GB of memory and a crash: the tiles of the tensor were listed before its size was checked.
    ["iron/animation", "tensor_dims: [6, 4]", "tensor_dims: [999999999999, 4]"],
    // "Cannot read properties of undefined": keys that every JavaScript object has.
    ["iron/fig-7.3", "{ offset: 14,", "{ toString: 14,"],
    ["iron/fig-7.3", "{ offset: 14,", "{ constructor: 14,"],
    // "Cannot convert object to primitive value": a mapping that does not become text, for a choice.
    ["freshen/fig-4.6", "basis: predicted", "basis: { toString: 1 }"],
    ["ldnr/fig-6.8a", "parameters:\n", "parameters:\n  hasOwnProperty: { a: b }\n"],
  ];
  await inProject(async (check) => {
    for (const [name, from, to] of found) {
      const text = of(name);
      assert.ok(text.includes(from), `${name} has ${from}`);
      assert.equal(await check(text.replace(from, to)), 3, `${name}: ${to}`);
    }
  });
});

Deno.test("bombs, deep nests and files of 10 MB are refused at once", async () => {
  const [text] = SHIPPED as [string];
  const layers = Array.from(
    { length: 30 },
    (_, i) => `k${i}: &k${i} [${Array(9).fill(i === 0 ? "x" : `*k${i - 1}`).join(", ")}]`,
  ).join("\n");
  const million = 10 * 1024 * 1024;
  const files = [
    `${layers}\n${text}`,
    `${text}\nextra: &a [*a]\n`,
    "[".repeat(60_000),
    "a: ".repeat(40_000),
    `${text}\n${"#".repeat(million)}`,
    "\0".repeat(million),
    "- x\n".repeat(million / 4),
  ];
  await inProject(async (check) => {
    for (const file of files) assert.equal(await check(file, "run"), 3);
  });
});

Deno.test("what check lets pass also runs, or is a run that failed with its reason", async () => {
  const small = readFileSync(
    new URL("../../scenarios/validation/queueing.yaml", import.meta.url),
    "utf8",
  )
    .replace(/customers: *\S+/, "customers: 2000").replace(/warm_up: *\S+/, "warm_up: 100");
  const number = fc.oneof(
    fc.integer({ min: -3, max: 3000 }).map(String),
    fc.constantFrom("0", "1", "[mm1]", "null", "true", "1e3", "2ms"),
  );
  // The first worker of a test process has its source checked, which is no part of a run.
  await wherewhen("run", "freshen/table-4.1", "--print", "--quiet", "-j", "1");
  await inProject(async (check) => {
    const codes = new Set<number>();
    await fc.assert(
      fc.asyncProperty(place, number, async (at, value) => {
        codes.add(await check(exchange(small, /(?<=[:[,] )\d[^\s,{}[\]]*/g, at, value), "run"));
      }),
      { numRuns: 12 },
    );
    assert.ok(codes.has(3) && codes.size > 1, `codes ${[...codes]}`);
  });
});
