import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { figureSchema } from "./spec.ts";

Deno.test("every example of the README is a figure, and every kind has one", () => {
  const text = readFileSync(new URL("./README.md", import.meta.url), "utf8");
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((m) => parse(m[1] as string));
  const kinds = examples.map((example) => figureSchema.parse(example).kind);
  assert.deepEqual(
    [...new Set(kinds)].sort(),
    ["bars", "box", "cdf", "effect", "heatmap", "line", "panels", "table", "timeline"],
  );
});
