import assert from "node:assert/strict";
import { z } from "zod";
import { inputCheckOf, inputFile, isInputFile } from "./mod.ts";

Deno.test("an input file is known through wrappers and descriptions", () => {
  assert.equal(isInputFile(inputFile()), true);
  assert.equal(isInputFile(inputFile().describe("the trace").optional()), true);
  assert.equal(isInputFile(inputFile().optional().describe("the trace")), true);
  assert.equal(isInputFile(z.string().describe("a name")), false);
});

Deno.test("the check of an input file is found through wrappers and descriptions", () => {
  const check = () => {};
  assert.equal(inputCheckOf(inputFile(check).describe("the trace").optional()), check);
  assert.equal(inputCheckOf(inputFile()), undefined);
  assert.equal(inputCheckOf(z.string()), undefined);
});
