import assert from "node:assert/strict";
import fc from "fast-check";
import { type Process, Simulation } from "../../kernel/mod.ts";
import {
  type FreshenEvent,
  FrState,
  type HookReport,
  type Resource,
  simDriver,
  type SimWait,
} from "./mod.ts";

const MS = 1e6;

/** A source whose value is the time at which it was read, in virtual ms. */
function source(sim: Simulation, durations: readonly number[], fails: readonly boolean[]) {
  const log = { running: 0, most: 0, tries: 0, errors: [] as Error[], readAt: [] as number[] };
  function* read(): Process<{ end: number; id: number }> {
    const id = log.tries++;
    log.running++;
    log.most = Math.max(log.most, log.running);
    try {
      yield (durations[id % durations.length] ?? 1) * MS;
      if (fails[id % fails.length]) {
        const error = new Error(`try ${id}`);
        log.errors.push(error);
        throw error;
      }
      return { end: sim.now, id };
    } finally {
      log.running--;
    }
  }
  return { log, read };
}

function only<T>(resources: Resource<SimWait, T>[], sim: Simulation, ttl = 1000 * MS) {
  const events: FreshenEvent[] = [];
  const state = new FrState(simDriver(sim), resources, { ttl, onEvent: (e) => events.push(e) });
  return { state, events, kinds: () => events.map((e) => e.kind) };
}

Deno.test("a finished result is served, a running one waited for, else the wrapper works itself", () => {
  const sim = new Simulation({ seed: 1 });
  const { log, read } = source(sim, [100], [false]);
  const { state, kinds } = only([{ name: "a", kind: "fetch", run: read }], sim);
  const times: number[] = [];
  const invoke = function* (at: number): Process {
    yield at * MS;
    const began = sim.now;
    yield* state.fetch(0);
    times.push((sim.now - began) / MS);
  };
  sim.spawn("first", invoke(0)); // works itself
  sim.spawn("second", invoke(40)); // waits for the rest
  sim.spawn("third", invoke(200)); // is served
  sim.spawn(
    "late hook",
    (function* () {
      yield 50 * MS;
      yield* state.hook(); // has nothing left to do
    })(),
  );
  sim.run();
  assert.deepEqual(times, [100, 60, 0]);
  assert.deepEqual(kinds(), ["wait", "skipped", "inline", "hit"]);
  assert.equal(log.tries, 1);
});

Deno.test("the hook works before the function, in order, and its failure is made up for by the wrapper", () => {
  const sim = new Simulation({ seed: 1 });
  const good = source(sim, [30], [false]);
  const bad = source(sim, [30], [true, false]);
  const { state, kinds } = only([
    { name: "bad", kind: "fetch", run: bad.read },
    { name: "good", kind: "fetch", run: good.read, size: () => 7 },
  ], sim);
  let report: HookReport | undefined;
  sim.spawn(
    "all",
    (function* (): Process {
      report = yield* state.hook();
      const began = sim.now;
      yield* state.fetch(1);
      assert.equal(sim.now, began);
      yield* state.fetch(0);
      assert.equal(sim.now - began, 30 * MS);
    })(),
  );
  sim.run();
  assert.deepEqual(
    report,
    { freshened: 1, skipped: 0, failed: 1, refused: 0, bytes: 7, time: 60 * MS },
  );
  assert.deepEqual(kinds(), ["failed", "prefetch", "hit", "inline"]);
});

Deno.test("an expired result is fetched again, or kept when its version is the same", () => {
  for (const [versions, expected] of [[["1", "1"], 1], [["1", "2"], 2]] as const) {
    const sim = new Simulation({ seed: 1 });
    const { log, read } = source(sim, [10], [false]);
    let asked = 0;
    const version = function* (): Process<string> {
      yield MS;
      return versions[asked++];
    };
    const { state } = only([{ name: "a", kind: "fetch", run: read, version }], sim, 50 * MS);
    sim.spawn(
      "all",
      (function* (): Process {
        yield* state.fetch(0);
        yield 51 * MS;
        yield* state.fetch(0);
      })(),
    );
    sim.run();
    assert.equal(log.tries, expected);
  }
});

Deno.test("a hook refreshes what would expire before the function begins", () => {
  const sim = new Simulation({ seed: 1 });
  const { log, read } = source(sim, [10], [false]);
  const { state } = only([{ name: "a", kind: "fetch", run: read }], sim, 100 * MS);
  sim.spawn(
    "all",
    (function* (): Process {
      yield* state.hook();
      yield 60 * MS;
      yield* state.hook({ ahead: 20 * MS });
      assert.equal(log.tries, 1);
      yield* state.hook({ ahead: 60 * MS });
      assert.equal(log.tries, 2);
    })(),
  );
  sim.run();
});

Deno.test("limits end the hook between resources; a hook cut short leaves nobody waiting", () => {
  const sim = new Simulation({ seed: 1 });
  const { read } = source(sim, [30], [false]);
  const run = (name: string): Resource<SimWait> => ({
    name,
    kind: "fetch",
    run: read,
    size: () => 10,
  });
  const { state, events } = only([run("a"), run("b"), run("c")], sim);
  sim.spawn(
    "all",
    (function* (): Process {
      const report = yield* state.hook({ bytes: 20 });
      assert.deepEqual([report.freshened, report.refused], [2, 1]);
      state.invalidate();
      assert.equal(events.filter((e) => e.kind === "wasted").length, 2);
      const hook = sim.spawn("hook", state.hook() as Process<HookReport>);
      yield 10 * MS;
      const waiter = sim.spawn("waiter", state.fetch(0) as Process<unknown>);
      yield 10 * MS;
      hook.interrupt("time is up");
      yield* waiter;
      assert.equal(sim.now, (60 + 20 + 30) * MS);
    })(),
  );
  assert.equal(sim.run().ended, "idle");
});

Deno.test("FrWarm runs the function's operation whether or not the warming worked", () => {
  const sim = new Simulation({ seed: 1 });
  const { state } = only([
    { name: "put", kind: "warm", run: source(sim, [20], [true]).read },
  ], sim);
  sim.spawn(
    "all",
    (function* (): Process {
      const result = yield* state.warm(0, function* () {
        yield 5 * MS;
        return "stored";
      });
      assert.equal(result, "stored");
      assert.equal(sim.now, 25 * MS);
      yield* assertThrows(
        state.warm(0, function* () {
          yield MS;
          throw new Error("the put failed");
        }),
        /the put failed/,
      );
      yield* assertThrows(state.fetch(0), /to be warmed, not fetched/);
    })(),
  );
  sim.run();
});

function* assertThrows(body: Process<unknown>, message: RegExp): Process {
  try {
    yield* body;
  } catch (error) {
    assert.match((error as Error).message, message);
    return;
  }
  assert.fail("did not throw");
}

Deno.test("whatever meets whatever: one try at a time, nothing stale, no failure lost", () => {
  const call = fc.record({
    at: fc.integer({ min: 0, max: 60 }),
    who: fc.constantFrom("invocation", "hook", "cut hook", "invalidate"),
    cut: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(
      fc.array(call, { minLength: 1, maxLength: 14 }),
      fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 30 }),
      (calls, durations, fails, ttl) => {
        const sim = new Simulation({ seed: 1 });
        const { log, read } = source(sim, durations, fails);
        const { state, events } = only([{ name: "a", kind: "fetch", run: read }], sim, ttl * MS);
        const served: { began: number; at: number; end: number }[] = [];
        const thrown: unknown[] = [];
        const reported: number[] = [];
        let invocations = 0;
        for (const { at, who, cut } of calls) {
          if (who === "invocation") {
            invocations++;
            sim.spawn(
              "invocation",
              (function* (): Process {
                yield at * MS;
                const began = sim.now;
                try {
                  const got = yield* state.fetch<{ end: number }>(0);
                  served.push({ began, at: sim.now, end: got.end });
                } catch (error) {
                  thrown.push(error);
                }
              })(),
            );
          } else if (who === "invalidate") sim.after(at * MS, () => state.invalidate());
          else {
            const hook = sim.spawn(
              "hook",
              (function* (): Process {
                yield at * MS;
                reported.push((yield* state.hook()).failed);
              })(),
            );
            if (who === "cut hook") sim.after((at + cut) * MS, () => hook.interrupt("limit"));
          }
        }
        assert.equal(sim.run().ended, "idle", "somebody waits for ever");
        assert.ok(log.most <= 1, "two tries at once");
        for (const { began, at, end } of served) {
          // From fr_state within its TTL, or from a try that ended while the call waited.
          assert.ok(at - end <= ttl * MS || end >= began, `stale by ${(at - end) / MS} ms`);
        }
        assert.equal(served.length + thrown.length, invocations, "an invocation got no answer");
        const failures = events.filter((e) => e.kind === "failed");
        for (const error of log.errors) {
          assert.equal(failures.filter((e) => e.error === error).length, 1, "a failure was lost");
        }
        // A wrapper throws its own try's error and nobody else's; a hook cut short throws nothing.
        assert.equal(new Set(thrown).size, thrown.length);
        for (const error of thrown) assert.ok(log.errors.includes(error as Error));
        if (!calls.some((c) => c.who === "cut hook")) {
          const hooks = reported.reduce((a, b) => a + b, 0);
          assert.equal(log.errors.length, thrown.length + hooks);
        }
      },
    ),
    { numRuns: 400 },
  );
});
