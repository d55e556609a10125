import assert from "node:assert/strict";
import fc from "fast-check";
import { Simulation, TraceSink } from "../../kernel/mod.ts";
import { bareHost, MS } from "./fixture_test.ts";
import { Host } from "./mod.ts";

Deno.test("two groups on one CPU share it as their shares are", () => {
  const { sim, host } = bareHost(1);
  const groups = [1024, 3072].map((shares, i) => host.cgroup(`g${i}`, { shares }));
  groups[0].thread("a").start(1e12, () => {});
  groups[1].thread("b").start(1e12, () => {});
  groups[1].thread("c").start(1e12, () => {});
  sim.run(4000 * MS);
  assert.ok(Math.abs(groups[0].usage() / (1000 * MS) - 1) < 0.02, `${groups[0].usage()}`);
  assert.ok(Math.abs(groups[1].usage() / (3000 * MS) - 1) < 0.02);
});

Deno.test("no CPU idles while a thread waits, and none runs two", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
      (cpus, works) => {
        const { sim, host } = bareHost(cpus);
        const group = host.cgroup("g");
        works.forEach((ms, i) => group.thread(`t${i}`).start(ms * MS, () => {}));
        sim.run();
        const total = works.reduce((a, b) => a + b, 0) * MS;
        const longest = Math.max(...works) * MS;
        assert.equal(group.usage(), total, "work is conserved");
        assert.ok(sim.now >= Math.max(longest, total / cpus));
        // Greedy list scheduling: at most the mean load and the longest piece (Graham 1969).
        assert.ok(sim.now <= total / cpus + longest, `${sim.now}`);
        assert.ok(Math.abs(host.busy.area() - total) < 1);
      },
    ),
    { numRuns: 100, seed: 3 },
  );
});

Deno.test("a process runs on its thread, and an interrupt takes it off its CPU", () => {
  const { sim, host } = bareHost(1);
  const [first, second] = [host.thread("first"), host.thread("second")];
  const ends: string[] = [];
  const task = sim.spawn(
    "first",
    function* () {
      yield* first.run(1000 * MS);
      ends.push("never");
    }(),
  );
  sim.spawn(
    "second",
    function* () {
      yield 2 * MS;
      yield* second.run(10 * MS);
      ends.push(`second at ${sim.now / MS}`);
    }(),
  );
  sim.after(3 * MS, () => task.interrupt("no longer wanted"));
  sim.run();
  assert.deepEqual(ends, ["second at 13"]);
  assert.equal(first.cpuTime, 3 * MS);
});

Deno.test("a worker that takes the next job at once does not leave its CPU", () => {
  const { sim, host } = bareHost(1, { wakeUpCost: 1 * MS });
  const thread = host.thread("worker");
  const ends: number[] = [];
  sim.spawn(
    "worker",
    function* () {
      for (let i = 0; i < 3; i++) {
        yield* thread.run(2 * MS);
        ends.push(sim.now / MS);
      }
    }(),
  );
  sim.run();
  assert.deepEqual(ends, [3, 5, 7], "one wake-up, three jobs");
});

Deno.test("real-time threads go first and cost the fair one their time", () => {
  const { sim, host } = bareHost(1, { contextSwitchCost: 1000 });
  const fair = host.thread("fair");
  const real = host.thread("real", "fifo");
  const ends: Record<string, number> = {};
  fair.start(10 * MS, () => ends.fair = sim.now);
  sim.after(3 * MS, () => real.start(2 * MS, () => ends.real = sim.now));
  sim.run();
  assert.deepEqual(ends, { real: 5 * MS + 1000, fair: 12 * MS + 3000 });
});

Deno.test("a woken thread goes to an idle CPU; two on one CPU are parted at a tick", () => {
  const { sim, host } = bareHost(2);
  const ends: number[] = [];
  const threads = ["a", "b", "c"].map((name) => host.thread(name));
  threads.forEach((thread, i) => thread.start([30, 10, 30][i] * MS, () => ends.push(sim.now / MS)));
  sim.run();
  // b ends first on its CPU, which then takes whichever of a and c waits.
  assert.equal(ends.length, 3);
  assert.ok(ends[2] <= 42, `${ends}`);
});

Deno.test("a thread cannot be given two things at once, or nonsense", () => {
  const { host } = bareHost(1);
  const thread = host.thread("t");
  thread.start(5, () => {});
  assert.throws(() => thread.start(5, () => {}), /thread "t" is already running something/);
  assert.throws(() => host.thread("u").start(-1, () => {}), /thread "u" was asked to run -1 ns/);
  assert.throws(() => host.thread("u").start(NaN, () => {}), /NaN/);
  assert.throws(() => host.cgroup("g", { shares: 1 }), /1 shares; expected 2 to 262144/);
  assert.throws(() => bareHost(0), /host "bare" cannot have 0 CPUs/);
});

Deno.test("the same run twice is the same run", () => {
  const once = () => {
    const { sim, host } = bareHost(3, { newidleShare: 0.5 });
    const group = host.cgroup("g", { quota: 30 * MS });
    for (let i = 0; i < 7; i++) {
      const thread = group.thread(`t${i}`);
      sim.spawn(
        thread.name,
        function* () {
          const draws = sim.rng(thread.name);
          for (let k = 0; k < 50; k++) {
            yield draws.exponential(5 * MS);
            yield* thread.run(draws.exponential(3 * MS));
          }
        }(),
      );
    }
    return sim.run();
  };
  assert.deepEqual(once(), once());
});

Deno.test("a trace shows who ran where, and who was throttled", () => {
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  const sim = new Simulation({ seed: 1, trace });
  const { spec } = bareHost(1).host;
  const group = new Host(sim, spec).cgroup("pool", { quota: 20 * MS });
  const worker = group.thread("worker");
  worker.readsClock = true;
  worker.start(30 * MS, () => {});
  sim.run();
  trace.close();
  const events = JSON.parse(text).traceEvents as { ph: string; name: string; dur?: number }[];
  const spans = events.filter((e) => e.ph === "X").map((e) =>
    `${e.name} ${Math.round(e.dur ?? 0)}`
  );
  assert.deepEqual(spans, ["worker 20000", "throttled 80000", "worker 10000"]);
});

Deno.test("a bound thread stays on its CPUs, whoever wakes it, and waits there when they are busy", () => {
  const { sim, host } = bareHost(4);
  const waker = host.thread("waker");
  const bound = host.thread("bound");
  bound.bind(2, 3);
  const long = [2, 3].map((cpu) => {
    const thread = host.thread(`long ${cpu}`);
    thread.bind(cpu, cpu);
    thread.start(50 * MS, () => {});
    return thread;
  });
  let ran = -1;
  waker.start(MS, () => bound.start(MS, () => ran = bound.processor.id, waker));
  sim.run(20 * MS);
  assert.ok(ran === 2 || ran === 3, `${ran}`);
  assert.deepEqual(long.map((t) => t.processor.id), [2, 3]);
  assert.throws(() => bound.bind(3, 4), /the host has 0 to 3/);
});

Deno.test("a thread woken by one that then sleeps goes to an idle CPU that shares its cache, else behind it", () => {
  const { sim } = bareHost(4);
  const spec = { ...bareHost(4).host.spec };
  const host = new Host(sim, spec, { cacheDomain: 2 });
  const [waker, sleeper, other] = ["waker", "sleeper", "other"].map((n) => host.thread(n));
  waker!.bind(0, 0);
  sleeper!.processor = host.processors[3]!;
  // CPU 1 shares the waker's cache and is idle; CPU 3, where the sleeper ran last, does not share it.
  waker!.start(MS, () => sleeper!.start(MS, () => {}, waker!));
  sim.run(10 * MS);
  assert.equal(sleeper!.processor.id, 1);
  // With CPU 1 taken, the sleeper follows the waker to its CPU although two others are idle.
  other!.bind(1, 1);
  other!.start(50 * MS, () => {});
  sleeper!.processor = host.processors[3]!;
  waker!.start(MS, () => sleeper!.start(MS, () => {}, waker!));
  sim.run(20 * MS);
  assert.equal(sleeper!.processor.id, 0);
});
