import assert from "node:assert/strict";
import fc from "fast-check";
import { loadParser, measureSource, SourceSyntaxError } from "./mod.ts";
import { fromCounts } from "./halstead.ts";

const python = await loadParser("python");
const typescript = await loadParser("typescript");
const py = (text: string) => measureSource(python, text, "a.py");
const ts = (text: string) => measureSource(typescript, text, "a.ts");

/** n1, n2, N1, N2. */
function counts({ halstead: h }: ReturnType<typeof py>): number[] {
  return [h.distinctOperators, h.distinctOperands, h.operators, h.operands];
}

Deno.test("Halstead's textbook quantities follow from the four counts", () => {
  // 4 operators, 7 operands, 16 uses of each: V = 32 log2 11, D = 4/2 16/7.
  const h = fromCounts(4, 7, 16, 16);
  assert.equal(h.vocabulary, 11);
  assert.equal(h.length, 32);
  assert.ok(Math.abs(h.volume - 110.7018) < 1e-4);
  assert.ok(Math.abs(h.difficulty - 4.5714) < 1e-4);
  assert.ok(Math.abs(h.effort - h.volume * h.difficulty) < 1e-9);
  assert.equal(fromCounts(0, 0, 0, 0).effort, 0);
});

Deno.test("TypeScript's operations count as Python's of the same meaning", () => {
  const pairs: [typescript: string, python: string][] = [
    ["a = b + c * 2;", "a = b + c * 2"],
    ["if (a && b && c || !d) {}", "if a and b and c or not d: pass"],
    ["a += 1; a -= b.c;", "a += 1; a -= b.c"],
    ["i++;", "i += 1"],
    ["x = -1 + (y as number);", "x = -1 + (y)"],
    ["const ok = lo <= x! && x < hi;", "ok = lo <= x and x < hi"],
    ["function f() { return n + 1; } const m = n + 2;", "def f(): return n + 1\nm = n + 2"],
    ["const f = (n: number = 1 + 1) => n * 2;", "def f(n=1 + 1): return n * 2"],
    ["g((n = 1 + 1) => n * 2);", "g(lambda n=1 + 1: n * 2)"],
    ['x = "n" + n + this.n;', 'x = "n" + n + self.n'],
    ["x = f(1) + f(1);", "x = f(1) + f(1)"],
    ["type T = -1 | 2; let x: 1 | 2 = 3;", "x = 3"],
  ];
  for (const [typed, dynamic] of pairs) {
    assert.deepEqual(counts(ts(typed)), counts(py(dynamic)), typed);
  }
});

Deno.test("a name, an attribute and a string of one spelling are one operand, as in radon", () => {
  assert.deepEqual(counts(py('n + x.n + "n"')), [1, 2, 2, 4]); // n, and (n + x.n)
  assert.deepEqual(counts(py("1 + 1.0\n1 + True")), [1, 1, 2, 4]);
});

Deno.test("SLOC by pygount: no comments, strings, brackets or pass alone", () => {
  assert.equal(py('"""doc"""\n# comment\n\nx = [\n]\npass\n"text"\nif x:\n  pass\n').sloc, 2);
  assert.equal(ts("/* a */\n// b\nf(\n  [\n    1,\n  ],\n);\n`text`;\n`${x}`;\n").sloc, 3);
});

Deno.test("SLOC by radon: every line but blank ones, and comments and strings that stand alone", () => {
  const text = '"""doc\n\nmore"""\nx = [\n  # within\n\n]\n# alone\ny = "a" \\\n  "b"\n"z"\n';
  assert.equal(py(text).radonSloc, 5);
  assert.equal(ts("/* a\n b */\nf(\n  // within\n\n);\n").radonSloc, 2);
});

Deno.test("comments and empty lines change nothing", () => {
  const lines = ["x = a + 1", "y = [", "  2 * b,", "]", "def f(p):", "  return p ** 2"];
  const plain = py(lines.join("\n"));
  fc.assert(fc.property(
    fc.array(fc.constantFrom("", "# a + b", "   ", "#"), { minLength: 6, maxLength: 6 }),
    (between) => {
      // Between brackets radon counts comments: leave those two places empty.
      const noisy = lines.flatMap((line, i) => [i === 2 || i === 3 ? "" : between[i], line]);
      assert.deepEqual(py(noisy.join("\n")), plain);
    },
  ));
});

Deno.test("two sources one after the other measure as their sum, vocabulary excepted", () => {
  const statement = fc.constantFrom("a = b + 1", "c *= a", "if a < b:\n  pass", "f(not a)", '"s"');
  const source = fc.array(statement, { maxLength: 8 }).map((lines) => lines.join("\n") + "\n");
  fc.assert(fc.property(source, source, (one, two) => {
    const [a, b, both] = [py(one), py(two), py(one + two)];
    assert.equal(both.sloc, a.sloc + b.sloc);
    assert.equal(both.radonSloc, a.radonSloc + b.radonSloc);
    assert.equal(both.halstead.length, a.halstead.length + b.halstead.length);
    assert.ok(both.halstead.vocabulary <= a.halstead.vocabulary + b.halstead.vocabulary);
    assert.ok(both.halstead.vocabulary >= Math.max(a.halstead.vocabulary, b.halstead.vocabulary));
  }));
});

Deno.test("a syntax error is told with file, line and column", () => {
  assert.throws(() => py("x = 1\ny = (2,\n"), (error: Error) => {
    assert.ok(error instanceof SourceSyntaxError);
    return /^a\.py:\d+:\d+: .*this is no Python$/.test(error.message);
  });
  assert.throws(
    () => ts("let x = ;\n"),
    /^SourceSyntaxError: a\.ts:1:\d+: .*this is no TypeScript$/,
  );
});

Deno.test("any text is measured or refused with its place, and nothing else happens", () => {
  const pieces = fc.constantFrom(
    "(",
    ")",
    "'",
    '"""',
    "\\\n",
    "\n",
    "\r\n",
    " ",
    "a",
    "1",
    "-",
    "if",
    ":",
    "f'{",
    "}'",
    "é",
    "\0",
    "#",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      for (const measure of [py, ts]) {
        try {
          const { sloc, radonSloc, halstead } = measure(parts.join(""));
          assert.ok(sloc >= 0 && radonSloc >= sloc - 1 && halstead.effort >= 0);
        } catch (error) {
          assert.ok(error instanceof SourceSyntaxError, String(error));
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("sources nested deeper than the stack are measured", () => {
  const n = 20_000;
  const sum = Array(n).fill("a").join(" + ");
  assert.deepEqual(counts(py(`x = ${sum}`)), [1, n - 1, n - 1, 2 * (n - 1)]);
  const chain = Array(n).fill("a").join(" and ");
  assert.deepEqual(counts(py(`x = ${chain}`)), [1, 1, 1, n]);
  assert.deepEqual(counts(ts(`x = ${Array(n).fill("a").join(" && ")};`)), [1, 1, 1, n]);
});
