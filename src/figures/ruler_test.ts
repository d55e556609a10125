import assert from "node:assert/strict";
import fc from "fast-check";
import { categoryExtent, extentOf, measureExtent, unite } from "./extent.ts";
import { nameRuler, niceStep, ruler } from "./ruler.ts";

const flat = { length: 600, flat: true } as const;

Deno.test("linear ticks are round, ascending, inside the limits and no more than ten", () => {
  fc.assert(fc.property(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    fc.integer({ min: 120, max: 900 }),
    (low, range, length) => {
      const made = ruler(measureExtent([low, low + range], { zero: false }), {
        length,
        flat: false,
      });
      const values = made.ticks.map((t) => t.value);
      assert.ok(made.min <= low && made.max >= low + range, "the data are inside");
      assert.ok(values.length >= 1 && values.length <= 14);
      // Ticks are written with twelve digits: a narrow range far from zero cannot be met more exactly.
      const slack = (made.max - made.min) * 1e-9 + Math.abs(made.max) * 1e-12;
      assert.ok(values.every((v) => v >= made.min - slack && v <= made.max + slack));
      assert.deepEqual(values, [...values].sort((a, b) => a - b));
    },
  ));
});

Deno.test("labels beside each other never take more than the axis", () => {
  fc.assert(fc.property(
    fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
    fc.integer({ min: 150, max: 900 }),
    (max, length) => {
      const { ticks } = ruler(measureExtent([0, max], {}), { length, flat: true });
      const room = ticks.reduce((sum, t) => sum + t.label.length * 7, 0);
      assert.ok(room <= length, `${ticks.map((t) => t.label)} on ${length}`);
    },
  ));
});

Deno.test("a step is 1, 2, 2.5 or 5 times a power of ten", () => {
  for (
    const [range, count, step] of [[10, 5, 2], [1, 5, 0.2], [95, 9, 20], [7, 3, 2.5], [3e4, 6, 5e3]]
  ) {
    assert.equal(niceStep(range as number, count as number), step);
  }
});

Deno.test("a log axis has its ticks at the few values measured, with a fine grid between", () => {
  const sizes = [1e3, 1e4, 1e5, 1e6, 1e7];
  const { ticks } = ruler(extentOf(sizes, { scale: "log", pad: 0.03 }), {
    ...flat,
    format: "bytes",
  });
  const major = ticks.filter((t) => t.minor !== true);
  assert.deepEqual(major.map((t) => t.label), ["1 KB", "10 KB", "100 KB", "1 MB", "10 MB"]);
  assert.ok(ticks.some((t) => t.minor === true && t.value === 2e4));
});

Deno.test("over many decades a log axis is labelled in powers of ten", () => {
  const { ticks } = ruler(measureExtent([1e-6, 1e7], { scale: "log" }), {
    length: 300,
    flat: false,
  });
  const labels = ticks.filter((t) => t.minor !== true).map((t) => t.label);
  assert.ok(labels.every((l) => /^10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+$/.test(l)), labels.join(" "));
});

Deno.test("given ticks are drawn as given", () => {
  const ticks = [1, { at: 24, label: "one domain" }];
  const made = ruler(extentOf([1, 72]), { ...flat, ticks });
  assert.deepEqual(made.ticks.map((t) => t.label), ["1", "one domain"]);
});

Deno.test("whole numbers have no ticks between them", () => {
  const { ticks } = ruler(extentOf([1, 2, 3]), flat);
  assert.deepEqual(ticks.map((t) => t.value), [1, 2, 3]);
});

Deno.test("names that do not fit are broken at spaces, and turned only if that does not help", () => {
  const of = (names: string[]) => categoryExtent(names.map((label) => ({ key: label, label })));
  assert.equal(nameRuler(of(["a", "b"]), 300).turn, 0);
  const broken = nameRuler(of(["Step Functions of one", "Direct call by client"]), 260);
  assert.deepEqual([broken.turn, broken.ticks[0]?.label], [0, "Step Functions\nof one"]);
  assert.ok(nameRuler(of(["ResNetConv2xAndMore", "ColorThresholdDetector"]), 200).turn > 0);
});

Deno.test("panels that share an axis show what any of them shows", () => {
  const both = unite(extentOf([1, 5]), extentOf([3, 9]));
  assert.deepEqual([both.min, both.max], [1, 9]);
  const name = (key: string) => ({ key, label: key });
  const names = unite(categoryExtent([name("a")]), categoryExtent([name("b"), name("a")]));
  assert.deepEqual(names.categories?.map((c) => c.key), ["a", "b"]);
});

Deno.test("a measure begins at zero unless that would flatten it", () => {
  assert.equal(measureExtent([10, 100], {}).min, 0);
  assert.equal(measureExtent([95, 100], {}).min, 95);
  assert.equal(measureExtent([95, 100], { zero: true }).min, 0);
  assert.equal(measureExtent([-5, 10], {}).min, -5);
});
