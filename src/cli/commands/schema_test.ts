import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { wherewhen } from "../testing.ts";

Deno.test("scenarios/schema.json, which editors read, is what `wherewhen schema` prints", async () => {
  const { out } = await wherewhen("schema");
  const committed = readFileSync(
    new URL("../../../scenarios/schema.json", import.meta.url),
    "utf8",
  );
  assert.ok(committed === out, "run: wherewhen schema > scenarios/schema.json");
});
