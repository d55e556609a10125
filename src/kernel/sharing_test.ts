import assert from "node:assert/strict";
import fc from "fast-check";
import { Interrupt, type SharedJob, Sharing, Simulation, within } from "./mod.ts";

interface Arrival {
  at: number;
  work: number;
  weight: number;
  /** Interrupted after this many nanoseconds, if still in service. */
  patience: number;
}

/**
 * The slow, obvious twin: every job's remaining work stepped from one arrival, departure or interrupt to
 * the next, departures on the nearest nanosecond. Gives each job's time of leaving and the work left.
 */
function twin(arrivals: readonly Arrival[], capacity: (jobs: number) => number) {
  const jobs = arrivals.map((a, i) => ({ ...a, i, left: a.work, leaves: NaN, state: "before" }));
  let now = 0;
  for (;;) {
    const active = jobs.filter((j) => j.state === "in");
    const weights = active.reduce((sum, j) => sum + j.weight, 0);
    const rate = (j: { weight: number }) => capacity(active.length) * j.weight / weights;
    let next = Infinity;
    for (const j of jobs) {
      if (j.state === "before") next = Math.min(next, j.at);
      if (j.state !== "in") continue;
      next = Math.min(next, j.at + j.patience, Math.round(now + j.left / rate(j)));
    }
    if (next === Infinity) return jobs;
    const departs = active.some((j) => Math.round(now + j.left / rate(j)) === next);
    for (const j of active) {
      j.left -= rate(j) * (next - now);
      if (departs && j.left <= 0.5 * rate(j)) j.left = 0;
      else if (next < j.at + j.patience) continue;
      j.state = "gone";
      j.leaves = next;
    }
    now = next;
    for (const j of jobs) if (j.state === "before" && j.at <= now) j.state = "in";
  }
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  at: fc.integer({ min: 0, max: 1_000_000 }),
  work: fc.double({ min: 1000, max: 1e6, noNaN: true }),
  weight: fc.constantFrom(1, 2, 0.5, 10),
  patience: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 1_000_000 })),
});
const CAPACITIES: Record<string, (jobs: number) => number> = {
  "one server": () => 1,
  "four servers": (n) => Math.min(n, 4),
  "contention": (n) => 3 / (1 + 0.1 * n),
};

for (const [name, capacity] of Object.entries(CAPACITIES)) {
  Deno.test(`sharing agrees with its slow twin: ${name}`, () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 25 }), (arrivals) => {
        const sim = new Simulation({ seed: 1 });
        const sharing = new Sharing(sim, "cpu", capacity);
        const leaves: number[] = [];
        const left: number[] = [];
        arrivals.forEach((a, i) => {
          const job = sharing.job(a.work, a.weight);
          const task = sim.spawn(
            `job ${i}`,
            function* () {
              yield a.at;
              try {
                yield job;
              } catch (error) {
                assert.ok(error instanceof Interrupt);
              }
              leaves[i] = sim.now;
              left[i] = job.remaining;
            }(),
          );
          if (a.patience < Infinity) sim.at(a.at + a.patience, () => task.interrupt());
        });
        assert.equal(sim.run().ended, "idle");
        assert.equal(sharing.jobs.value, 0);
        for (const j of twin(arrivals, capacity)) {
          // One nanosecond for halves that rounding errors push either way.
          const off = Math.abs(leaves[j.i] - j.leaves);
          assert.ok(off <= 1, `job ${j.i} left at ${leaves[j.i]}, not ${j.leaves}`);
          assert.ok(Math.abs(left[j.i] - j.left) <= 3, `job ${j.i}: ${left[j.i]}, not ${j.left}`);
        }
      }),
      { numRuns: 150 },
    );
  });
}

Deno.test("all the work put in is served, at the capacity's rate while there is work", () => {
  fc.assert(fc.property(fc.array(arrival, { minLength: 1, maxLength: 40 }), (arrivals) => {
    const sim = new Simulation({ seed: 1 });
    const sharing = new Sharing(sim, "link", 2);
    for (const a of arrivals) {
      sim.spawn(
        "job",
        function* () {
          yield a.at;
          yield* sharing.serve(a.work, a.weight);
        }(),
      );
    }
    let busy = 0;
    let since = -1;
    const watch = () => {
      if (sharing.jobs.value > 0 && since < 0) since = sim.now;
      if (sharing.jobs.value === 0 && since >= 0) {
        busy += sim.now - since;
        since = -1;
      }
      return false;
    };
    sim.run(undefined, watch);
    const work = arrivals.reduce((sum, a) => sum + a.work, 0);
    assert.ok(Math.abs(2 * busy - work) <= 2 * arrivals.length, `${2 * busy} of ${work}`);
  }));
});

Deno.test("a job that times out is taken out and says what was left", () => {
  const sim = new Simulation({ seed: 1 });
  const sharing = new Sharing(sim, "disk", 1);
  let job: SharedJob | undefined;
  sim.spawn(
    "impatient",
    function* () {
      job = sharing.job(100);
      yield* within(40, job);
    }(),
  );
  sim.spawn("other", sharing.serve(100));
  const end = sim.run();
  assert.equal(job?.remaining, 80);
  assert.equal(end.ended, "idle");
  assert.equal(sim.now, 120); // 40 at half speed, then 80 alone
});

Deno.test("a capacity of zero stops service until it changes", () => {
  const sim = new Simulation({ seed: 1 });
  let speed = 1;
  const sharing = new Sharing(sim, "cpu", () => speed);
  const task = sim.spawn("job", sharing.serve(100));
  sim.after(30, () => {
    speed = 0;
    sharing.changed();
  });
  sim.after(1000, () => {
    speed = 2;
    sharing.changed();
  });
  sim.run();
  assert.equal(task.value, 1035);
});

Deno.test("a year of service at one server loses no nanosecond", () => {
  const sim = new Simulation({ seed: 1 });
  const sharing = new Sharing(sim, "cpu", 1);
  const year = 365 * 86400e9;
  sim.spawn("background", sharing.serve(2 * year, 1));
  const done: number[] = [];
  sim.spawn(
    "short jobs",
    function* () {
      for (let i = 0; i < 1000; i++) {
        yield year / 1000;
        done.push(yield* sharing.serve(1000));
      }
    }(),
  );
  sim.run(1.5 * year);
  assert.equal(done.length, 1000);
  for (const took of done) assert.ok(Math.abs(took - 2000) <= 1, `${took}`);
});

Deno.test("senseless work, weights and capacities are refused by name", () => {
  const sim = new Simulation({ seed: 1 });
  const sharing = new Sharing(sim, "cpu", (n) => n > 1 ? -1 : 1);
  assert.throws(() => sharing.job(-1), /sharing "cpu".*-1/);
  assert.throws(() => sharing.job(1, 0), /weight of 0/);
  assert.throws(() => new Sharing(sim, "bus", NaN), /sharing "bus".*NaN/);
  sim.spawn("a", sharing.serve(10));
  sim.spawn("b", sharing.serve(10));
  assert.throws(() => sim.run(), /process "b" failed.*capacity of -1 with 2 jobs/);
});
