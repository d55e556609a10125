import assert from "node:assert/strict";
import { nearest, oneOf, shorten, unknownName } from "./mod.ts";

const KEYS = ["memory", "rtt", "tls", "file_size"];

Deno.test("a misspelt name gets the candidate it most likely means", () => {
  assert.equal(nearest("memroy", KEYS), "memory");
  assert.equal(nearest("tsl", KEYS), "tls");
  assert.equal(nearest("Memory", KEYS), "memory");
  assert.equal(nearest("filesize", KEYS), "file_size");
  assert.equal(nearest("bandwidth", KEYS), undefined);
  assert.equal(nearest("x", []), undefined);
  assert.equal(nearest("x", ["y", "z"]), undefined);
});

Deno.test("without a near candidate all are listed, as far as they fit", () => {
  assert.equal(
    unknownName("key", "bandwidth", KEYS),
    'unknown key "bandwidth"; expected one of memory, rtt, tls, file_size',
  );
  assert.equal(unknownName("key", "x", []), 'unknown key "x"; there is none');
  const many = Array.from({ length: 20 }, (_, i) => i);
  assert.equal(oneOf(many), "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more");
  assert.equal(shorten("x".repeat(70)).length, 60);
});
