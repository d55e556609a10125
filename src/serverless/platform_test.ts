import assert from "node:assert/strict";
import fc from "fast-check";
import { buildPlatform, Host, platformSchema } from "../hardware/mod.ts";
import { type Process, Simulation } from "../kernel/mod.ts";
import {
  type ActionSpec,
  type Activation,
  type PlatformOptions,
  ServerlessPlatform,
  TRANSITIONS,
} from "./mod.ts";

const MS = 1e6;
const MIB = 2 ** 20;

const run = (ms: number): ActionSpec["run"] =>
  function* (): Process<string> {
    yield ms * MS;
    return "done";
  };

function platform(options: Partial<PlatformOptions> = {}) {
  const sim = new Simulation({ seed: 1 });
  const invokers = [{ name: "invoker0" }];
  const p = new ServerlessPlatform(sim, { invokers, stemCells: [], ...options });
  return { sim, p };
}

/** Start kind and time from request to start, ms. */
const seen = (a: Activation) => [a.start, (a.started - a.requested) / MS];

Deno.test("cold, then warm, then resumed from a pause, then cold again after the idle time-out", () => {
  const { sim, p } = platform();
  const a = p.register({ name: "a", run: run(100) });
  const found: unknown[] = [];
  sim.spawn(
    "client",
    (function* (): Process {
      for (const pause of [0, 10, 1000, 11 * 60_000]) {
        yield pause * MS;
        found.push(seen(yield* p.invoke(a)));
      }
    })(),
  );
  sim.run();
  assert.deepEqual(found, [["cold", 562], ["warm", 12], ["warm", 27], ["cold", 562]]);
});

Deno.test("a stem cell of the right kind and memory saves the creation, and is replaced", () => {
  const { sim, p } = platform({ stemCells: [{ kind: "nodejs", memory: 256 * MIB, count: 1 }] });
  const fits = p.register({ name: "fits", run: run(1) });
  const other = p.register({ name: "other", kind: "python", run: run(1) });
  const big = p.register({ name: "big", memory: 512 * MIB, run: run(1) });
  const found: unknown[] = [];
  sim.spawn(
    "client",
    (function* (): Process {
      yield 1000 * MS;
      for (const action of [fits, other]) {
        found.push(seen(yield* p.invoke(action)));
        yield 1000 * MS;
      }
      found.push(seen(yield* p.invoke(big)));
    })(),
  );
  sim.run();
  assert.deepEqual(found, [["prewarmed", 62], ["cold", 562], ["recreated", 562]]);
  assert.ok(p.invokers[0].memory.max <= 1024 * MIB);
});

Deno.test("without memory requests wait in line; the longest idle container makes room first", () => {
  const { sim, p } = platform({ userMemory: 512 * MIB });
  const [a, b, c] = ["a", "b", "c"].map((name) => p.register({ name, run: run(1000) }));
  const found: [string, string, number][] = [];
  const client = function* (at: number, action: typeof a): Process {
    yield at * MS;
    const done = yield* p.invoke(action);
    found.push([action.name, done.start, done.queued / MS]);
  };
  sim.spawn("a", client(0, a));
  sim.spawn("b", client(100, b));
  sim.spawn("c", client(200, c)); // until a has ended at 1562: then a's place
  sim.run();
  assert.deepEqual(found, [["a", "cold", 0], ["b", "cold", 0], ["c", "recreated", 1350]]);
});

Deno.test("time-outs and errors are statuses; a timed-out container is not used again", () => {
  const { sim, p } = platform();
  const slow = p.register({ name: "slow", timeout: 50 * MS, run: run(100) });
  const bad = p.register({
    name: "bad",
    run: function* () {
      yield 1;
      throw new Error("a bug");
    },
  });
  sim.spawn(
    "client",
    (function* (): Process {
      const timedOut = yield* p.invoke(slow);
      assert.deepEqual([timedOut.status, timedOut.ended - timedOut.started], ["timeout", 50 * MS]);
      assert.equal((yield* p.invoke(slow)).start, "cold");
      assert.equal((yield* p.invoke(bad)).status, "error");
      assert.equal((yield* p.invoke(bad)).start, "warm");
    })(),
  );
  sim.run();
});

Deno.test("freshen runs in the container that is used next, resumes it, and never without code", () => {
  const { sim, p } = platform();
  const hooked: number[] = [];
  const a = p.register({
    name: "a",
    run: run(10),
    *freshen(container): Process {
      assert.equal(container.answers, true);
      yield 100 * MS;
      hooked.push(container.id);
    },
  });
  const window = 10_000 * MS;
  sim.spawn(
    "client",
    (function* (): Process {
      assert.equal(yield* p.freshen(a, { window }), "no container");
      yield* p.invoke(a);
      yield 1000 * MS; // paused by now
      const began = sim.now;
      assert.equal(yield* p.freshen(a, { window }), "done");
      assert.equal(sim.now - began, 115 * MS);
      const next = yield* p.invoke(a);
      assert.deepEqual([next.start, next.resumed, hooked], ["warm", false, [0]]);
      // A request during the hook does not wait for it: FrWait is the wrapper's business.
      const hook = sim.spawn("hook", p.freshen(a, { window }));
      yield 1;
      const beside = yield* p.invoke(a);
      assert.deepEqual(seen(beside), ["warm", 12]);
      yield* hook;
      assert.equal(yield* p.freshen(a, { window, start: true }), "done");
    })(),
  );
  sim.run();
});

Deno.test("hooks are limited in time and billed to the owner, wrong predictions too", () => {
  const { sim, p } = platform({ freshenLimits: { time: 200 * MS } });
  const a = p.register({
    name: "a",
    namespace: "owner",
    run: run(10),
    *freshen(): Process<{ bytes: number }> {
      yield 500 * MS; // a function hidden in a hook
      return { bytes: 1000 };
    },
  });
  sim.spawn(
    "client",
    (function* (): Process {
      yield* p.invoke(a);
      assert.equal(yield* p.freshen(a, { window: 1000 * MS }), "time limit");
      yield 2000 * MS; // nobody comes
      yield* p.invoke(a);
    })(),
  );
  sim.run();
  const account = p.ledger.of("owner");
  assert.deepEqual([account.freshens, account.freshenTime], [1, 200 * MS]);
  assert.deepEqual([account.mispredictions, account.wastedTime], [1, 200 * MS]);
  assert.ok(Math.abs(account.freshenGbs - 0.2 * 256 * MIB / 1e9) < 1e-9);
});

Deno.test("bad predictions end freshen, categories rule it, good ones bring it back", () => {
  const { sim, p } = platform();
  let hooks = 0;
  const make = (name: string, category: ActionSpec["category"]) =>
    p.register({
      name,
      ...(category === undefined ? {} : { category }),
      run: run(1),
      *freshen(): Process {
        hooks++;
        yield MS;
      },
    });
  const usual = make("usual", "default");
  const off = make("off", "latency-insensitive");
  const eager = make("eager", "latency-sensitive");
  const window = 100 * MS;
  sim.spawn(
    "client",
    (function* (): Process {
      for (const action of [usual, off, eager]) yield* p.invoke(action);
      assert.equal(yield* p.freshen(off, { window }), "not allowed");
      const outcomes = { usual: 0, eager: 0 };
      for (let i = 0; i < 12; i++) {
        for (const [name, action] of [["usual", usual], ["eager", eager]] as const) {
          if ((yield* p.freshen(action, { window })) === "done") outcomes[name]++;
          yield 200 * MS;
        }
      }
      assert.deepEqual(outcomes, { usual: 7, eager: 12 });
      for (let i = 0; i < 5; i++) {
        yield* p.freshen(usual, { window }); // scored although it is not run
        yield* p.invoke(usual);
      }
      assert.equal(yield* p.freshen(usual, { window }), "done");
    })(),
  );
  sim.run();
  assert.ok(hooks > 0);
});

Deno.test("functions that burn CPU do so in their container's cgroup, under its quota", () => {
  const sim = new Simulation({ seed: 1 });
  const hardware = buildPlatform(platformSchema.parse({
    id: "one",
    title: "one host",
    source: "test",
    hosts: { invoker: { part: "cloudlab-m510" } },
  }));
  const host = new Host(sim, hardware.host("invoker"));
  const p = new ServerlessPlatform(sim, { invokers: [{ name: "invoker", host }], stemCells: [] });
  const spin = (quota: number | undefined) =>
    p.register({
      name: `quota ${quota}`,
      *run({ container }): Process {
        if (quota !== undefined) container.cgroup.setQuota({ quota: quota * MS });
        yield* container.thread("main").run(300 * MS);
      },
    });
  const times: number[] = [];
  sim.spawn(
    "client",
    (function* (): Process {
      for (const action of [spin(undefined), spin(50)]) {
        const { started, ended } = yield* p.invoke(action);
        times.push((ended - started) / MS);
      }
    })(),
  );
  sim.run(60_000 * MS);
  assert.ok(Math.abs(times[0] - 300) < 5, `${times[0]} ms without a limit`);
  assert.ok(times[1] > 450 && times[1] < 650, `${times[1]} ms at half a CPU`);
});

Deno.test("whatever is asked, memory is kept, every request is answered, every step is legal", () => {
  const load = fc.record({
    at: fc.integer({ min: 0, max: 3000 }),
    action: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom("invoke", "invoke", "freshen", "start"),
  });
  fc.assert(
    fc.property(
      fc.array(load, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      (loads, invokers) => {
        const names = Array.from({ length: invokers }, (_, i) => ({ name: `invoker${i}` }));
        const { sim, p } = platform({
          invokers: names,
          userMemory: 640 * MIB,
          pauseGrace: 40 * MS,
          idleTimeout: 400 * MS,
          stemCells: [{ kind: "nodejs", memory: 128 * MIB, count: 1 }],
        });
        const actions = [0, 1, 2, 3].map((i) =>
          p.register({
            name: `f${i}`,
            memory: [128, 256, 256, 512][i] * MIB,
            concurrency: i === 1 ? 2 : 1,
            timeout: i === 2 ? 60 * MS : 60_000 * MS,
            run: run([20, 70, 80, 30][i]),
            *freshen(): Process {
              yield 50 * MS;
            },
          })
        );
        let answered = 0;
        for (const { at, action, what } of loads) {
          sim.spawn(
            what,
            (function* (): Process {
              yield at * MS;
              if (what === "invoke") {
                const done = yield* p.invoke(actions[action]);
                assert.equal(done.status, action === 2 ? "timeout" : "success");
                answered++;
              } else {yield* p.freshen(actions[action], {
                  window: 100 * MS,
                  start: what === "start",
                });}
            })(),
          );
        }
        assert.equal(sim.run().ended, "idle");
        assert.equal(answered, loads.filter((l) => l.what === "invoke").length);
        for (const invoker of p.invokers) {
          assert.ok(invoker.memory.max <= 640 * MIB);
          let bytes = 0;
          for (const c of invoker.containers) {
            bytes += c.memory;
            assert.deepEqual([c.active, c.freshening], [0, 0]);
            assert.equal(c.state, "prewarm", "an idle container outlived its time-out");
          }
          assert.equal(invoker.memory.value, bytes);
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("a removed container makes no further step", () =>
  assert.deepEqual(TRANSITIONS.removed, []));
