import assert from "node:assert/strict";
import fc from "fast-check";
import { type AllocatorSettings, Pools, type Telemetry } from "./allocation.ts";
import { type Mode, ResourceAllocator } from "./resource-allocator.ts";

const settings: AllocatorSettings = {
  globalCpu: 10,
  globalMemory: 2 ** 30,
  containers: 4,
  upsilon: 20,
  gamma: 0.2,
  kappa: 0.8,
  window: 10,
  floor: 0.3,
};
const make = (mode: Mode, more: Partial<AllocatorSettings> = {}) => {
  const allocator = new ResourceAllocator({
    ...settings,
    ...more,
    mode,
    memoryStep: 5000 * 4096,
    safeMargin: 50 * 2 ** 20,
  });
  for (let i = 0; i < 4; i++) allocator.register(i, 2 ** 27, 0);
  return allocator;
};
const quota = (a: ResourceAllocator, i: number) => a.pools.entries.get(i)?.quota as number;
const tell = (a: ResourceAllocator, container: number, m: Partial<Telemetry>) =>
  a.onTelemetry(
    { container, quota: quota(a, container), remaining: 0, nrThrottled: 0, sequence: 0, ...m },
    0,
  )?.quota;

Deno.test("every container first gets the equal share", () => {
  const allocator = make("code");
  assert.deepEqual([0, 1, 2, 3].map((i) => quota(allocator, i)), [2.5, 2.5, 2.5, 2.5]);
});

Deno.test("code: a fifth is cut when more than a fifth is unused, 5 ms when less", () => {
  const allocator = make("code");
  assert.equal(tell(allocator, 0, { remaining: 1 }), 2);
  assert.equal(tell(allocator, 1, { remaining: 0.2 }), 2.45);
  assert.equal(tell(allocator, 2, { remaining: 0.04 }), undefined);
});

Deno.test("code: one throttle among ten messages gives 0.6 core from the pool", () => {
  const allocator = make("code");
  for (let k = 0; k < 10; k++) tell(allocator, 0, { remaining: 1.2 });
  const before = quota(allocator, 0);
  assert.ok(Math.abs((tell(allocator, 0, { nrThrottled: 1 }) as number) - before - 0.6) < 1e-9);
});

Deno.test("code: with an empty pool a starved container overruns it, and others give it back", () => {
  const allocator = make("code");
  for (let k = 0; k < 3; k++) tell(allocator, 0, { remaining: 2 });
  const taken = allocator.pools.freeCpu;
  const rich = allocator.pools.entries.get(1);
  assert.ok(rich);
  allocator.pools.setCpu(rich, rich.quota + taken);
  // Its window still counts the three quiet periods.
  for (let n = 1; n <= 12 && allocator.pools.freeCpu > -1e-9; n++) {
    tell(allocator, 0, { nrThrottled: n * 2 });
  }
  assert.ok(allocator.pools.worstOverrun > 0);
  const before = quota(allocator, 1);
  assert.ok((tell(allocator, 1, {}) as number) < before);
});

Deno.test("text: one throttle with upsilon 20 hands over the whole pool, clamped", () => {
  const allocator = make("text");
  tell(allocator, 0, { remaining: 2 });
  const free = allocator.pools.freeCpu;
  const before = quota(allocator, 1);
  assert.ok(free > 0);
  assert.ok(
    Math.abs((tell(allocator, 1, { nrThrottled: 1 }) as number) - before - free) < 1e-9,
  );
});

Deno.test("text: limits never sum above the global limit, whatever the telemetry", () => {
  const message = fc.record({
    container: fc.integer({ min: 0, max: 3 }),
    throttled: fc.boolean(),
    unused: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 200 }), (messages) => {
      const allocator = make("text");
      const counts = [0, 0, 0, 0];
      for (const { container, throttled, unused } of messages) {
        if (throttled) (counts[container] as number)++;
        tell(allocator, container, {
          nrThrottled: counts[container] as number,
          remaining: unused * quota(allocator, container),
        });
        const sum = [0, 1, 2, 3].reduce((total, i) => total + quota(allocator, i), 0);
        assert.ok(sum <= settings.globalCpu + 1e-9);
        assert.ok(Math.abs(sum - allocator.pools.allocatedCpu) < 1e-9);
      }
      assert.ok(allocator.pools.worstOverrun < 1e-9);
    }),
    { numRuns: 60, seed: 1 },
  );
});

Deno.test("a message from before the last change is stale; after two more the kernel is believed", () => {
  const allocator = make("code");
  const old = quota(allocator, 0);
  tell(allocator, 0, { remaining: 2 });
  for (let k = 0; k < 2; k++) assert.equal(tell(allocator, 0, { quota: old }), undefined);
  tell(allocator, 0, { quota: old });
  assert.equal(allocator.stale, 3);
  assert.equal(quota(allocator, 0), old);
});

Deno.test("memory grows by a step, stops at the pool, and is cut to usage and margin", () => {
  const allocator = make("code", { globalMemory: 4 * 2 ** 27 + 6000 * 4096 });
  const entry = allocator.pools.entries.get(0);
  assert.ok(entry);
  assert.equal(allocator.grantMemory(entry), 2 ** 27 + 5000 * 4096);
  assert.equal(allocator.grantMemory(entry), 2 ** 27 + 6000 * 4096);
  assert.equal(allocator.grantMemory(entry), undefined);
  assert.equal(allocator.reclaimTo(entry, 2 ** 20), 51 * 2 ** 20);
  assert.equal(allocator.reclaimTo(entry, 2 ** 27), undefined);
});

Deno.test("a global limit under the sum of minima is refused", () => {
  assert.throws(() => new Pools({ ...settings, globalCpu: 1 }), /under the sum of minima/);
  assert.throws(() => new Pools({ ...settings, containers: 0 }), /at least one container/);
});
