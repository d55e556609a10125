import assert from "node:assert/strict";
import { student95, studentTwoSided } from "./student-t.ts";

Deno.test("the 95 % points agree with the printed table", () => {
  // Two-sided 5 % points, as in any table of Student's t.
  const table: [freedom: number, t: number][] = [
    [1, 12.7062],
    [2, 4.30265],
    [3, 3.18245],
    [4, 2.77645],
    [9, 2.26216],
    [19, 2.09302],
    [30, 2.04227],
    [120, 1.97993],
  ];
  for (const [freedom, t] of table) {
    assert.ok(Math.abs(student95(freedom) - t) < 1e-4, `${freedom}: ${student95(freedom)}`);
  }
  assert.ok(Math.abs(student95(10_000) - 1.96) < 1e-3);
  assert.ok(Number.isNaN(student95(0)));
});

Deno.test("one degree of freedom is Cauchy, two have a closed form", () => {
  for (const t of [0, 0.5, 1, 3, 20]) {
    assert.ok(Math.abs(studentTwoSided(t, 1) - 2 / Math.PI * Math.atan(t)) < 1e-12);
    assert.ok(Math.abs(studentTwoSided(t, 2) - t / Math.sqrt(2 + t * t)) < 1e-12);
  }
});
