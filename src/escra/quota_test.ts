import assert from "node:assert/strict";
import fc from "fast-check";
import { Simulation } from "../kernel/mod.ts";
import { ResourceQuota } from "./quota.ts";

Deno.test("a pod whose limits do not fit the quota waits until another is gone", () => {
  const sim = new Simulation({ seed: 1 });
  const quota = new ResourceQuota(sim, { cpu: 3, memory: 100 });
  const created: [number, number][] = [];
  const ask = (id: number, cpu: number, memory: number) =>
    quota.request(id, { cpu, memory }, () => created.push([id, sim.now]));
  ask(0, 2, 40);
  ask(1, 1, 40);
  ask(2, 1, 10); // no CPU left
  ask(3, 0, 30); // no memory left
  assert.deepEqual(created, [[0, 0], [1, 0]]);
  assert.equal(quota.waiting, 2);
  sim.run(1e9);
  quota.release(1);
  sim.run(3e9);
  // Tried after 5, 15, 35 ... 1275 ms: the doubling back-off.
  assert.deepEqual(created.slice(2), [[2, 1275e6], [3, 1275e6]]);
  assert.equal(quota.waiting, 0);
  assert.deepEqual(quota.used, { cpu: 3, memory: 80 });
});

Deno.test("a quota without bounds refuses nothing", () => {
  const sim = new Simulation({ seed: 1 });
  const quota = new ResourceQuota(sim, { cpu: Infinity, memory: Infinity });
  let created = 0;
  for (let id = 0; id < 100; id++) quota.request(id, { cpu: 1e3, memory: 1e12 }, () => created++);
  assert.equal(created, 100);
  assert.equal(quota.refused, 0);
});

Deno.test("at any moment the pods that exist fit the quota, in whatever order they come and go", () => {
  const limits = fc.record({
    cpu: fc.integer({ min: 1, max: 4 }),
    memory: fc.integer({ min: 1, max: 4 }),
  });
  const step = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    limits,
    wait: fc.integer({ min: 0, max: 3000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      const sim = new Simulation({ seed: 1 });
      const quota = new ResourceQuota(sim, { cpu: 6, memory: 7 });
      // The twin keeps what exists and looks at nothing else.
      const exists = new Map<number, { cpu: number; memory: number }>(), asked = new Set<number>();
      const sum = (of: (l: { cpu: number; memory: number }) => number) =>
        [...exists.values()].reduce((total, l) => total + of(l), 0);
      for (const { id, limits, wait } of steps) {
        if (exists.delete(id)) quota.release(id);
        else if (!asked.has(id)) {
          asked.add(id);
          const free = sum((l) => l.cpu) + limits.cpu <= 6 &&
            sum((l) => l.memory) + limits.memory <= 7;
          quota.request(id, limits, () => {
            exists.set(id, limits);
            asked.delete(id);
          });
          assert.equal(exists.has(id), free);
        }
        sim.run(sim.now + wait * 1e6);
        assert.ok(sum((l) => l.cpu) <= 6 && sum((l) => l.memory) <= 7);
        assert.equal(quota.waiting, asked.size);
        assert.deepEqual(quota.used, { cpu: sum((l) => l.cpu), memory: sum((l) => l.memory) });
      }
    }),
    { numRuns: 100, seed: 1 },
  );
});
