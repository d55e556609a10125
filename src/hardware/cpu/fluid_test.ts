import assert from "node:assert/strict";
import fc from "fast-check";
import { Simulation } from "../../kernel/mod.ts";
import { FluidHost } from "./fluid.ts";
import { bareHost } from "./fixture_test.ts";
import { Host } from "./host.ts";

const MS = 1e6;

interface Job {
  readonly at: number;
  readonly demand: number;
}

/** Completion times on the fluid host, one group, ns. */
function fluid(jobs: readonly Job[], quota: number, cores: number, period = 100 * MS): number[] {
  const sim = new Simulation({ seed: 1 });
  const host = new FluidHost(sim, "h", cores);
  const done: number[] = [];
  const group = host.group("g", { quota, period, onDone: (i) => done[i] = sim.now });
  jobs.forEach((job, i) => sim.at(job.at, () => group.run(job.demand, i)));
  sim.run(60e9);
  return done;
}

/** The slow twin: steps of `dt`, each running job gets its share, the pool drains. */
function stepped(jobs: readonly Job[], quota: number, cores: number, dt: number): number[] {
  const left = jobs.map((j) => j.demand);
  const done: number[] = [];
  let pool = quota, finished = 0;
  for (let t = 0; finished < jobs.length && t < 60e9; t += dt) {
    if (t % (100 * MS) === 0) pool = quota;
    const ready = jobs.map((_, i) => i).filter((i) => jobs[i].at <= t && left[i] > 0);
    if (ready.length === 0 || pool <= 0) continue;
    const share = Math.min(1, cores / ready.length, pool / (ready.length * dt)) * dt;
    for (const i of ready) {
      left[i] -= share;
      pool -= share;
      if (left[i] <= 1e-6) {
        left[i] = 0;
        done[i] = t + dt;
        finished++;
      }
    }
  }
  return done;
}

Deno.test("a burst beyond its quota waits for the period's end", () => {
  assert.deepEqual(fluid([{ at: 0, demand: 30 * MS }], 20 * MS, 1), [110 * MS]);
});

Deno.test("more bursts than CPUs share them equally", () => {
  assert.deepEqual(fluid([{ at: 0, demand: 10 * MS }, { at: 0, demand: 10 * MS }], 500 * MS, 1), [
    20 * MS,
    20 * MS,
  ]);
});

Deno.test("bursts end when a simulation in small steps says so", () => {
  const job = fc.record({
    at: fc.integer({ min: 0, max: 300 }).map((x) => x * MS),
    demand: fc.integer({ min: 1, max: 60 }).map((x) => (x + 0.31) * MS),
  });
  let bursts = 0, apart = 0;
  fc.assert(
    fc.property(
      fc.array(job, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 20, max: 300 }),
      fc.integer({ min: 1, max: 4 }),
      (jobs, quota, cores) => {
        const fast = fluid(jobs, (quota + 0.17) * MS, cores);
        const slow = stepped(jobs, (quota + 0.17) * MS, cores, 0.05 * MS);
        fast.forEach((at, i) => {
          bursts++;
          // A whole period apart: work that ends within a step of the pool's last drop.
          if (Math.abs(at - slow[i]) > 2 * MS) apart++;
        });
      },
    ),
    { numRuns: 60, seed: 7 },
  );
  assert.ok(apart <= bursts * 0.02, `${apart} of ${bursts} bursts end at another time`);
});

/** A service's jobs, and how much slower the fluid host serves them than the exact one. */
function twins(quota: number, load: number, mean: number, threads: number, expiry: boolean) {
  const sim = new Simulation({ seed: 3 });
  const rng = sim.rng("jobs");
  const jobs: Job[] = [];
  const gap = mean / (load * quota / (100 * MS));
  for (let at = 0; at < 20e9; at += rng.exponential(gap)) {
    jobs.push({ at: Math.round(at), demand: Math.round(1 + rng.exponential(mean)) });
  }
  const constants = {
    name: "h",
    cpus: 40,
    tickRate: 250,
    schedulerSlice: 3 * MS,
    bandwidthSlice: 5 * MS,
    wakeUpCost: 5e3,
    contextSwitchCost: 2e3,
    newidleShare: 1,
  };
  const exact: number[] = [], fast: number[] = [];
  const host = new Host(sim, constants, { sliceExpiry: expiry });
  const group = host.cgroup("g", { quota });
  const pool = Array.from({ length: threads }, (_, i) => group.thread(`t${i}`));
  const queue: number[] = [];
  const start = (i: number) => {
    const thread = pool.shift();
    if (thread === undefined) return queue.push(i);
    thread.start((jobs[i] as Job).demand, () => {
      exact[i] = sim.now;
      // Threads take turns, as connections of a pool do.
      pool.push(thread);
      const next = queue.shift();
      if (next !== undefined) start(next);
    });
  };
  const fluid = new FluidHost(sim, "f", 40).group("g", {
    quota,
    spread: Math.min(threads, 40),
    sliceExpiry: expiry,
    onDone: (i) => fast[i] = sim.now,
  });
  jobs.forEach((job, i) =>
    sim.at(job.at, () => {
      start(i);
      fluid.run(job.demand, i);
    })
  );
  sim.run(30e9);
  const response = (done: number[]) => {
    const all = jobs.map((job, i) => (done[i] ?? 30e9) - job.at);
    return all.reduce((a, b) => a + b, 0) / all.length / MS;
  };
  return {
    fluid: response(fast),
    exact: response(exact),
    throttled: [fluid.stat().nrThrottled, group.stat().nrThrottled] as const,
  };
}

// Mean response in ms: what the fast model costs in accuracy. The exact host books at the tick, so that a
// period may overrun its quota, and holds whole slices; the fluid one does neither.
for (
  const [quota, load, mean, threads, expiry] of [
    [100, 0.5, 4, 40, false],
    [100, 0.8, 8, 40, false],
    [300, 0.7, 2, 40, true],
    [100, 0.5, 2, 10, true],
    [600, 0.8, 3, 40, true],
  ] as const
) {
  const what = `quota ${quota} ms, load ${load}, ${mean} ms a job, ${threads} threads` +
    (expiry ? ", slices expire" : "");
  Deno.test(`the fluid host is near the exact one: ${what}`, () => {
    const t = twins(quota * MS, load, mean * MS, threads, expiry);
    if (Deno.env.get("TWINS") !== undefined) console.error(what, JSON.stringify(t));
    const ratio = t.fluid / t.exact;
    assert.ok(ratio > 0.6 && ratio < 1.7, `${what}: ${JSON.stringify(t)}`);
  });
}

Deno.test("an idle group has no timer and reports one idle period", () => {
  const sim = new Simulation({ seed: 1 });
  const host = new FluidHost(sim, "h", 4);
  const idle: boolean[] = [];
  const group = host.group("g", {
    quota: 50 * MS,
    onDone: () => {},
    onPeriod: (r) => idle.push(r.idle),
  });
  group.run(10 * MS, 0);
  sim.run(2e9);
  assert.deepEqual(idle, [false, true]);
});

Deno.test("the CPU time of all groups is conserved", () => {
  const sim = new Simulation({ seed: 1 });
  const host = new FluidHost(sim, "h", 2);
  const groups = [10, 30, 50].map((q) => host.group(`g${q}`, { quota: q * MS, onDone: () => {} }));
  for (const group of groups) for (let i = 0; i < 3; i++) group.run(40 * MS, i);
  sim.run(5e9);
  for (const group of groups) assert.ok(Math.abs(group.usage() - 120 * MS) < 100);
});

Deno.test("a thread that alone uses exactly its quota is never throttled, as on the exact host", () => {
  for (const start of [0, 37 * MS]) {
    const { sim, host } = bareHost(4);
    const exact = host.cgroup("g", { quota: 100 * MS, period: 100 * MS });
    const fast = new FluidHost(sim, "h", 4).group("g", { quota: 100 * MS, onDone: () => {} });
    const thread = exact.thread("t");
    sim.spawn(
      "t",
      (function* () {
        yield start;
        yield* thread.run(5e9);
      })(),
    );
    sim.after(start, () => fast.run(5e9, 0));
    sim.run();
    assert.deepEqual([exact.stat().nrThrottled, fast.stat().nrThrottled], [0, 0]);
  }
});
