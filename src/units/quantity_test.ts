import assert from "node:assert/strict";
import { z } from "zod";
import fc from "fast-check";
import {
  bytes,
  type Dimension,
  DIMENSIONS,
  duration,
  formatQuantity,
  parseQuantity,
  quantityOf,
  quantityPattern,
  ratio,
} from "./mod.ts";

Deno.test("quantities become canonical numbers", () => {
  assert.equal(parseQuantity("50ms", "duration"), 50_000_000);
  assert.equal(parseQuantity("1.5 us", "duration"), 1500);
  assert.equal(parseQuantity("10Gbps", "bit_rate"), 10e9);
  assert.equal(parseQuantity("1KB", "bytes"), 1000);
  assert.equal(parseQuantity("64KiB", "bytes"), 65536);
  assert.equal(parseQuantity("71.94 %", "ratio"), 0.7194);
  assert.equal(parseQuantity("1500 millicores", "cpu"), 1.5);
});

Deno.test("a missing, wrong or misspelt unit is named", () => {
  assert.throws(() => parseQuantity("50", "duration"), /needs a unit.*50ms/);
  assert.throws(() => parseQuantity("50MS", "duration"), /did you mean ms\?/);
  assert.throws(() => parseQuantity("10GB", "duration"), /not a unit of a duration/);
  assert.throws(() => parseQuantity("fast", "bit_rate"), /not a bit rate/);
});

Deno.test("schemas check ranges and keep their column unit through wrappers", () => {
  const rtt = duration({ max: 60e9 });
  assert.equal(rtt.parse("50ms"), 50e6);
  assert.equal(rtt.safeParse("2min").success, false);
  assert.match(rtt.safeParse(50).error?.issues[0]?.message ?? "", /50 needs one of ns us ms/);
  assert.equal(bytes({ exclusive: true }).safeParse("0B").success, false);
  assert.deepEqual(quantityOf(duration({ column: "s" }).optional()), {
    dimension: "duration",
    columnUnit: "s",
    columnFactor: 1e9,
  });
  const described = duration({ column: "us" }).describe("how long").optional();
  assert.equal(quantityOf(described)?.columnUnit, "us");
  const limit = z.union([z.literal("none"), duration({ column: "s" })]).default("none");
  assert.equal(quantityOf(limit)?.columnUnit, "s");
  assert.equal(quantityOf(z.union([bytes(), duration()])), undefined);
  const withDefault = z.strictObject({ share: ratio().default(0.8) });
  assert.equal(withDefault.parse({}).share, 0.8);
  assert.equal(quantityOf(withDefault.shape.share)?.columnUnit, "percent");
});

Deno.test("formatting picks a readable unit", () => {
  assert.equal(formatQuantity(50e6, "duration"), "50ms");
  assert.equal(formatQuantity(1e10, "bit_rate"), "10Gbps");
  assert.equal(formatQuantity(0.8, "ratio"), "80%");
  assert.equal(formatQuantity(0, "bytes"), "0B");
  assert.equal(formatQuantity(65536, "bytes"), "64KiB");
  assert.equal(formatQuantity(16 * 2 ** 30, "bytes"), "16GiB");
  assert.equal(formatQuantity(64000, "bytes"), "64KB");
  assert.equal(formatQuantity(12 * 2 ** 30, "byte_rate"), "12GiB/s");
});

Deno.test("what is written for a number is read as that number and fits the editor's pattern", () => {
  const dimensions = Object.keys(DIMENSIONS) as Dimension[];
  fc.assert(fc.property(
    fc.constantFrom(...dimensions),
    fc.integer({ min: 0, max: 1e9 }),
    fc.integer({ min: 0, max: 6 }),
    (dimension, mantissa, exponent) => {
      const value = mantissa * 10 ** exponent;
      const text = formatQuantity(value, dimension);
      assert.equal(parseQuantity(text, dimension), value, text);
      assert.match(text, new RegExp(quantityPattern(dimension)));
    },
  ));
});
