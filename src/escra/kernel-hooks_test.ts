import assert from "node:assert/strict";
import type { Telemetry } from "./allocation.ts";
import type { HookOptions } from "./kernel-hooks.ts";
import { type Bare, rig } from "./testing.ts";

const MS = 1e6;

/** A container of half a core that asks for `bursts` (at ms: CPU time in ms), and what its hook sends. */
function reports(bursts: Readonly<Record<number, number>>, more: Partial<HookOptions<Bare>> = {}) {
  const { sim, containers: [c], install } = rig(1);
  assert.ok(c !== undefined);
  c.cpu.setQuota(50 * MS);
  const sent: (Telemetry & { at: number })[] = [];
  install(c, { receive: (message) => sent.push({ ...message, at: sim.now / MS }), ...more });
  for (const [at, demand] of Object.entries(bursts)) {
    sim.after(Math.max(1, Number(at) * MS), () => c.cpu.run(demand * MS, 0));
  }
  return { sim, c, sent };
}

Deno.test("a datagram per period with its limit and what is left; an idle container is silent", () => {
  const { sim, sent } = reports({ 10: 20, 150: 30 });
  sim.run(1000 * MS);
  assert.deepEqual(
    sent.map(({ at, quota, remaining }) => [at, quota, Math.round(1000 * remaining) / 1000]),
    [[100, 0.5, 0.3], [200, 0.5, 0.2]],
  );
});

Deno.test("the hook runs before the kernel counts the throttle: it is in the next datagram", () => {
  const counts = (lateThrottles: boolean) => {
    const { sim, sent } = reports({ 10: 70 }, { lateThrottles });
    sim.run(1000 * MS);
    return sent.map((m) => m.nrThrottled);
  };
  assert.deepEqual(counts(true), [0, 1]);
  assert.deepEqual(counts(false), [1, 1]);
});

Deno.test("an interval of its own: reports lie within periods, too", () => {
  const times = (interval: number) => {
    const { sim, sent } = reports({ 1: 10, 101: 10, 201: 10, 301: 10 }, {
      interval: interval * MS,
    });
    sim.run(450 * MS);
    return sent.map(({ at }) => at);
  };
  assert.deepEqual(times(100), [100, 200, 300, 400]);
  assert.deepEqual(times(50), [100, 150, 200, 250, 300, 350, 400, 450]);
  assert.deepEqual(times(150), [100, 250, 400]);
  assert.deepEqual(times(200), [100, 300]);
});

Deno.test("within a period the pool is what it is then, and throttles are those counted so far", () => {
  const { sim, sent } = reports({ 10: 5, 110: 5, 160: 5 }, { interval: 50 * MS });
  sim.run(200 * MS);
  assert.deepEqual(sent.map((m) => Math.round(100 * m.remaining) / 100), [0.45, 0.45, 0.4]);
});

Deno.test("a hook that reports writes, too, says the new limit and the old pool", () => {
  const { sim, c, sent } = reports({ 1: 10 }, { reportWrites: true });
  sim.run(50 * MS);
  c.writeHook?.(0.8);
  sim.run(60 * MS);
  assert.deepEqual(sent.map((m) => [m.at, m.quota, Math.round(100 * m.remaining) / 100]), [
    [50, 0.8, 0.4],
  ]);
});

Deno.test("datagrams are lost at the rate asked for", () => {
  const bursts = Object.fromEntries(Array.from({ length: 400 }, (_, k) => [100 * k + 1, 1]));
  const { sim, sent } = reports(bursts, { loss: 0.5 });
  sim.run(40_000 * MS);
  assert.ok(sent.length > 160 && sent.length < 240, `${sent.length}`);
  // Numbers go on over those that are lost.
  assert.ok(Number(sent.at(-1)?.sequence) > 390);
});
