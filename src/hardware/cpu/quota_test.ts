import assert from "node:assert/strict";
import { bareHost, MS } from "./fixture_test.ts";
import type { PeriodReport, Thread } from "./mod.ts";

/** Burns `work` ns on a thread, asleep until `at`; returns where the end is noted. */
function burn(thread: Thread, work: number, at = 0): { end: number } {
  const { sim } = thread.group.host;
  const note = { end: NaN };
  sim.after(at, () => thread.start(work, () => note.end = sim.now));
  return note;
}

Deno.test("a thread alone gets its quota at the start of each period", () => {
  const { sim, host } = bareHost(2);
  const group = host.cgroup("g", { quota: 20 * MS, period: 100 * MS, phase: 100 * MS });
  const thread = group.thread("t");
  thread.readsClock = true;
  const job = burn(thread, 50 * MS);
  sim.run();
  // 20 ms from 0, 20 ms from 100, 10 ms from 200.
  assert.ok(Math.abs(job.end - 210 * MS) < 100, `${job.end}`);
  assert.equal(group.stat().nrThrottled, 2);
  assert.ok(Math.abs(group.stat().throttledTime - 160 * MS) < 100);
  assert.equal(group.usage(), 50 * MS);
});

Deno.test("at the tick a quota is overrun, and the debt is paid from later periods", () => {
  const { sim, host } = bareHost(1, {}, { tickPhase: 1 * MS });
  const group = host.cgroup("g", { quota: 22 * MS, period: 100 * MS, phase: 100 * MS });
  burn(group.thread("t"), 10_000 * MS);
  sim.run(100 * MS);
  // Ticks at 1, 5, 9, ... ms: the pool is empty at 22 ms, which the tick at 25 ms finds.
  assert.equal(group.usage(), 25 * MS);
  sim.run(200 * MS - 1);
  // The second period pays 3 ms: 19 ms from 100 ms, seen by the tick at 121 ms.
  assert.equal(group.usage(), 46 * MS);
  sim.run(10_000 * MS);
  assert.ok(Math.abs(group.usage() / (100 * 22 * MS) - 1) < 0.002, "in the long run: the quota");
});

Deno.test("a CPU that goes idle keeps 1 ms and gives the rest of its slice back", () => {
  const reports: PeriodReport[] = [];
  const { sim, host } = bareHost(1);
  const group = host.cgroup("g", {
    quota: 20 * MS,
    period: 100 * MS,
    phase: 100 * MS,
    onPeriod: (report) => reports.push(report),
  });
  const thread = group.thread("t");
  thread.readsClock = true;
  burn(thread, 7 * MS);
  sim.run();
  assert.ok(Math.abs(reports[0].pool - 12 * MS) < 10, `${reports[0].pool}: 20 - 7 - 1 kept`);
  assert.equal(reports[0].used, 7 * MS);
  assert.equal(reports[0].throttled, false);
  // One idle period later the timer stops by itself and the simulation ends.
  assert.deepEqual(reports.map((r) => r.idle), [false, true]);
  assert.equal(sim.now, 200 * MS);
});

Deno.test("the period timer restarts on its own grid", () => {
  const times: number[] = [];
  const { sim, host } = bareHost(1);
  const group = host.cgroup("g", {
    quota: 20 * MS,
    phase: 30 * MS,
    onPeriod: () => times.push(sim.now / MS),
  });
  const thread = group.thread("t");
  burn(thread, 9 * MS);
  burn(thread, 9 * MS, 777 * MS);
  sim.run();
  assert.deepEqual(times, [30, 130, 830, 930]);
});

Deno.test("returned slices go to a throttled CPU 5 ms later, before the period ends", () => {
  const { sim, host } = bareHost(3);
  const group = host.cgroup("g", { quota: 15 * MS, period: 100 * MS, phase: 100 * MS });
  const threads = ["a", "b", "c"].map((name) => {
    const thread = group.thread(name);
    thread.readsClock = true;
    return thread;
  });
  const [a, b, c] = threads;
  // At 0, each CPU draws 5 ms: the pool is empty. a goes on beyond its slice and is throttled at 5 ms.
  burn(a, 6 * MS);
  // b and c run later, and stop at 6 ms with 4.4 and 4.5 ms left: 3.4 and 3.5 ms go back.
  burn(b, 0.5 * MS);
  burn(c, 0.6 * MS);
  const outside = [host.thread("x", "fifo"), host.thread("y", "fifo")];
  outside.forEach((thread, i) => {
    thread.processor = [b, c][i].processor;
    burn(thread, 5.8 * MS, 0.2 * MS);
  });
  const end = burn(c, 0.1 * MS, 90 * MS);
  sim.run(50 * MS);
  // Both are back to idle at 6.3 and 6.4 ms; with 6.9 ms in the pool the slack timer runs 5 ms.
  assert.equal(group.stat().nrThrottled, 0);
  assert.equal(group.usage(), 7.1 * MS, "a got its last millisecond");
  assert.ok(Math.abs(group.stat().throttledTime - 6.4 * MS) < 100, `${group.stat().throttledTime}`);
  sim.run();
  assert.ok(end.end > 0);
});

Deno.test("a burst carries unused quota into later periods", () => {
  const { sim, host } = bareHost(1);
  const group = host.cgroup("g", { quota: 20 * MS, burst: 20 * MS, phase: 100 * MS });
  const thread = group.thread("t");
  thread.readsClock = true;
  burn(thread, 2 * MS);
  const job = burn(thread, 35 * MS, 150 * MS);
  sim.run();
  assert.ok(Math.abs(job.end - 185 * MS) < 100, "35 ms at once: 20 and 18 from the period before");
  assert.equal(group.stat().nrThrottled, 0);
  assert.equal(group.stat().nrBursts, 1);
});

Deno.test("a new quota takes effect at once and forgets the waiting", () => {
  const { sim, host } = bareHost(1);
  const group = host.cgroup("g", { quota: 10 * MS, phase: 100 * MS });
  const thread = group.thread("t");
  thread.readsClock = true;
  const job = burn(thread, 50 * MS);
  sim.after(30 * MS, () => group.setQuota({ quota: 40 * MS }));
  sim.run();
  assert.ok(Math.abs(job.end - 70 * MS) < 100, "10 ms, a wait to 30 ms, then 40 ms without a stop");
  assert.equal(group.stat().nrThrottled, 0, "not throttled when the period ended");
  group.setQuota({ quota: Infinity });
  const free = burn(thread, 500 * MS);
  const from = sim.now;
  sim.run();
  assert.equal(free.end - from, 500 * MS);
});

Deno.test("a new quota is charged with what the kernel has not looked at yet, and no more", () => {
  const { sim, host } = bareHost(1, {}, { tickPhase: 1 * MS });
  const group = host.cgroup("g", { quota: 50 * MS, phase: 100 * MS });
  burn(group.thread("t"), 1000 * MS);
  sim.run(12 * MS);
  // The last tick was at 9 ms: from there the new 19 ms count, which the tick at 29 ms finds used up.
  // Were all 12 ms forgotten it would be the tick at 33 ms, were none the one at 21 ms.
  group.setQuota({ quota: 19 * MS });
  sim.run(99 * MS);
  assert.equal(group.usage(), 29 * MS);
});

Deno.test("with slice expiry a group on many CPUs is throttled below its quota", () => {
  // 16 CPUs, 1.1 ms each per period: 17.6 of 20 ms. Each CPU also keeps 1 ms, which expires.
  const throttled = (sliceExpiry: boolean) => {
    const { sim, host } = bareHost(16, {}, { sliceExpiry });
    const group = host.cgroup("g", { quota: 20 * MS, phase: 100 * MS });
    for (let i = 0; i < 16; i++) {
      const thread = group.thread(`t${i}`);
      sim.spawn(
        thread.name,
        function* () {
          yield 3 * MS * i;
          for (let k = 0; k < 20; k++) {
            yield* thread.run(1.1 * MS);
            yield 98.9 * MS;
          }
        }(),
      );
    }
    sim.run();
    return group.stat().nrThrottled;
  };
  assert.ok(throttled(true) >= 15, `Linux 4.18 to 5.3: ${throttled(true)} of 20`);
  // Later kernels fill what the CPUs keep once, from the 2.4 ms that a period leaves.
  assert.ok(throttled(false) <= 7, `Linux 5.4 on: ${throttled(false)} of 20`);
});

Deno.test("what the kernel refuses is refused with what it accepts", () => {
  const { host } = bareHost(1);
  const refused = (limits: { quota: number; period?: number; burst?: number }, message: RegExp) =>
    assert.throws(() => host.cgroup("g", limits), message);
  refused({ quota: 0 }, /cgroup "g": a quota of 0 ms; expected at least 1 ms/);
  refused({ quota: 0.5 * MS }, /at least 1 ms/);
  refused({ quota: NaN }, /a quota of NaN/);
  refused({ quota: 5 * MS, period: 2000 * MS }, /a period of 2000 ms; expected 1 ms to 1 s/);
  refused({ quota: 5 * MS, period: 0 }, /a period of 0 ms/);
  refused({ quota: 5 * MS, burst: 6 * MS }, /a burst of 6 ms; expected 0 up to the quota/);
});

Deno.test("24,000 idle groups schedule nothing", () => {
  const { sim, host } = bareHost(40);
  for (let i = 0; i < 24_000; i++) host.cgroup(`g${i}`, { quota: 20 * MS }).thread("t");
  const outcome = sim.run(10_000 * MS);
  assert.equal(outcome.events, 0);
});
