import assert from "node:assert/strict";
import { z } from "zod";
import { inputFile, isInputFile } from "./mod.ts";

Deno.test("an input file is known through wrappers and descriptions", () => {
  assert.equal(isInputFile(inputFile()), true);
  assert.equal(isInputFile(inputFile().describe("the trace").optional()), true);
  assert.equal(isInputFile(inputFile().optional().describe("the trace")), true);
  assert.equal(isInputFile(z.string().describe("a name")), false);
});
