import assert from "node:assert/strict";
import fc from "fast-check";
import type { ClaimResult } from "../claims/mod.ts";
import { readCsv } from "../table/mod.ts";
import { diffClaims, diffTables, diffText } from "./mod.ts";

const before = readCsv("size,warm,ms\n1,true,10\n1,false,20\n2,true,0\n");

Deno.test("equal tables do not differ", () => {
  const diff = diffTables(before, before);
  assert.equal(diff.equal, true);
  assert.deepEqual(diffText(diff), []);
});

Deno.test("a changed cell is named by its row's keys, with its change", () => {
  const after = readCsv("size,warm,ms\n1,true,10\n1,false,21\n2,true,1\n");
  const diff = diffTables(before, after);
  assert.equal(diff.equal, false);
  assert.deepEqual(diffText(diff), [
    "size=2, warm=true: ms 0 → 1",
    "size=1, warm=false: ms 20 → 21 (+5 %)",
  ]);
  assert.deepEqual(diff.cells[0], {
    row: "size=1, warm=false",
    column: "ms",
    before: 20,
    after: 21,
    change: 1,
    share: 0.05,
  });
});

Deno.test("a tolerance lets small changes pass", () => {
  const after = readCsv("size,warm,ms\n1,true,10.0001\n1,false,20\n2,true,0\n");
  assert.equal(diffTables(before, after).equal, false);
  assert.equal(diffTables(before, after, { tolerance: 1e-4 }).equal, true);
});

Deno.test("rows and columns that came and went are listed", () => {
  const after = readCsv("size,warm,n\n1,true,4\n3,true,4\n2,true,4\n");
  assert.deepEqual(diffText(diffTables(before, after)), [
    "columns added: n",
    "columns removed: ms",
    "rows added: size=3, warm=true",
    "rows removed: size=1, warm=false",
  ]);
});

Deno.test("another order of rows is a difference", () => {
  const after = readCsv("size,warm,ms\n2,true,0\n1,true,10\n1,false,20\n");
  const diff = diffTables(before, after);
  assert.deepEqual([diff.equal, diff.cells.length, diff.reordered], [false, 0, true]);
});

Deno.test("another order of columns is a difference, beside what came and went", () => {
  const after = readCsv("warm,size,ms\ntrue,1,10\nfalse,1,20\ntrue,2,0\n");
  const diff = diffTables(before, after);
  assert.deepEqual([diff.equal, diff.cells.length], [false, 0]);
  assert.deepEqual(diffText(diff), ["columns are in another order"]);
  const added = readCsv("new,size,warm,ms\n0,1,true,10\n0,1,false,20\n0,2,true,0\n");
  assert.deepEqual(diffText(diffTables(before, added)), ["columns added: new"]);
});

Deno.test("rows without a key are compared by place", () => {
  const a = readCsv("x\n1\n1\n2\n");
  const b = readCsv("x\n1\n2\n2\n");
  assert.deepEqual(diffText(diffTables(a, b)), ["row 2: x 1 → 2 (+100 %)"]);
});

Deno.test("text, booleans and nothing are told apart from numbers", () => {
  const a = readCsv('k,x\na,1\nb,"1"\nc,\nd,true\n');
  const b = readCsv('k,x\na,"1"\nb,1\nc,0\nd,false\n');
  assert.deepEqual(diffText(diffTables(a, b)), [
    'k=a: x 1 → "1"',
    'k=b: x "1" → 1',
    "k=c: x nothing → 0",
    "k=d: x true → false",
  ]);
});

Deno.test("many changes are cut, the largest first", () => {
  const rows = (f: number) =>
    Array.from({ length: 30 }, (_, k) => `${k},${100 + f * k}`).join("\n");
  const lines = diffText(diffTables(readCsv(`k,x\n${rows(0)}\n`), readCsv(`k,x\n${rows(1)}\n`)), 2);
  assert.deepEqual(lines, [
    "k=29: x 100 → 129 (+29 %)",
    "k=28: x 100 → 128 (+28 %)",
    "and 27 more cells",
  ]);
});

Deno.test("a table differs from another exactly if its CSV does", () => {
  const row = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
  const csv = fc.array(row, { maxLength: 4 }).map((rows) =>
    `a,b\n${rows.map((r) => `${r.join(",")}\n`).join("")}`
  );
  fc.assert(fc.property(csv, csv, (a, b) => {
    assert.equal(diffTables(readCsv(a), readCsv(b)).equal, a === b);
  }));
});

Deno.test("claims that turned are listed", () => {
  const claim = (id: string, verdict: ClaimResult["verdict"]) =>
    ({ id, verdict, reproduced: verdict }) as ClaimResult;
  assert.deepEqual(
    diffClaims([claim("a", "met"), claim("b", "met")], [claim("a", "not met"), claim("c", "met")])
      .map(({ id, before, after }) => [id, before, after]),
    [["a", "met", "not met"], ["b", "met", "absent"], ["c", "absent", "met"]],
  );
});
