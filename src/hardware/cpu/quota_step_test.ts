import assert from "node:assert/strict";
import fc from "fast-check";
import { bareHost, MS } from "./fixture_test.ts";

// The slow, obvious twin of bandwidth.ts and processor.ts: every microsecond, every CPU, the rules as
// kernel/sched/fair.c has them. Each thread has a CPU to itself.

const STEP = 1000;
const TICK = 4 * MS;
/** CPUs tick one after the other, so that the order is not left to chance. */
const SKEW = 37 * STEP;

interface Case {
  readonly quota: number;
  readonly period: number;
  readonly phase: number;
  readonly burst: number;
  readonly slice: number;
  /** Whether a quota is enforced at once or at the tick. */
  readonly readsClock: boolean;
  readonly sliceExpiry: boolean;
  /** Per thread: sleep, burn, sleep, burn, ... in ns. */
  readonly threads: readonly (readonly number[])[];
}

interface Result {
  readonly completions: readonly (readonly number[])[];
  readonly nrPeriods: number;
  readonly nrThrottled: number;
}

function stepByStep(c: Case): Result {
  const n = c.threads.length;
  const script = c.threads.map((s) => [...s]);
  const wakeAt = script.map((s) => s.shift() as number);
  const work = new Array(n).fill(0);
  const have = new Array(n).fill(1);
  const from = new Array(n).fill(0);
  const stopped = new Array(n).fill(false);
  const line: number[] = [];
  /** Threads in the order in which they last began to run: who is looked at first in one instant. */
  const turn = script.map((_, i) => i);
  const begins = (i: number) => turn.push(turn.splice(turn.indexOf(i), 1)[0]);
  const completions: number[][] = script.map(() => []);
  let pool = c.quota, snapshot = c.quota, refills = 0, ends = c.phase, slackAt = -1, now = 0;
  let running = false, idle = false, nrPeriods = 0, nrThrottled = 0;

  const draw = (i: number, target: number): boolean => {
    if (!running) {
      running = true;
      while (ends <= now) ends += c.period;
    }
    const got = Math.max(0, Math.min(pool, target - have[i]));
    if (pool > 0) idle = false;
    pool -= got;
    have[i] += got;
    from[i] = refills;
    return have[i] > 0;
  };
  const look = (i: number): boolean => {
    if (c.sliceExpiry && from[i] !== refills && have[i] > 0) have[i] = 0;
    return have[i] > 0 || draw(i, c.slice);
  };
  const stop = (i: number) => {
    if (draw(i, 1)) return;
    stopped[i] = true;
    line.push(i);
  };
  const pay = () => {
    for (const i of [...line]) {
      if (pool <= 0) return;
      const amount = Math.min(pool, 1 - have[i]);
      pool -= amount;
      have[i] += amount;
      from[i] = refills;
      if (have[i] <= 0) return;
      line.shift();
      stopped[i] = false;
      begins(i);
    }
  };
  for (let left = n; left > 0; now += STEP) {
    assert.ok(now < 100e9, "the twin does not end");
    for (const i of [...turn]) {
      if (work[i] > 0 && !stopped[i] && now > 0) {
        work[i] -= STEP;
        have[i] -= STEP;
        if (work[i] === 0) {
          completions[i].push(now);
          const sleep = script[i].shift();
          if (sleep === undefined) left--;
          wakeAt[i] = sleep === undefined ? Infinity : now + sleep;
          look(i);
          const rest = have[i] - 1 * MS;
          if (rest > 0) {
            have[i] -= rest;
            if (!c.sliceExpiry || from[i] === refills) {
              pool += rest;
              const late = running && ends - now < 7 * MS;
              if (pool > c.slice && line.length > 0 && slackAt < 0 && !late) slackAt = now + 5 * MS;
            }
          }
          if (have[i] <= 0 && !stopped[i]) stop(i);
        } else if (c.readsClock || (now - i * SKEW) % TICK === 0) {
          if (!look(i)) stop(i);
        }
      }
    }
    if (running && now === ends) {
      const waits = line.length > 0;
      nrPeriods++;
      if (waits) nrThrottled++;
      refills++;
      pool = Math.min(pool + c.quota, c.quota + c.burst);
      snapshot = pool;
      if (idle && !waits) running = false;
      else {
        ends += c.period;
        idle = !waits;
        while (line.length > 0 && pool > 0) pay();
      }
    }
    if (now === slackAt) {
      slackAt = -1;
      if (!(running && ends - now < 2 * MS) && pool > c.slice) pay();
    }
    for (let i = 0; i < n; i++) {
      if (wakeAt[i] !== now) continue;
      wakeAt[i] = Infinity;
      work[i] = script[i].shift() as number;
      begins(i);
      if (!stopped[i] && !look(i)) stop(i);
    }
  }
  assert.ok(snapshot >= 0);
  return { completions, nrPeriods, nrThrottled };
}

function eventByEvent(c: Case): Result {
  const { sim, host } = bareHost(c.threads.length, { bandwidthSlice: c.slice }, {
    sliceExpiry: c.sliceExpiry,
    tickSkew: SKEW,
  });
  const { quota, period, phase, burst } = c;
  const group = host.cgroup("pool", { quota, period, phase, burst });
  const completions = c.threads.map((script, i) => {
    const done: number[] = [];
    const thread = group.thread(`thread ${i}`);
    thread.readsClock = c.readsClock;
    sim.spawn(
      `thread ${i}`,
      function* () {
        for (let k = 0; k < script.length; k += 2) {
          yield script[k];
          yield* thread.run(script[k + 1]);
          done.push(sim.now);
        }
      }(),
    );
    return done;
  });
  let counters = { nrPeriods: 0, nrThrottled: 0 };
  const last = () => counters = group.stat();
  // Counters at the end of the last piece of work: the timer goes on for an idle period after it.
  while (completions.some((done, i) => done.length < c.threads[i].length / 2)) {
    sim.run(sim.now + STEP * 100);
    last();
  }
  return { completions, ...counters };
}

const us = (min: number, max: number) => fc.integer({ min, max }).map((n) => n * STEP);

/** [readsClock, sliceExpiry]; both: all CPUs find their runtime expired at once, in any order. */
const modes = fc.constantFrom([true, false], [false, false], [false, true]);

const cases: fc.Arbitrary<Case> = fc.record({
  quota: us(8000, 50_000),
  period: us(20_000, 80_000),
  phase: us(1001, 20_000),
  burst: fc.constantFrom(0, 0, 1_000_000),
  slice: fc.constantFrom(5 * MS, 5 * MS, 2 * MS),
  modes,
  threads: fc.array(
    fc.array(fc.tuple(us(7, 60_000), us(3, 20_000)), { minLength: 2, maxLength: 6 })
      .map((pairs) => pairs.flat()),
    { minLength: 1, maxLength: 4 },
  ),
}).map(({ modes: [readsClock, sliceExpiry], ...rest }) => ({ ...rest, readsClock, sliceExpiry }));

Deno.test("the event-driven quota agrees with a microsecond-by-microsecond one", () => {
  fc.assert(
    fc.property(cases, (c) => {
      const slow = stepByStep(c);
      const fast = eventByEvent(c);
      slow.completions.forEach((times, i) =>
        times.forEach((time, k) => {
          const off = Math.abs(fast.completions[i][k] - time);
          // The twin sees a spent slice up to one step late: a debt of a step or two a period.
          const allowed = STEP * (20 + 2 * c.threads.length * time / c.period);
          assert.ok(
            off <= allowed,
            `thread ${i}, piece ${k}: ${fast.completions[i][k]} for ${time}`,
          );
        })
      );
      assert.ok(Math.abs(fast.nrThrottled - slow.nrThrottled) <= 1);
      assert.ok(Math.abs(fast.nrPeriods - slow.nrPeriods) <= 1);
    }),
    { numRuns: 40, seed: 8, endOnFailure: true },
  );
});
