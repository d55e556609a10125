import assert from "node:assert/strict";
import { all, any, type Process, Resource, Signal, Simulation, Store } from "./mod.ts";
import { TIMED_OUT, within } from "./mod.ts";

const simulate = () => new Simulation({ seed: 1 });

Deno.test("any gives the first and takes the others back", () => {
  const sim = simulate();
  const server = new Resource(sim, "server", 1);
  const box = new Store<string>(sim, "box");
  const result = sim.spawn(
    "chooser",
    function* (): Process<unknown> {
      const holder = sim.spawn("holder", server.use(50));
      yield 1;
      const first = yield* any(server, box.get(), holder);
      return [first, server.queue.value, sim.now];
    }(),
  );
  sim.after(20, () => box.put("parcel"));
  sim.after(60, () => box.put("stays"));
  assert.equal(sim.run().ended, "idle");
  assert.deepEqual(result.value, [{ index: 1, value: "parcel" }, 0, 20]);
  assert.equal(server.held, 0);
  assert.equal(box.count, 1);
});

Deno.test("all waits for the last and gives every value; an interrupt gives everything back", () => {
  const sim = simulate();
  const left = new Resource(sim, "left", 1);
  const right = new Resource(sim, "right", 1);
  const pair = sim.spawn(
    "pair",
    function* (): Process<unknown> {
      const [, , text] = yield* all(
        left,
        right,
        sim.spawn(
          "child",
          function* (): Process<string> {
            yield 30;
            return "x";
          }(),
        ),
      );
      return [text, sim.now];
    }(),
  );
  sim.run();
  assert.deepEqual(pair.value, ["x", 30]);
  left.release();
  right.release();
  const holder = sim.spawn("holder", right.use(100));
  const greedy = sim.spawn(
    "greedy",
    function* (): Process {
      yield all(left, right);
    }(),
  );
  sim.after(10, () => {
    assert.equal(left.held, 1);
    greedy.interrupt();
    assert.equal(left.held, 0);
    assert.equal(right.queue.value, 0);
  });
  sim.run();
  assert.ok(holder.done && right.held === 0);
});

Deno.test("a choice interrupted in the tick of its decision gives the winner back, once", () => {
  const sim = simulate();
  const a = new Resource(sim, "a", 1);
  const b = new Resource(sim, "b", 1);
  sim.spawn("hold a", a.use(10));
  sim.spawn("hold b", b.use(20));
  const chooser = sim.spawn(
    "chooser",
    function* (): Process {
      yield any(a, b);
    }(),
  );
  sim.spawn(
    "late",
    function* (): Process {
      yield 5;
      yield 5; // after a's release at 10 has granted the choice
      chooser.interrupt();
    }(),
  );
  assert.equal(sim.run().ended, "idle");
  assert.deepEqual([a.held, b.held, chooser.state], [0, 0, "interrupted"]);
});

Deno.test("an error in one branch is thrown and the other branches are taken back", () => {
  for (const combine of [all, any]) {
    const sim = simulate();
    const server = new Resource(sim, "server", 1);
    sim.spawn("holder", server.use(100));
    const task = sim.spawn(
      "watcher",
      function* (): Process<string> {
        const failing = sim.spawn(
          "failing",
          function* (): Process {
            yield 10;
            throw new Error("broken");
          }(),
        );
        try {
          yield combine(server, failing);
          return "?";
        } catch (error) {
          return `${(error as Error).message} ${server.queue.value}`;
        }
      }(),
    );
    sim.run();
    assert.equal(task.value, 'process "failing" failed at 10 ns: broken 0');
  }
});

Deno.test("within gives the value in time; at the limit it takes the request back", () => {
  const sim = simulate();
  const box = new Store<number>(sim, "box");
  const got: unknown[] = [];
  sim.spawn(
    "reader",
    function* (): Process {
      got.push(yield* within(10, box.get()), sim.now);
      got.push(yield* within(100, box.get()), sim.now);
      got.push(yield* within(0, box.get()), sim.now);
    }(),
  );
  sim.after(50, () => box.put(7));
  sim.after(60, () => box.put(8));
  sim.run();
  assert.deepEqual(got, [TIMED_OUT, 10, 7, 50, TIMED_OUT, 50]);
  assert.equal(box.count, 1);
  assert.throws(() => within(-1, box.get()), /limit of -1/);
});

Deno.test("within interrupts a process at the limit, whose finally runs before the waiter goes on", () => {
  const sim = simulate();
  const server = new Resource(sim, "server", 1);
  const log: string[] = [];
  function* call(): Process<string> {
    try {
      return yield* server.use(function* (): Process<string> {
        yield 100;
        return "answer";
      }());
    } finally {
      log.push(`left at ${sim.now}`);
    }
  }
  sim.spawn(
    "caller",
    function* (): Process {
      log.push(String(yield* within(40, call())), `free: ${server.held === 0}`);
      log.push(String(yield* within(101, call())));
    }(),
  );
  assert.equal(sim.run().ended, "idle");
  assert.deepEqual(log, ["left at 40", "Symbol(timed out)", "free: true", "left at 140", "answer"]);
});

Deno.test("a report names what a combination still waits for", () => {
  const sim = simulate();
  const door = new Signal(sim, "door");
  const box = new Store<number>(sim, "box");
  sim.spawn(
    "a",
    function* (): Process {
      yield all(door, box.get());
    }(),
  );
  sim.after(1, () => box.put(1));
  assert.deepEqual(sim.run().waiting, [{ task: "a", for: 'all of signal "door"', daemon: false }]);
});
