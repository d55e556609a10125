import assert from "node:assert/strict";
import { rig } from "./testing.ts";

const MS = 1e6, S = 1e9, MIB = 2 ** 20;

/** Containers with 10 MiB in use, registered now; when their limits were written, s. */
function reclaimed(over: Parameters<typeof rig>[1], until: number) {
  const all = rig(3, { globalMemory: 384 * MIB, ...over });
  const { sim, containers, controller } = all;
  const writes: number[][] = containers.map(() => []);
  for (const [i, c] of containers.entries()) {
    c.memory.charge(10 * MIB);
    const set = c.memory.setLimit.bind(c.memory);
    c.memory.setLimit = (limit) => {
      writes[i]?.push(sim.now);
      return set(limit);
    };
    controller.register(c, 1);
  }
  sim.run(until);
  return { ...all, writes };
}

Deno.test("reclamation goes through containers one after the other, each as long as cAdvisor takes", () => {
  const { writes, containers } = reclaimed({}, 6 * S);
  // 10 ms wait, 60 ms to fetch and parse, 20 us for the system call, as the thread waits for each.
  assert.deepEqual(writes.flat().map((t) => t / MS), [5070.02, 5140.04, 5210.06]);
  // A charge takes 32 pages ahead.
  assert.ok(containers.every((c) => c.memory.limit === c.memory.usage + 50 * MIB));
});

Deno.test("code sleeps 5 s after each round; text begins one every 5 s", () => {
  for (const [mode, second] of [["code", 10_280.08], ["text", 10_070.02]] as const) {
    const { sim, containers, controller, writes } = reclaimed({ mode }, 6 * S);
    const [c] = containers;
    assert.ok(c !== undefined && controller.up);
    c.memory.setLimit(128 * MIB);
    const entries = writes[0] as number[];
    entries.length = 0;
    // The books still hold the cut limit, so this container has nothing to give; more in use has.
    c.memory.charge(5 * MIB);
    sim.run(9 * S);
    c.memory.uncharge(12 * MIB);
    sim.run(11 * S);
    assert.deepEqual(entries.map((t) => t / MS), [second]);
  }
});

Deno.test("code looks each 5 s whether all have registered, then sleeps 5 s: the first round is 5 to 10 s later", () => {
  for (const [mode, first] of [["code", 10_070.02], ["text", 6_070.02]] as const) {
    const { sim, containers, controller } = rig(1, { mode });
    const [c] = containers;
    assert.ok(c !== undefined);
    const written: number[] = [];
    const set = c.memory.setLimit.bind(c.memory);
    c.memory.setLimit = (limit) => {
      written.push(sim.now / MS);
      return set(limit);
    };
    sim.after(S, () => controller.register(c, 1));
    sim.run(11 * S);
    assert.deepEqual(written, [first]);
  }
});

Deno.test("cAdvisor's figure is as old as its housekeeping: memory that grew since is not seen", () => {
  const grown = (staleness: number) => {
    const { sim, containers: [c], writes } = reclaimed({ staleness }, 5.0 * S);
    assert.ok(c !== undefined);
    c.memory.charge(30 * MIB);
    sim.run(5.2 * S);
    assert.equal(writes[0]?.length, 1);
    return (c.memory.limit - c.memory.usage) / MIB;
  };
  assert.equal(grown(0), 50);
  // Housekeeping of 10 s: the figure is from the registration.
  assert.ok(Math.abs(grown(100 * S) - 20) < 0.5);
});

Deno.test("an OOM event with an empty pool takes from all others at the same time", () => {
  const { sim, containers, controller, install, writes } = reclaimed({ reclaimPeriod: 0 }, MS);
  const [c] = containers;
  assert.ok(c !== undefined);
  install(c);
  let granted: number | undefined;
  controller.oom(c, 4096, ({ granted: yes }) => granted = yes ? sim.now : undefined);
  sim.run(S);
  assert.deepEqual(writes.map((w) => w.length), [0, 1, 1]);
  assert.equal(writes[1]?.[0], writes[2]?.[0]);
  assert.equal(granted, MS + 70 * MS + 20_000);
});
