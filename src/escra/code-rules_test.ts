/** The published controller's rules, one by one, against cases worked out by hand from its source. */
import assert from "node:assert/strict";
import { type AllocatorSettings, type Entry, Pools, Window } from "./allocation.ts";
import { CodeRules } from "./code-rules.ts";

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

/** Four containers; the first has `quota`, the others share what `free` leaves. The equal share is 2.5. */
function books(quota: number, free: number): { pools: Pools; entry: Entry } {
  const pools = new Pools(settings);
  const entries = [0, 1, 2, 3].map((id) => pools.register(id, 0, 0, true));
  const [entry, ...others] = entries as [Entry, ...Entry[]];
  for (const other of others) pools.setCpu(other, 0.3);
  pools.setCpu(entry, quota);
  pools.setCpu(others[0] as Entry, 0.3 + pools.freeCpu - free);
  return { pools, entry };
}

const near = (a: number | undefined, b: number) =>
  assert.ok(a !== undefined && Math.abs(a - b) < 1e-9, `${a}, expected ${b}`);

/** One message's decision. `throttled`: more throttles than at the last message. */
function decide(
  { pools, entry }: { pools: Pools; entry: Entry },
  m: { readonly remaining?: number; readonly throttled?: number },
) {
  return new CodeRules().decide(entry, {
    container: 0,
    quota: entry.quota,
    remaining: m.remaining ?? 0,
    nrThrottled: entry.lastThrottled + (m.throttled ?? 0),
    sequence: 0,
  }, pools);
}

/** Messages of which none is throttled and nothing is left: no rule applies. */
function quiet(b: { pools: Pools; entry: Entry }, messages: number) {
  for (let k = 0; k < messages; k++) assert.equal(decide(b, {}), undefined);
}

Deno.test("B: an overrun is taken back from a container above the equal share", () => {
  // 140 % above: 1.4 slices of 0.3. 40 % above: 0.4 of the 1 core. 8 %: under half a slice, so all of it.
  for (
    const [q, overrun, expected] of [[6, 1, 5.58], [6, 0.1, 5.9], [3.5, 1, 3.1], [2.7, 1, 2.5]]
  ) {
    const b = books(q as number, 0);
    b.pools.overrun = overrun as number;
    const decision = decide(b, { throttled: 1 });
    near(decision?.quota, expected as number);
    assert.equal(decision?.overrun, true);
  }
});

Deno.test("B goes before D: while there is an overrun, a throttled container above the share shrinks", () => {
  const b = books(6, 1);
  quiet(b, 9);
  near(decide(b, { throttled: 1 })?.quota, 6.6);
  b.pools.overrun = 0.2;
  near(decide(b, { throttled: 1 })?.quota, 5.8);
});

Deno.test("C: a starved container below the equal share gets a part of what it lacks", () => {
  // 60 % of the share lacks: 0.6 x 1.5 cores. 4 %: under half a slice, so all of it.
  near(decide(books(1, 5), { throttled: 1 })?.quota, 1.9);
  near(decide(books(2.4, 5), { throttled: 1 })?.quota, 2.5);
  near(decide(books(1, 0.2), { throttled: 1 })?.quota, 1.2);
});

Deno.test("C with an empty pool gives the same, as overrun; not for a mean of one half or less", () => {
  const b = books(1, 0);
  const decision = decide(b, { throttled: 1 });
  near(decision?.quota, 1.9);
  assert.equal(decision?.overrun, true);
  const half = books(1, 0);
  quiet(half, 1);
  assert.equal(decide(half, { throttled: 1 }), undefined);
});

Deno.test("D: 20 x mean x 30 ms, at most the pool; from one throttle in ten messages on", () => {
  const b = books(3, 5);
  quiet(b, 9);
  near(decide(b, { throttled: 1 })?.quota, 3.6);
  const poor = books(3, 0.25);
  quiet(poor, 9);
  near(decide(poor, { throttled: 1 })?.quota, 3.25);
  const none = books(3, 0);
  quiet(none, 9);
  assert.equal(decide(none, { throttled: 1 }), undefined);
  const old = books(3, 5);
  quiet(old, 20);
  // Lost messages: three throttles in one.
  near(decide(old, { throttled: 3 })?.quota, 3 + 20 * 0.3 * 0.3);
});

Deno.test("in the first ten messages the mean is over those so far: one throttle in three is 1/3", () => {
  const b = books(3, 5);
  quiet(b, 2);
  near(decide(b, { throttled: 1 })?.quota, 3 + 20 * 0.3 / 3);
});

Deno.test("E: a fifth of the limit goes if more than a fifth was unused in this period, to the floor", () => {
  near(decide(books(3, 0), { remaining: 0.61 })?.quota, 2.4);
  near(decide(books(0.35, 0), { remaining: 0.2 })?.quota, 0.3);
  // At the floor nothing is left to cut, whatever is unused.
  assert.equal(decide(books(0.3, 0), { remaining: 0.3 }), undefined);
});

Deno.test("E is blocked by a throttle in the window while the pool has something", () => {
  const b = books(3, 5);
  quiet(b, 9);
  near(decide(b, { remaining: 1, throttled: 1 })?.quota, 3.6);
  const empty = books(3, 0);
  quiet(empty, 9);
  near(decide(empty, { remaining: 1, throttled: 1 })?.quota, 2.4);
});

Deno.test("F: 5 ms go if more than 5 ms were unused on average, not at the floor", () => {
  near(decide(books(3, 0), { remaining: 0.06 })?.quota, 2.95);
  assert.equal(decide(books(3, 0), { remaining: 0.05 }), undefined);
  near(decide(books(0.32, 0), { remaining: 0.06 })?.quota, 0.3);
  const b = books(3, 0);
  quiet(b, 9);
  // 0.5 in ten messages is 0.05 on average; a little more is enough.
  near(decide(b, { remaining: 0.51 })?.quota, 2.95);
});

Deno.test("each change empties both windows but not the count of messages", () => {
  const b = books(3, 5);
  quiet(b, 10);
  near(decide(b, { throttled: 1 })?.quota, 3.6);
  assert.equal(b.entry.throttles.mean, 0);
  assert.equal(b.entry.unused.mean, 0);
  // So one more throttle is a tenth again, at once.
  near(decide(b, { throttled: 1 })?.quota, 3.6);
});

Deno.test("cuts do not repay an overrun: what they free is given out while it lasts", () => {
  const { pools, entry } = books(1, 0);
  pools.setCpu(entry, 1.9, true);
  assert.ok(Math.abs(pools.overrun - 0.9) < 1e-9 && pools.freeCpu === 0);
  const other = pools.entries.get(2) as Entry;
  pools.setCpu(other, 0.1);
  assert.ok(Math.abs(pools.freeCpu - 0.2) < 1e-9 && Math.abs(pools.overrun - 0.9) < 1e-9);
  assert.ok(Math.abs(pools.allocatedCpu - 10.7) < 1e-9);
  assert.ok(Math.abs(pools.worstOverrun - 0.9) < 1e-9);
});

Deno.test("CPU time that no counter has is found again from 1 us on", () => {
  const { pools, entry } = books(3, 0);
  pools.setCpu(entry, 2.999994, true); // 0.6 us of 100 ms less, and nobody has them
  pools.repairLeak();
  assert.equal(pools.freeCpu, 0);
  // What is missing is added up message by message, as published.
  pools.repairLeak();
  assert.ok(Math.abs(pools.freeCpu - 1.2e-5) < 1e-9);
});

Deno.test("the window is the mean of the last ten, a flush counts as zeros", () => {
  const window = new Window(10);
  let values: number[] = [];
  for (let k = 1; k <= 40; k++) {
    const value = (k * 7) % 5;
    values.push(value);
    const last = values.slice(-10);
    const mean = last.reduce((a, b) => a + b, 0) / Math.min(10, k);
    assert.ok(Math.abs(window.add(value) - mean) < 1e-9, `after ${k}`);
    if (k % 13 === 0) {
      window.flush();
      values = values.map(() => 0);
    }
  }
});
