import assert from "node:assert/strict";
import { resolve } from "node:path";
import {
  hashGraph,
  importGraph,
  packagesOf,
  systemSourceHash,
  withoutComments,
} from "./source-hash.ts";

const root = resolve("/src");

function read(files: Record<string, string>) {
  const known = new Map(Object.entries(files).map(([name, text]) => [resolve(root, name), text]));
  return (path: string) => known.get(path);
}

const FILES = {
  "a/mod.ts": 'export * from "./one.ts";\nimport { type X } from "../b/mod.ts";',
  "a/one.ts":
    'import data from "./data.json" with { type: "json" };\nimport "./side.ts";\nimport "./typed.ts";',
  "a/data.json": '{"import": "./not-an-import.ts"}',
  "a/side.ts": 'const lazy = () => import("./lazy.ts");',
  "a/lazy.ts": 'new URL("./font.ttf", import.meta.url);',
  "a/font.ttf": "ttf",
  "a/typed.ts": 'import type {\n  Y,\n} from "./types.ts";\nexport type { Z } from "./types.ts";',
  "a/types.ts": "// not reached",
  "b/mod.ts": 'import { z } from "zod";\nimport { a } from "../a/mod.ts";',
  "b/other.ts": "// not reached",
  "a/not-an-import.ts": "// not reached",
};

const graph = (files: Record<string, string>) =>
  importGraph([resolve(root, "a/mod.ts")], read(files));

Deno.test("the graph holds what is reached by import, of every form, and nothing else", () => {
  const names = [...graph(FILES).keys()].map((path) => path.slice(root.length + 1));
  assert.deepEqual(names.sort(), [
    "a/data.json",
    "a/font.ttf",
    "a/lazy.ts",
    "a/mod.ts",
    "a/one.ts",
    "a/side.ts",
    "a/typed.ts",
    "b/mod.ts",
  ]);
});

Deno.test("the hash changes with every file reached, and with no other", () => {
  const hash = (files: Record<string, string>) => hashGraph(graph(files), root);
  const before = hash(FILES);
  const unreached = ["b/other.ts", "a/not-an-import.ts", "a/types.ts"];
  for (const name of Object.keys(FILES) as (keyof typeof FILES)[]) {
    const reached = !unreached.includes(name);
    const after = hash({ ...FILES, [name]: `${FILES[name]} 1` });
    assert.equal(after !== before, reached, name);
  }
});

Deno.test("packages are known by name, node's own and types are none", () => {
  const text = 'import { z } from "zod";\nimport x from "@scope/a.b/deep.js";\n' +
    'import { join } from "node:path";\nimport type { T } from "typed";\nawait import("lazy");\n' +
    'import "./own.ts";';
  assert.deepEqual(packagesOf(new Map([["/m.ts", text]])), ["@scope/a.b", "lazy", "zod"]);
});

Deno.test("comments and empty lines change nothing, code beside a comment does", () => {
  const code = 'const a = 1; // one\nconst url = "http://x";\n';
  const commented =
    '/** Doc.\n * More.\n */\n\n// line\nconst a = 1; // one\n/** b */\nconst url = "http://x";';
  assert.equal(withoutComments(commented), withoutComments(code));
  assert.notEqual(withoutComments(code), withoutComments(code.replace("one", "two")));
});

Deno.test("the source of a real system has a hash, one that does not exist has none", () => {
  assert.match(systemSourceHash("validation") ?? "", /^[0-9a-f]{64}$/);
  assert.equal(systemSourceHash("validation"), systemSourceHash("validation"));
  assert.equal(systemSourceHash("no-such-system"), undefined);
});
