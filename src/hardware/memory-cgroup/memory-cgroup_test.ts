import assert from "node:assert/strict";
import { MemoryCgroup, PAGE } from "./memory-cgroup.ts";

const MIB = 2 ** 20;

Deno.test("charges are taken ahead in batches of 32 pages", () => {
  const group = new MemoryCgroup("m", { limit: MIB });
  assert.equal(group.charge(1), true);
  assert.equal(group.usage, 32 * PAGE);
  group.charge(31 * PAGE);
  assert.equal(group.usage, 32 * PAGE);
});

Deno.test("page cache is dropped before a charge fails", () => {
  const group = new MemoryCgroup("m", { limit: MIB });
  group.charge(MIB / 2);
  group.readFile(MIB / 2);
  assert.equal(group.charge(MIB / 4), true);
  assert.equal(group.stat().reclaimed, MIB / 4);
  assert.equal(group.stat().ooms, 0);
});

Deno.test("a charge beyond the limit with nothing to reclaim fails and counts an OOM", () => {
  const group = new MemoryCgroup("m", { limit: MIB });
  group.charge(MIB);
  assert.equal(group.charge(PAGE), false);
  assert.equal(group.stat().ooms, 1);
  assert.equal(group.setLimit(2 * MIB), true);
  assert.equal(group.charge(PAGE), true);
});

Deno.test("a limit below anonymous memory is refused, page cache gives way", () => {
  const group = new MemoryCgroup("m", { limit: 4 * MIB });
  group.charge(2 * MIB);
  group.readFile(MIB);
  assert.equal(group.setLimit(MIB), false);
  assert.equal(group.limit, 4 * MIB);
  assert.equal(group.setLimit(2 * MIB), true);
});

Deno.test("more freed than charged is refused", () => {
  assert.throws(() => new MemoryCgroup("m").uncharge(PAGE), /fewer are in use/);
  assert.throws(() => new MemoryCgroup("m", { limit: 1 }), /expected a page/);
});
