import assert from "node:assert/strict";
import { DESIGNS } from "../designs/catalogue.ts";
import { SequentialPlacer } from "../placers/sequential.ts";
import { compareDesigns } from "./compare.ts";

Deno.test("20 designs are identical, 3 access-equivalent, 4 reorder a broadcast", () => {
  const names: Record<string, string[]> = { identical: [], access: [], broadcast: [], neither: [] };
  for (const design of DESIGNS) {
    const c = compareDesigns(design.before(), design.after().resolve(new SequentialPlacer()));
    assert.ok(
      c.equivalent,
      `${design.name}: ${[...c.onlyFirst, "--", ...c.onlySecond].join("\n")}`,
    );
    if (c.identical) names.identical.push(design.name);
    else if (c.accessEquivalent) names.access.push(design.name);
    else if (c.broadcastReordered) names.broadcast.push(design.name);
    else names.neither.push(design.name);
  }
  assert.equal(names.identical.length, 20);
  assert.deepEqual(names.access.sort(), ["GEMM", "MTranspose", "MVAdd"]);
  assert.deepEqual(names.broadcast.sort(), ["BBlock", "ColorDetect", "EdgeDetect", "ResNetConv2x"]);
  assert.deepEqual(names.neither, []);
});
