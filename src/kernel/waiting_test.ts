import assert from "node:assert/strict";
import fc from "fast-check";
import { Interrupt, type Process, Resource, Signal, Simulation, Store } from "./mod.ts";
import { type Task, within } from "./mod.ts";

const simulate = () => new Simulation({ seed: 1 });

function* sleep(delay: number): Process {
  yield delay;
}

for (const interruptFirst of [true, false]) {
  for (const style of ["use", "release"]) {
    const order = interruptFirst ? "before" : "after";
    Deno.test(`a task interrupted just ${order} its grant does not lose the server (${style})`, () => {
      const sim = simulate();
      const server = new Resource(sim, "server", 1);
      const served: string[] = [];
      function* user(name: string): Process {
        if (style === "use") yield* server.use(10);
        else {
          yield server;
          yield 10;
          server.release();
        }
        served.push(`${name} at ${sim.now}`);
      }
      const tasks: Task<void>[] = [];
      if (interruptFirst) sim.after(10, () => tasks[1].interrupt("race"));
      for (const name of ["a", "b", "c"]) tasks.push(sim.spawn(name, user(name)));
      // A second sleep that ends at 10 is scheduled after a's: it comes when b has been granted.
      const late = function* (): Process {
        yield 5;
        yield 5;
        assert.equal(server.queue.value, 1);
        tasks[1].interrupt("race");
      };
      if (!interruptFirst) sim.spawn("late", late());
      assert.equal(sim.run().ended, "idle");
      assert.deepEqual(served, ["a at 10", "c at 20"]);
      assert.equal(server.held, 0);
      assert.equal(tasks[1].state, "interrupted");
    });
  }
}

Deno.test("an interrupt during use() releases the server in finally", () => {
  const sim = simulate();
  const server = new Resource(sim, "server", 2);
  const task = sim.spawn("a", server.use(sleep(100), { units: 2 }));
  sim.after(30, () => task.interrupt());
  const next = sim.spawn(
    "b",
    function* (): Process<number> {
      yield 1;
      yield* server.use(sleep(10));
      return sim.now;
    }(),
  );
  sim.run();
  assert.equal(next.value, 40);
  assert.equal(server.held, 0);
});

Deno.test("requests are served by priority, first come first served within", () => {
  const sim = simulate();
  const server = new Resource(sim, "server", 1);
  const wishes = fc.sample(fc.integer({ min: -2, max: 2 }), { numRuns: 60, seed: 7 });
  const order: number[] = [];
  sim.spawn("holder", server.use(5));
  wishes.forEach((priority, i) => {
    sim.spawn(
      `${i}`,
      function* (): Process {
        yield server.request({ priority });
        order.push(i);
        yield 1;
        server.release();
      }(),
    );
  });
  sim.run();
  const expected = wishes.map((_, i) => i).sort((a, b) => wishes[a] - wishes[b] || a - b);
  assert.deepEqual(order, expected);
});

Deno.test("servers are never oversold and never lost, whoever is interrupted or gives up", () => {
  const job = fc.record({
    at: fc.integer({ min: 0, max: 60 }),
    hold: fc.integer({ min: 0, max: 20 }),
    units: fc.integer({ min: 1, max: 3 }),
    priority: fc.integer({ min: 0, max: 2 }),
    patience: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    limit: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
  });
  const change = fc.record({ at: fc.nat(80), servers: fc.integer({ min: 0, max: 4 }) });
  fc.assert(
    fc.property(fc.array(job, { maxLength: 25 }), fc.array(change), (jobs, changes) => {
      const sim = simulate();
      const server = new Resource(sim, "server", 3);
      let held = 0;
      let finished = 0;
      function* body(units: number, hold: number): Process {
        held += units;
        try {
          yield hold;
        } finally {
          held -= units;
        }
      }
      for (const j of jobs) {
        const task = sim.spawn(
          "job",
          function* (): Process {
            try {
              yield j.at;
              if (j.limit === undefined) yield* server.use(body(j.units, j.hold), j);
              else yield within(j.limit, server.use(body(j.units, j.hold), j));
            } catch (error) {
              assert.ok(error instanceof Interrupt);
            } finally {
              finished++;
            }
          }(),
        );
        if (j.patience !== undefined) sim.at(j.at + j.patience, () => task.interrupt());
      }
      for (const c of changes) sim.at(c.at, () => server.resize(c.servers));
      sim.at(100, () => server.resize(3));
      let before = 0;
      const end = sim.run(undefined, () => {
        assert.ok(held <= server.held, `${held} held of ${server.held} granted`);
        assert.ok(server.held <= Math.max(server.servers, before), "oversold");
        before = server.held;
        return false;
      });
      assert.equal(end.ended, "idle");
      assert.equal(finished, jobs.length);
      assert.equal(server.held, 0);
      assert.equal(server.queue.value, 0);
      assert.equal(held, 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("work is conserved: busy time is the sum of services, and Little's law holds exactly", () => {
  const job = fc.tuple(fc.nat(1000), fc.nat(50));
  fc.assert(
    fc.property(fc.array(job, { minLength: 1 }), fc.integer({ min: 1, max: 4 }), (jobs, n) => {
      const sim = simulate();
      const server = new Resource(sim, "server", n);
      let waited = 0;
      for (const [at, hold] of jobs) {
        sim.spawn(
          "job",
          function* (): Process {
            yield at;
            yield server;
            waited += sim.now - at;
            yield hold;
            server.release();
          }(),
        );
      }
      sim.run();
      assert.equal(server.busy.area(), jobs.reduce((sum, [, hold]) => sum + hold, 0));
      assert.equal(server.queue.area(), waited);
    }),
  );
});

Deno.test("releasing what is not held is refused by name", () => {
  const sim = simulate();
  const server = new Resource(sim, "cores", 2);
  assert.throws(() => server.release(), /resource "cores": 1 servers released while 0 are held/);
  assert.throws(() => new Resource(sim, "x", -1), /resource "x" cannot have -1 servers/);
  assert.throws(() => new Resource(sim, "x", 0.5), /whole number/);
  assert.throws(() => server.request({ units: 0 }), /asked for 0 servers/);
  assert.equal(server.tryAcquire(2), true);
  assert.equal(server.tryAcquire(), false);
});

Deno.test("a store hands every item over once, in order, whatever is interrupted", () => {
  const plan = fc.record({
    at: fc.nat(50),
    patience: fc.option(fc.nat(30), { nil: undefined }),
  });
  fc.assert(fc.property(
    fc.array(fc.nat(60), { maxLength: 30 }),
    fc.array(plan, { maxLength: 30 }),
    fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    (puts, gets, capacity) => {
      const sim = simulate();
      const store = new Store<number>(sim, "box", capacity === undefined ? {} : { capacity });
      const got: { item: number; at: number }[] = [];
      const sent: number[] = [];
      puts.sort((a, b) => a - b).forEach((at, i) => {
        sim.spawn(
          "put",
          function* (): Process {
            yield at;
            yield store.send(i);
            sent.push(i);
          }(),
          { daemon: true },
        );
      });
      for (const g of gets) {
        const task = sim.spawn(
          "get",
          function* (): Process {
            yield g.at;
            got.push({ item: yield* store.get(), at: sim.now });
          }(),
          { daemon: true },
        );
        if (g.patience !== undefined) sim.at(g.at + g.patience, () => task.interrupt());
      }
      sim.run(undefined, () => {
        assert.ok(store.count <= (capacity ?? Infinity));
        return false;
      });
      while (store.count > 0) got.push({ item: store.tryGet() as number, at: sim.now });
      // In order, each once; in one instant one that comes may go on before one that is woken. What is
      // missing could only be in the hands of a blocked sender.
      got.sort((a, b) => a.at - b.at || a.item - b.item);
      assert.deepEqual(got.map(({ item }) => item), puts.map((_, i) => i).slice(0, got.length));
      if (capacity === undefined) assert.equal(got.length, puts.length);
      assert.ok(sent.length <= puts.length);
    },
  ));
});

Deno.test("a full store refuses put, and send waits for room", () => {
  const sim = simulate();
  const store = new Store<string>(sim, "box", { capacity: 1 });
  store.put("a");
  assert.throws(() => store.put("b"), /store "box" is full/);
  const sender = sim.spawn(
    "sender",
    function* (): Process<number> {
      yield store.send("b");
      return sim.now;
    }(),
  );
  sim.after(5, () => assert.equal(store.tryGet(), "a"));
  sim.run();
  assert.equal(sender.value, 5);
  assert.equal(store.tryGet(), "b");
  assert.equal(store.tryGet(), undefined);
});

Deno.test("a one-shot signal stays fired; a broadcast wakes who waits then", () => {
  const sim = simulate();
  const once = new Signal<number>(sim, "ready");
  const bell = new Signal<number>(sim, "bell", { broadcast: true });
  const log: string[] = [];
  function* listen(name: string, at: number, signal: Signal<number>): Process {
    yield at;
    log.push(`${name} ${yield* signal} at ${sim.now}`);
  }
  sim.spawn("a", listen("a", 0, once));
  sim.spawn("b", listen("b", 20, once));
  sim.spawn("c", listen("c", 0, bell));
  sim.spawn("d", listen("d", 20, bell), { daemon: true });
  sim.after(10, () => {
    once.fire(1);
    bell.fire(2);
    assert.throws(() => once.fire(3), /signal "ready" was fired twice/);
  });
  assert.equal(sim.run().ended, "idle");
  assert.deepEqual(log, ["a 1 at 10", "c 2 at 10", "b 1 at 20"]);
  once.reset();
  assert.equal(once.fired, false);
});

Deno.test("a server that is free for a smaller request is not taken past one who waits", () => {
  const sim = simulate();
  const server = new Resource(sim, "server", 2);
  assert.equal(server.tryAcquire(), true);
  sim.spawn(
    "both",
    (function* (): Process {
      yield server.request({ units: 2 });
    })(),
  );
  sim.run();
  assert.equal(server.tryAcquire(), false);
  assert.equal(server.held, 1);
});

Deno.test("a server released after the resource shrank is not handed to the next in line", () => {
  const sim = simulate();
  const server = new Resource(sim, "server", 2);
  assert.equal(server.tryAcquire(2), true);
  let served = false;
  sim.spawn(
    "next",
    (function* (): Process {
      yield server;
      served = true;
    })(),
  );
  sim.run();
  server.resize(1);
  server.release();
  sim.run();
  assert.deepEqual([served, server.held], [false, 1]);
  server.release();
  sim.run();
  assert.deepEqual([served, server.held], [true, 1]);
});
