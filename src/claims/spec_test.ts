import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allowance,
  claimSchema,
  measureStatement,
  parsePublished,
  parsePublishedNumber,
  parseTolerance,
  type Published,
  stepOf,
} from "./mod.ts";

const number = (text: string) => {
  const published = parsePublishedNumber(text);
  assert.ok(published, text);
  const { text: _, ...rest } = published;
  return rest;
};

Deno.test("a printed number keeps its value, unit and last digit", () => {
  assert.deepEqual(number("71.94 %"), { form: "number", value: 71.94, unit: "%", step: 0.01 });
  assert.deepEqual(number("8"), { form: "number", value: 8, unit: "", step: 1 });
  assert.deepEqual(number("8.0"), { form: "number", value: 8, unit: "", step: 0.1 });
  assert.deepEqual(number("2.3x"), { form: "number", value: 2.3, unit: "x", step: 0.1 });
  assert.deepEqual(number("−13.8%"), { form: "number", value: -13.8, unit: "%", step: 0.1 });
  assert.deepEqual(number("about 1,200 ops/s"), {
    form: "number",
    value: 1200,
    unit: "ops/s",
    step: 1,
  });
  assert.deepEqual(number("1.2e6"), { form: "number", value: 1.2e6, unit: "", step: 1e5 });
});

Deno.test("a printed range has two ends, a bound has one", () => {
  const range = { form: "range", low: 11, high: 622, unit: "ms", step: 1 };
  for (const text of ["11-622 ms", "11–622 ms", "11 ms - 622 ms", "11 to 622 ms", "11..622ms"]) {
    assert.deepEqual(number(text), range, text);
  }
  assert.deepEqual(number("51.22-71.94 %"), {
    form: "range",
    low: 51.22,
    high: 71.94,
    unit: "%",
    step: 0.01,
  });
  assert.deepEqual(number("> 90 %"), {
    form: "bound",
    relation: ">",
    value: 90,
    unit: "%",
    step: 1,
  });
  assert.deepEqual(number("at most 5 ms"), {
    form: "bound",
    relation: "<=",
    value: 5,
    unit: "ms",
    step: 1,
  });
});

Deno.test("what is no number, range or bound is not taken for one", () => {
  for (
    const text of ["fast", "", "5 ms 6", "622-11 ms", "1 ms-2 s", "1.2.3", "--5", "5 <", "NaN"]
  ) {
    assert.equal(parsePublishedNumber(text), undefined, text);
  }
});

Deno.test("orders and trends are read by the kind of the claim", () => {
  assert.deepEqual(parsePublished("local < edge = remote", "ordering"), {
    form: "order",
    text: "local < edge = remote",
    items: ["local", "edge", "remote"],
    relations: ["<", "="],
  });
  assert.deepEqual(parsePublished("rising then flat", "trend"), {
    form: "trend",
    text: "rising then flat",
    directions: ["rising", "flat"],
  });
  assert.deepEqual(parsePublished("yes", "ordering"), { form: "holds", text: "yes" });
  assert.equal(parsePublished("yes", "value"), undefined);
  for (const text of ["a", "a < ", "a < b > c", "a < a"]) {
    assert.equal(parsePublished(text, "ordering"), undefined, text);
  }
  assert.equal(parsePublished("up", "trend"), undefined);
});

Deno.test("a tolerance is half a printed step, a share, or an amount in the published unit", () => {
  const around = (tolerance: string, published: string) => {
    const printed = parsePublishedNumber(published) as Extract<Published, { form: "number" }>;
    const read = parseTolerance(tolerance, printed);
    assert.ok(typeof read !== "string", String(read));
    return allowance(read, printed.value, printed.step);
  };
  assert.equal(around("printed", "71.94 %"), 0.005);
  assert.equal(around("5 points", "71.94 %"), 5);
  assert.equal(around("10 %", "70 %"), 7);
  assert.equal(around("20 ms", "1.5 s"), 0.02);
  assert.equal(around("0.5", "8"), 0.5);
  assert.equal(around("0.5 x", "8 x"), 0.5);
});

Deno.test("numbers printed with any digits are read back with their step", () => {
  fc.assert(fc.property(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.integer({ min: 0, max: 6 }),
    fc.constantFrom("", " %", " ms", "x", " MB/s"),
    (value, digits, unit) => {
      const printed = value.toFixed(digits);
      const read = number(printed + unit) as { value: number; step: number; unit: string };
      assert.equal(read.value, Number(printed));
      assert.equal(read.step, Number(`1e-${digits}`));
      assert.equal(read.unit, unit.trim());
      assert.equal(stepOf(printed), read.step);
    },
  ));
});

Deno.test("a measure is an expression over the result, or a statement of its own", () => {
  assert.equal(measureStatement("max(total_ms)"), "SELECT max(total_ms) FROM result");
  assert.equal(measureStatement("  select 1"), "  select 1");
  assert.equal(measureStatement("with a as (select 1) select * from a").startsWith("with"), true);
  assert.equal(measureStatement("selected"), "SELECT selected FROM result");
});

Deno.test("a claim is read with its defaults", () => {
  const claim = claimSchema.parse({
    id: "a",
    says: "x",
    published: "5 %",
    kind: "value",
    measure: "n",
    basis: "calibrated",
    calibrated_on: "table 3",
  });
  assert.deepEqual(claim.tolerance, { form: "printed", text: "printed" });
  assert.equal(claim.calibrated_on, "table 3");
  assert.equal("note" in claim, false);
});

Deno.test("long hostile texts are read quickly", () => {
  const began = performance.now();
  for (const piece of ["1 ", "1-", "1,111", "a-", "1a ", " ", "to ", "1..", "<", "a<", "-"]) {
    const text = piece.repeat(20_000);
    parsePublishedNumber(text);
    parsePublishedNumber(`1${text}`);
    parsePublished(text, "ordering");
    parsePublished(text, "trend");
  }
  assert.ok(performance.now() - began < 5000);
});
