import assert from "node:assert/strict";
import fc from "fast-check";
import type { ScenarioHead } from "./head.ts";
import { packedLibrary, packLibrary } from "./pack.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const HEAD: ScenarioHead = {
  id: "a/b",
  title: "Ä",
  source: "",
  experiment: "x/y",
  hardware: "h",
  claims: 2,
};
const KNOWN = {
  versions: { models: { freshen: "12ab" }, figures: "34cd" },
  heads: { "scenarios/a/b.yaml": HEAD },
};

Deno.test("a packed library gives back its files, heads and versions", () => {
  const files = new Map([
    ["scenarios/a/b.yaml", bytes("title: Ä\n")],
    ["data/t.bin", Uint8Array.of(0, 255, 10, 13)],
    ["data/empty", bytes("")],
  ]);
  const library = packedLibrary(packLibrary(files, KNOWN));
  assert.deepEqual(library.list("data"), ["data/empty", "data/t.bin"]);
  assert.deepEqual(library.list("scenarios"), ["scenarios/a/b.yaml"]);
  assert.deepEqual(library.list("dat"), []);
  for (const [path, content] of files) assert.deepEqual(library.read(path), content);
  assert.equal(library.read("data/none"), undefined);
  assert.equal(library.read("__proto__"), undefined);
  assert.equal(library.root, undefined);
  assert.deepEqual({ versions: library.versions, heads: library.heads }, KNOWN);
});

Deno.test("a packed library that is cut short or is something else is refused", () => {
  const whole = packLibrary(new Map([["data/a", bytes("content")]]), KNOWN);
  for (const wrong of [whole.subarray(0, -1), bytes(""), bytes("\n"), bytes("no number\n{}")]) {
    assert.throws(() => packedLibrary(wrong), /damaged: build it again/);
  }
});

Deno.test("any files survive packing", () => {
  const file = fc.tuple(fc.stringMatching(/^data\/[a-zä-ü0-9_.-]{1,20}$/), fc.uint8Array());
  fc.assert(fc.property(fc.array(file), (entries) => {
    const files = new Map(entries);
    const library = packedLibrary(packLibrary(files, KNOWN));
    assert.deepEqual(library.list("data"), [...files.keys()].sort());
    for (const [path, content] of files) assert.deepEqual(library.read(path), content);
  }));
});
