import assert from "node:assert/strict";
import fc from "fast-check";
import { type MapOperation, PageTable } from "./page-table.ts";

const GIB = 2 ** 30;

Deno.test("tables of each level are as many as the address space needs", () => {
  const built = (pageBytes: number, bytes: number) => {
    const table = new PageTable(pageBytes);
    const chunk = 64 * 2 ** 20;
    for (let at = 0; at < bytes; at += chunk) table.apply({ kind: "map", at, bytes: chunk });
    return table;
  };
  assert.deepEqual(built(4096, GIB).tables, [512, 1, 1, 1]);
  assert.deepEqual(built(4096, 64 * GIB).tables, [32_768, 64, 1, 1]);
  assert.deepEqual(built(2 ** 21, 68 * GIB).tables, [0, 68, 1, 1]);
  assert.equal(built(2 ** 21, 68 * GIB).bytes(), 280 * 1024);
  assert.equal(built(4096, GIB).walk(GIB - 1), 4);
  assert.equal(built(2 ** 21, GIB).walk(5), 3);
  assert.equal(built(2 ** 21, GIB).walk(GIB), 0);
});

Deno.test("walks, changed pages and freed tables agree with a plain set of pages", () => {
  for (const pageBytes of [4096, 2 ** 21]) {
    const operation = fc.record({
      kind: fc.constantFrom<"map" | "unmap">("map", "unmap"),
      from: fc.integer({ min: 0, max: 1500 }),
      count: fc.integer({ min: 1, max: 700 }),
    });
    fc.assert(fc.property(fc.array(operation, { maxLength: 12 }), (list) => {
      const table = new PageTable(pageBytes);
      const pages = new Set<number>();
      for (const { kind, from, count } of list) {
        let changed = 0;
        for (let p = from; p < from + count; p++) {
          if (kind === "map" ? !pages.has(p) : pages.has(p)) changed++;
          if (kind === "map") pages.add(p);
          else pages.delete(p);
        }
        const op: MapOperation = { kind, at: from * pageBytes, bytes: count * pageBytes };
        assert.equal(table.apply(op), changed);
      }
      const copy = table.clone();
      table.apply({ kind: "unmap", at: 0, bytes: 3000 * pageBytes });
      for (let p = 0; p < 2300; p += 7) {
        assert.equal(copy.walk(p * pageBytes) > 0, pages.has(p));
        assert.equal(table.walk(p * pageBytes), 0);
      }
      assert.deepEqual(table.tables, [0, 0, 0, 1]);
      const leaves = new Set([...pages].map((p) => Math.floor(p / 512))).size;
      assert.equal(copy.tables[pageBytes === 4096 ? 0 : 1], leaves);
    }));
  }
});
