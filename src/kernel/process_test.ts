import assert from "node:assert/strict";
import fc from "fast-check";
import { Interrupt, type Process, ProcessError, Resource, type Rng, Signal } from "./mod.ts";
import { Simulation, Store, type Task } from "./mod.ts";

const simulate = () => new Simulation({ seed: 1 });

Deno.test("a process sleeps, joins and returns", () => {
  const sim = simulate();
  function* child(): Process<string> {
    yield 30;
    return "done";
  }
  const parent = sim.spawn(
    "parent",
    function* (): Process<[string, number]> {
      const task = sim.spawn("child", child());
      assert.throws(() => task.value, /process "child" has not ended/);
      const value = yield* task;
      const again = yield* task; // ended already: at once
      assert.equal(again, value);
      return [value, sim.now];
    }(),
  );
  assert.equal(sim.run().ended, "idle");
  assert.deepEqual(parent.value, ["done", 30]);
});

Deno.test("what a process yields by mistake is named", () => {
  const cases: [unknown, RegExp][] = [
    [NaN, /process "x" yielded a delay of NaN/],
    [-1, /process "x" yielded a delay of -1/],
    [Infinity, /process "x" yielded a delay of Infinity/],
    [undefined, /process "x" yielded nothing/],
    [null, /process "x" yielded a value of type null/],
    ["5ms", /process "x" yielded a value of type string/],
    [() => 5, /process "x" yielded a function; call it/],
    [function* () {}(), /process "x" yielded a generator; write yield\*/],
  ];
  for (const [what, message] of cases) {
    const sim = simulate();
    sim.spawn(
      "x",
      function* (): Process {
        yield what as number;
      }(),
    );
    assert.throws(() => sim.run(), message);
  }
  const sim = simulate();
  assert.throws(() => sim.spawn("x", (() => {}) as never), /process "x" needs a generator/);
  assert.throws(() => sim.after(NaN, () => {}), /delay of NaN/);
  assert.throws(() => sim.at(-5, () => {}), /delay of -5/);
});

Deno.test("an interrupt arrives inside the process, wherever it waits", () => {
  const sim = simulate();
  const log: string[] = [];
  const never = new Signal(sim, "never");
  function* patient(name: string, what: () => number | Signal): Process {
    try {
      yield what();
      log.push(`${name} went on`);
    } catch (error) {
      assert.ok(error instanceof Interrupt);
      log.push(`${name} ${error.why} at ${sim.now}`);
      yield 5;
      log.push(`${name} cleaned up at ${sim.now}`);
    }
  }
  const sleeper = sim.spawn("sleeper", patient("sleeper", () => 100));
  const waiter = sim.spawn("waiter", patient("waiter", () => never));
  sim.after(10, () => {
    sleeper.interrupt("boo");
    sleeper.interrupt("twice");
    waiter.interrupt("boo");
  });
  assert.equal(sim.run().ended, "idle");
  assert.deepEqual(log, [
    "sleeper boo at 10",
    "waiter boo at 10",
    "sleeper cleaned up at 15",
    "waiter cleaned up at 15",
  ]);
  assert.equal(sim.now, 15); // the cancelled sleep does not hold the clock
  sleeper.interrupt("too late");
});

Deno.test("an interrupt that is not caught ends the process quietly, and its joiner hears of it", () => {
  const sim = simulate();
  const victim = sim.spawn(
    "victim",
    function* () {
      yield 100;
    }(),
  );
  const heir = sim.spawn(
    "heir",
    function* (): Process<string> {
      try {
        yield victim;
        return "?";
      } catch (error) {
        return (error as Error).message;
      }
    }(),
  );
  sim.after(7, () => victim.interrupt("budget"));
  sim.run();
  assert.equal(victim.state, "interrupted");
  assert.equal(heir.value, 'process "victim" was interrupted at 7 ns: interrupted: budget');
});

Deno.test("a process interrupted before it has begun never begins", () => {
  const sim = simulate();
  let begun = false;
  const task = sim.spawn(
    "late",
    function* () {
      begun = true;
      yield 1;
    }(),
  );
  task.interrupt();
  sim.run();
  assert.equal(begun, false);
  assert.equal(task.state, "interrupted");
});

Deno.test("a process cannot interrupt itself", () => {
  const sim = simulate();
  function* me(): Process {
    yield 1;
    task.interrupt();
  }
  const task: Task<void> = sim.spawn("me", me());
  assert.throws(() => sim.run(), /process "me" cannot interrupt itself/);
});

Deno.test("an error reaches whoever waits, and run when nobody does, with process and time", () => {
  function* bad(): Process {
    yield 2_000_000;
    throw new TypeError("no route");
  }
  const alone = simulate();
  alone.spawn("router", bad());
  assert.throws(() => alone.run(), (error: unknown) => {
    assert.ok(error instanceof ProcessError && error.cause instanceof TypeError);
    assert.equal(error.message, 'process "router" failed at 2 ms: no route');
    return true;
  });
  const sim = simulate();
  const parent = sim.spawn(
    "parent",
    function* (): Process<string> {
      try {
        yield sim.spawn("router", bad());
        return "?";
      } catch (error) {
        return (error as Error).message;
      }
    }(),
  );
  sim.run();
  assert.match(parent.value, /router.*no route/);
});

Deno.test("a run ends at the horizon, when idle, in a deadlock, or stopped", () => {
  const sim = new Simulation({ seed: 1, horizon: 1000 });
  function* tick(): Process {
    for (;;) yield 300;
  }
  sim.spawn("tick", tick());
  assert.equal(sim.run(100).ended, "horizon");
  assert.equal(sim.now, 100);
  sim.after(50, () => sim.stop());
  assert.equal(sim.run().ended, "stopped");
  assert.equal(sim.now, 150);
  assert.equal(sim.run(undefined, () => sim.now >= 600).ended, "stopped");
  assert.equal(sim.now, 600);
  assert.equal(sim.run().ended, "horizon");
  assert.equal(sim.now, 1000);
  assert.throws(() => sim.run(10), /1000 ns already/);
  const idle = simulate();
  idle.after(5, () => {});
  assert.equal(idle.run().ended, "idle");
  assert.equal(idle.now, 5);
  assert.equal(idle.run(50).ended, "idle");
  assert.equal(idle.now, 50);
  idle.after(1, () => assert.throws(() => idle.run(), /inside the simulation/));
  idle.run();
});

Deno.test("a deadlock lists each waiting task and what it waits for; daemons are no deadlock", () => {
  const sim = simulate();
  const fork = [new Resource(sim, "left fork", 1), new Resource(sim, "right fork", 1)];
  function* philosopher(first: number): Process {
    yield fork[first];
    yield 10;
    yield fork[1 - first];
  }
  sim.spawn("Plato", philosopher(0));
  sim.spawn("Kant", philosopher(1));
  const jobs = new Store<number>(sim, "jobs");
  sim.spawn(
    "worker",
    function* () {
      for (;;) yield jobs.get();
    }(),
    { daemon: true },
  );
  const end = sim.run();
  assert.equal(end.ended, "deadlock");
  assert.deepEqual(end.waiting, [
    { task: "Plato", for: 'resource "right fork"', daemon: false },
    { task: "Kant", for: 'resource "left fork"', daemon: false },
    { task: "worker", for: 'an item of store "jobs"', daemon: true },
  ]);
  const served = simulate();
  const inbox = new Store<number>(served, "inbox");
  served.spawn(
    "server",
    function* () {
      for (;;) yield inbox.get();
    }(),
    { daemon: true },
  );
  assert.equal(served.run().ended, "idle");
});

Deno.test("a timer can be cancelled and set again, and frees its place", () => {
  const sim = simulate();
  const fired: number[] = [];
  const timer = sim.after(10, () => fired.push(sim.now));
  assert.ok(timer.pending);
  assert.equal(timer.cancel(), true);
  assert.equal(timer.cancel(), false);
  timer.restart(20);
  sim.after(15, () => timer.restart(20)); // moved: 35 instead of 20
  sim.run();
  assert.deepEqual(fired, [35]);
  assert.equal(timer.pending, false);
  timer.restart(5);
  sim.run();
  assert.deepEqual(fired, [35, 40]);
});

Deno.test("a stale event id cancels nothing", () => {
  const sim = simulate();
  const ran: number[] = [];
  const handler = sim.handler((i) => ran.push(i));
  const first = sim.schedule(10, handler, 1);
  assert.equal(sim.cancel(first), true);
  assert.equal(sim.cancel(first), false);
  const second = sim.schedule(10, handler, 2);
  sim.run();
  const third = sim.schedule(10, handler, 3); // the same slot, another generation
  assert.equal(sim.cancel(second), false);
  assert.equal(sim.cancel(first), false);
  sim.run();
  assert.deepEqual(ran, [2, 3]);
  assert.notEqual(second, third);
});

Deno.test("process style and callback style of one model have the same trajectory", () => {
  // Machines that run, break and are repaired, the times from one stream per machine.
  const machines = 20;
  const rounds = 50;
  const byProcess = simulate();
  function* machine(rng: Rng): Process {
    for (let i = 0; i < rounds; i++) {
      yield rng.exponential(1e6);
      yield rng.uniformInt(3); // often zero: ties and the lane for what is due now
    }
  }
  for (let m = 0; m < machines; m++) byProcess.spawn(`${m}`, machine(byProcess.rng(`${m}`)));
  const byCallback = simulate();
  const steps = new Array(machines).fill(0);
  const step = byCallback.handler((m) => {
    if (steps[m] === 2 * rounds) return;
    const rng = byCallback.rng(`${m}`);
    byCallback.schedule(steps[m]++ % 2 === 0 ? rng.exponential(1e6) : rng.uniformInt(3), step, m);
  });
  for (let m = 0; m < machines; m++) byCallback.schedule(0, step, m);
  const one = byProcess.run();
  const other = byCallback.run();
  assert.equal(one.events, machines * (2 * rounds + 1));
  assert.equal(one.events, other.events);
  assert.equal(one.hash, other.hash);
});

Deno.test("the event hash tells trajectories apart by time and by order", () => {
  const hash = (delays: number[]) => {
    const sim = simulate();
    for (const d of delays) sim.after(d, () => {});
    return sim.run().hash;
  };
  assert.equal(hash([1, 2, 3]), hash([1, 2, 3]));
  assert.notEqual(hash([1, 2, 3]), hash([1, 2, 4]));
  assert.notEqual(hash([1, 2, 3]), hash([2, 1, 3]));
  assert.notEqual(hash([2 ** 40]), hash([2 ** 41]));
  fc.assert(fc.property(fc.array(fc.nat(), { minLength: 1 }), (delays) => {
    assert.match(hash(delays), /^[0-9a-f]{8}$/);
  }));
});

Deno.test("a simulation refuses a senseless seed or horizon", () => {
  assert.throws(() => new Simulation({ seed: -1 }), /seed/);
  assert.throws(() => new Simulation({ seed: 0.5 }), /seed/);
  assert.throws(() => new Simulation({ seed: 1, horizon: NaN }), /horizon/);
});

Deno.test("a model with events of its own lets time pass while nobody else has any", () => {
  const sim = new Simulation({ seed: 1 });
  const seen: number[] = [];
  const step = sim.handler(() => {
    seen.push(sim.lull);
    if (sim.lull > sim.now) sim.elapse(sim.now + 30);
    seen.push(sim.now);
    assert.throws(() => sim.elapse(sim.now - 1), /elapse/);
    assert.throws(() => sim.elapse(sim.lull + 1), /something may happen/);
  });
  sim.schedule(10, step);
  sim.run(100);
  assert.deepEqual(seen, [100, 40]);
  assert.equal(sim.now, 100);
  seen.length = 0;
  sim.schedule(10, step);
  sim.after(50, () => {});
  sim.run(200);
  assert.deepEqual(seen, [110, 110], "something else is due");
});
