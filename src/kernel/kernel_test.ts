import assert from "node:assert/strict";
import * as k from "./mod.ts";

function* customer(sim: k.Simulation, server: k.Resource, service: k.Rng, waits: k.Tally) {
  const began = sim.now;
  yield server;
  waits.add(sim.now - began);
  yield service.exponential(0.8e6);
  server.release();
}

Deno.test("an M/M/1 queue at 0.8 waits about four service times", () => {
  const sim = new k.Simulation({ seed: 1 });
  const server = new k.Resource(sim, "server", 1);
  const waits = new k.Tally();
  sim.spawn(
    "source",
    function* () {
      const arrivals = sim.rng("arrivals");
      for (let i = 0; i < 200_000; i++) {
        yield arrivals.exponential(1e6);
        sim.spawn("customer", customer(sim, server, sim.rng("service"), waits));
      }
    }(),
  );
  assert.equal(sim.run().ended, "idle");
  assert.ok(Math.abs(waits.mean() / 3.2e6 - 1) < 0.1, `${waits.mean()}`);
  assert.ok(Math.abs(server.busy.mean() - 0.8) < 0.01);
});

Deno.test("a task granted a server and interrupted in the same tick does not lose it", () => {
  const sim = new k.Simulation({ seed: 1 });
  const server = new k.Resource(sim, "server", 1);
  const order: string[] = [];
  function* user(name: string) {
    yield* server.use(10);
    order.push(name);
  }
  sim.spawn("a", user("a"));
  const b = sim.spawn("b", user("b"));
  sim.spawn("c", user("c"));
  sim.spawn(
    "d",
    function* () {
      yield 10;
      b.interrupt("race");
    }(),
  );
  assert.equal(sim.run().ended, "idle");
  assert.deepEqual(order, ["a", "c"]);
  assert.equal(server.held, 0);
});

Deno.test("within gives the value in time, and times out and takes the request back otherwise", () => {
  const sim = new k.Simulation({ seed: 1 });
  const store = new k.Store<number>(sim, "box");
  const got: unknown[] = [];
  sim.spawn(
    "reader",
    function* () {
      got.push(yield* k.within(10, store.get()));
      got.push(yield* k.within(100, store.get()));
      got.push(
        yield* k.any(
          store.get(),
          sim.spawn(
            "sleep",
            function* () {
              yield 5;
            }(),
          ),
        ),
      );
    }(),
  );
  sim.after(50, () => store.put(7));
  sim.run();
  assert.deepEqual(got, [k.TIMED_OUT, 7, { index: 1, value: undefined }]);
});

Deno.test("a run that cannot go on lists who waits for what", () => {
  const sim = new k.Simulation({ seed: 1 });
  const server = new k.Resource(sim, "cores", 1);
  sim.spawn(
    "a",
    function* () {
      yield server;
    }(),
  );
  sim.spawn(
    "b",
    function* () {
      yield server;
    }(),
  );
  const end = sim.run();
  assert.equal(end.ended, "deadlock");
  assert.deepEqual(end.waiting, [{ task: "b", for: 'resource "cores"', daemon: false }]);
});

Deno.test("a bad delay names the process", () => {
  const sim = new k.Simulation({ seed: 1 });
  sim.spawn(
    "x",
    function* () {
      yield NaN;
    }(),
  );
  assert.throws(() => sim.run(), /process "x" yielded a delay of NaN/);
});

Deno.test("processor sharing halves the speed of two jobs", () => {
  const sim = new k.Simulation({ seed: 1 });
  const cpu = new k.Sharing(sim, "cpu", 1);
  const times: number[] = [];
  sim.spawn(
    "a",
    function* () {
      times.push(yield* cpu.serve(100));
    }(),
  );
  sim.spawn(
    "b",
    function* () {
      times.push(yield* cpu.serve(50));
    }(),
  );
  sim.run();
  assert.deepEqual(times, [100, 150]);
});

Deno.test("the base generator gives the published outputs", () => {
  const rng = new k.Rng(0, "test", Int32Array.of(1, 2, 3, 4));
  const first = Array.from({ length: 6 }, () => rng.int32() >>> 0);
  assert.deepEqual(first, [11520, 0, 5927040, 70819200, 2031721883, 1637235492]);
});
