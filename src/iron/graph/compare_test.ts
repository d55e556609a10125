import assert from "node:assert/strict";
import { designNamed, DESIGNS } from "../designs/catalogue.ts";
import {
  dmaStartTask,
  explicitDesign,
  objectFifo,
  objectFifoLink,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../explicit/explicit.ts";
import { SequentialPlacer } from "../placers/mod.ts";
import { compareDesigns } from "./compare.ts";
import { featuresOf } from "./features.ts";
import { ndarray } from "./types.ts";

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

Deno.test("designs that compute or move something else are not equivalent", () => {
  const before = (name: string) => designNamed(name).before();
  const other = compareDesigns(before("VVOp(Add)"), before("VVOp(Mul)"));
  assert.ok(!other.identical && !other.equivalent);
  assert.ok(other.onlyFirst.some((line) => line.includes("arith.addi")));
  // The same transposition, but the result is written by columns: other elements in other places.
  const moved = (sizes: number[], strides: number[]) =>
    explicitDesign("npu1_1col", () => {
      const matrix = ndarray([64, 32], "i32"), shim = tile(0, 0), compute = tile(0, 2);
      const input = objectFifo("in", shim, compute, 2, matrix);
      const output = objectFifo("out", compute, shim, 2, matrix);
      objectFifoLink(input, output);
      runtimeSequence([matrix, matrix], (a, b) => {
        dmaStartTask(shimDmaSingleBdTask(input, a));
        dmaStartTask(shimDmaSingleBdTask(output, b, { sizes, strides }));
      });
    });
  const linear = moved([1, 1, 1, 2048], [0, 0, 0, 1]);
  const rows = compareDesigns(linear, moved([1, 1, 64, 32], [0, 0, 32, 1]));
  assert.ok(rows.accessEquivalent && rows.equivalent && !rows.identical);
  const columns = compareDesigns(linear, moved([1, 1, 32, 64], [0, 0, 1, 32]));
  assert.ok(!columns.accessEquivalent && !columns.equivalent);
});

Deno.test("features are read from the graphs, not from names", () => {
  const features = (name: string) =>
    featuresOf(designNamed(name).after().resolve(new SequentialPlacer()));
  const of = (name: string) =>
    Object.entries(features(name)).filter(([, value]) => value === true).map(([key]) => key);
  assert.deepEqual(of("Copy(DMA)"), []);
  assert.deepEqual(of("VSOp(Add)"), ["l2_memory"]);
  assert.deepEqual(of("MTranspose"), ["tiling"]);
  assert.deepEqual(of("VReLU"), ["l2_memory", "split_join"]);
  assert.deepEqual(of("GEMM"), ["l2_memory", "tiling", "broadcast", "split_join"]);
  assert.ok(of("EdgeDetect").includes("window") && !of("ColorDetect").includes("window"));
  assert.equal(features("ResNetConv2x").columns, 3);
});
