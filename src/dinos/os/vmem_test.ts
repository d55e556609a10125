import assert from "node:assert/strict";
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../../hardware/memory/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { ExpectedGet, memcachedShape } from "../../workloads/memcached/mod.ts";
import type { PageTable } from "./page-table.ts";
import { type Frozen, VmemSystem } from "./vmem.ts";

const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);
const MIB = 2 ** 20;

/** Six threads on three hosts, 1 GiB in 4 KiB pages. */
function system(frozen: Frozen) {
  const sim = new Simulation({ seed: 1 });
  const shape = memcachedShape(960 * MIB, 6, 8, 64);
  const vmem = new VmemSystem(sim, {
    values,
    gets: new ExpectedGet({
      shape,
      values,
      threads: [2, 2, 2, 0],
      memory: [1 / 3, 1 / 3, 1 / 3, 0],
      pageBytes: 4096,
      virtual: true,
    }),
    cores: [0, 1, 24, 25, 48, 49],
    replicas: [0, 1, 2],
    pageBytes: 4096,
    addressSpace: shape.mappedBytes + shape.bucketsBytes,
    chunk: 64 * MIB,
    frozen,
    tick: 1e9,
    interrupt: 5000,
    logBytes: 2 * MIB,
  });
  while (vmem.ready < 6) sim.run(sim.now + 1e5);
  return { sim, vmem };
}

const change = (
  { sim, vmem }: ReturnType<typeof system>,
  kind: "add" | "remove",
  domain: number,
) => {
  const before = vmem.operations();
  vmem.change(kind, domain);
  const n = vmem.changes.length;
  while (vmem.changes.length === n) sim.run(sim.now + 1e4);
  return vmem.operations() - before;
};

Deno.test("cores load the table of a remaining replica, and their own again when it is back", () => {
  for (const frozen of ["process", "kernel"] as const) {
    const s = system(frozen);
    const tables = () => [0, 1, 2, 3, 4, 5].map((t) => s.vmem.tableOf(t));
    assert.deepEqual(tables(), [0, 0, 1, 1, 2, 2]);
    change(s, "remove", 1);
    s.sim.run(s.sim.now + 5e6);
    assert.deepEqual(tables(), [0, 0, 0, 2, 2, 2], frozen);
    change(s, "remove", 2);
    s.sim.run(s.sim.now + 5e6);
    assert.deepEqual(tables(), [0, 0, 0, 0, 0, 0], frozen);
    change(s, "add", 1);
    s.sim.run(s.sim.now + 5e6);
    assert.deepEqual(tables().slice(2, 4), [1, 1], frozen);
  }
});

Deno.test("a replica that is added has every table of the one it was cloned from", () => {
  const s = system("process");
  change(s, "remove", 1);
  change(s, "remove", 2);
  const one = s.vmem.bytes();
  change(s, "add", 2);
  assert.equal(s.vmem.bytes(), 2 * one);
  const [a, b] = s.vmem.dispatcher.replicaList().map((r) => r.data as PageTable);
  assert.deepEqual(a.tables, b.tables);
  for (let at = 0; at < 1024 * MIB; at += 37 * MIB + 4096) assert.equal(b.walk(at), 4);
});

Deno.test("threads do nothing while the process is frozen, and go on if only the kernel is", () => {
  const work = (frozen: Frozen) => {
    const s = system(frozen);
    change(s, "remove", 1);
    return change(s, "add", 1);
  };
  const [process, kernel] = [work("process"), work("kernel")];
  assert.ok(process < 0.1 * kernel, `${process} against ${kernel} gets`);
});

Deno.test("each core walks the table that it has loaded, from an empty TLB", () => {
  const s = system("process");
  const before = structuredClone(s.vmem.translations(2));
  assert.equal(before.faults, 0);
  assert.ok(before.walks > 0.9 * before.accesses, "1 GiB in 4 KiB pages: most accesses walk");
  assert.ok(
    before.loads[0] === before.walks && before.loads[1] > 0,
    "leaf entries, and some above",
  );
  change(s, "remove", 1);
  s.sim.run(s.sim.now + 1e6);
  const after = s.vmem.translations(2);
  assert.ok(after.loads[3] > before.loads[3], "the first walk after the change begins at the top");
  assert.equal(after.faults, 0);
});

Deno.test("replicas hold the same tables before the first change as after the last", () => {
  const s = system("process");
  const first = s.vmem.bytes();
  change(s, "remove", 1);
  change(s, "add", 1);
  assert.equal(s.vmem.bytes(), first);
});
