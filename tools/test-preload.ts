/**
 * Loaded before every test file: property tests draw the same examples on every machine, so that CI
 * answers for the change and not for the draw. `FC_SEED=random deno task test` explores.
 */
import process from "node:process";
import fc from "fast-check";

const asked = process.env["FC_SEED"];
if (asked !== "random") fc.configureGlobal({ seed: Number(asked ?? 2020) });
