import assert from "node:assert/strict";
import fc from "fast-check";
import { canonical, hashOf } from "./hash.ts";

Deno.test("the order of keys and absent values do not matter, the order of lists does", () => {
  assert.equal(canonical({ b: 1, a: [2, { d: 3, c: undefined }] }), '{"a":[2,{"d":3}],"b":1}');
  assert.equal(hashOf({ a: 1, b: 2 }), hashOf({ b: 2, a: 1, c: undefined }));
  assert.notEqual(hashOf([1, 2]), hashOf([2, 1]));
});

Deno.test("values that JSON would confuse are told apart", () => {
  const values = [
    null,
    0,
    "0",
    "",
    [],
    {},
    false,
    NaN,
    Infinity,
    -Infinity,
    new Map(),
    new Set([1]),
  ];
  const forms = new Set(values.map(canonical));
  assert.equal(forms.size, values.length);
  assert.equal(canonical(-0), canonical(0));
  assert.notEqual(canonical(new Float64Array([1])), canonical([1]));
});

Deno.test("a function and a cycle have no canonical form", () => {
  assert.throws(() => canonical({ f: () => 1 }), /a function has no canonical form/);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  assert.throws(() => canonical(cycle), /a cycle/);
});

Deno.test("for plain data the canonical form is JSON of the same value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const plain = JSON.parse(JSON.stringify(value));
    assert.deepEqual(JSON.parse(canonical(plain)), JSON.parse(JSON.stringify(plain)));
  }));
});
