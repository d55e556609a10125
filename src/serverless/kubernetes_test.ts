import assert from "node:assert/strict";
import fc from "fast-check";
import { FluidHost } from "../hardware/mod.ts";
import { type Process, Simulation, TraceSink } from "../kernel/mod.ts";
import {
  type ActionSpec,
  type Activation,
  Kubernetes,
  type KubernetesOptions,
  type PlatformOptions,
  type Pod,
  ServerlessPlatform,
} from "./mod.ts";

const MS = 1e6, S = 1e9, MIB = 2 ** 20;

interface Bed {
  readonly sim: Simulation;
  readonly kubernetes: Kubernetes;
  readonly p: ServerlessPlatform;
}

/** A platform whose containers are pods; a vCPU for each 256 MiB, pods start in 1 s. */
function bed(
  cores: readonly number[],
  options: Partial<PlatformOptions> = {},
  changes: Partial<KubernetesOptions> = {},
  trace?: TraceSink,
): Bed {
  const sim = new Simulation({ seed: 1, trace });
  const kubernetes = new Kubernetes(sim, {
    nodes: cores.map((n, i) => ({
      host: new FluidHost(sim, `node-${i}`, n),
      memory: 64 * 2 ** 30,
    })),
    cpuScaling: 1 / (256 * MIB),
    podStart: S,
    podStartVariation: 0,
    kubelet: 0,
    period: 100 * MS,
    ...changes,
  });
  const p = new ServerlessPlatform(sim, {
    invokers: [{ name: "invoker", memory: 1e12 }],
    stemCells: [],
    pauseGrace: 10 * S,
    factory: kubernetes,
    ...options,
  });
  return { sim, kubernetes, p };
}

/** A function that uses CPU time on threads. */
const burns = (...demands: number[]): ActionSpec["run"] =>
  function* ({ container }): Process {
    yield* (container.pod as Pod).compute(...demands);
  };

function call({ sim, p }: Bed, spec: Partial<ActionSpec>, times = 1): Activation[] {
  const found: Activation[] = [];
  const action = p.register({ name: "f", run: burns(S), ...spec });
  sim.spawn(
    "client",
    (function* (): Process {
      for (let i = 0; i < times; i++) found.push(yield* p.invoke(action));
    })(),
  );
  sim.run();
  return found;
}

const ran = (a: Activation | undefined) => ((a?.ended ?? 0) - (a?.started ?? 0)) / MS;

Deno.test("how long a function runs follows from its pod's CPU limit", () => {
  assert.equal(ran(call(bed([4]), { memory: 256 * MIB })[0]), 1000);
  // Half a vCPU: 50 ms of each 100 ms; the last period needs no waiting.
  const half = ran(call(bed([4]), { memory: 128 * MIB })[0]);
  assert.ok(half > 1900 && half <= 2000, `${half} ms`);
  // Two threads of half a second each: one vCPU is half as fast as two.
  const threads = { run: burns(S / 2, S / 2) };
  const one = ran(call(bed([4]), { ...threads, memory: 256 * MIB })[0]);
  const two = ran(call(bed([4]), { ...threads, memory: 512 * MIB })[0]);
  assert.ok(one > 900 && one <= 1000 && two === 500, `${one} and ${two} ms`);
});

Deno.test("the pod's start and /init come before the first run, and not before a warm one", () => {
  const init = function* (container: { pod: Pod | null }): Process {
    yield* (container.pod as Pod).compute(200 * MS);
  };
  const [cold, warm] = call(bed([4]), { init }, 2);
  assert.deepEqual([cold?.start, warm?.start], ["cold", "warm"]);
  assert.equal(((cold?.started ?? 0) - (cold?.requested ?? 0)) / MS, 12 + 1000 + 200);
  assert.equal(((warm?.started ?? 0) - (warm?.requested ?? 0)) / MS, 12);
});

Deno.test("memory at the limit: a hook that makes room saves the pod, else it is killed and replaced", () => {
  const charge = function* ({ container }: { container: { pod: Pod | null } }): Process {
    yield* (container.pod as Pod).charge(300 * MIB);
  };
  const killed = bed([4]);
  const found = call(killed, { run: charge }, 2);
  assert.deepEqual(found.map((a) => [a.status, a.start]), [["error", "cold"], ["error", "cold"]]);
  assert.equal(killed.kubernetes.pods.length, 0);
  assert.equal(killed.p.invokers[0]?.memory.value, 0);

  const saved = bed([4]);
  let asked = 0;
  saved.kubernetes.observer = {
    started(pod) {
      pod.oomHook = (p, _, decide) => {
        asked++;
        saved.sim.after(MS, () => decide(p.memory.setLimit(p.memory.limit + 20 * MIB)));
      };
    },
  };
  assert.equal(call(saved, { run: charge })[0]?.status, "success");
  assert.equal(asked, 3); // 256 + 3 x 20 MiB
});

Deno.test("an OOM kill in /init is an error of the activation, and frees the invoker's memory", () => {
  const b = bed([4]);
  const init = function* (container: { pod: Pod | null }): Process {
    yield* (container.pod as Pod).charge(300 * MIB);
  };
  assert.equal(call(b, { init })[0]?.status, "error");
  assert.equal(b.p.invokers[0]?.memory.value, 0);
});

Deno.test("the scheduler spreads pods, and keeps one pending until a node has room", () => {
  const b = bed([1, 2], { idleTimeout: 5 * S });
  const actions = ["a", "b", "c", "d"].map((name) => b.p.register({ name, run: burns(S) }));
  const starts: number[] = [];
  for (const action of actions) {
    b.sim.spawn(
      "client",
      (function* (): Process {
        starts.push((yield* b.p.invoke(action)).started / S);
      })(),
    );
  }
  b.sim.run(5 * S);
  assert.deepEqual(b.kubernetes.pods.map((pod) => pod.host.name).sort(), [
    "node-0",
    "node-1",
    "node-1",
  ]);
  b.sim.run();
  // The fourth waits until an idle pod is removed: 10 s of grace and 5 s of pause after 2 s.
  assert.ok((starts[3] ?? 0) > 17 && (starts[3] ?? 0) < 19, `${starts[3]} s`);
});

Deno.test("a kubelet starts its pods' containers one after the other", () => {
  const b = bed([8], {}, { podStart: S, kubelet: 400 * MS });
  const starts: number[] = [];
  for (let i = 0; i < 3; i++) {
    const action = b.p.register({ name: `f${i}`, init: 0, run: burns(1) });
    b.sim.spawn(
      "client",
      (function* (): Process {
        starts.push((yield* b.p.invoke(action, undefined, { overhead: 0 })).started / MS);
      })(),
    );
  }
  b.sim.run();
  assert.deepEqual(starts, [1000, 1400, 1800]);
});

Deno.test("an idle or paused pod reports no CPU period", () => {
  const b = bed([4]);
  let reports = 0;
  b.kubernetes.observer = { started: (pod) => pod.periodHook = (r) => void (r.idle || reports++) };
  call(b, {}, 1);
  assert.ok(reports >= 10 && reports <= 12, `${reports} reports in a second of work`);
});

Deno.test("the trace tells a container's life: cold start, runs, pause, removal", () => {
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  call(bed([4], { idleTimeout: 600 * S }, {}, trace), {}, 2);
  trace.close();
  const events = JSON.parse(text).traceEvents as {
    ph: string;
    name: string;
    tid: number;
    dur?: number;
  }[];
  const life = events.filter((e) => (e.ph === "X" || e.ph === "i") && e.tid > 0).map((e) => e.name);
  const states = ["starting", "initializing", "running", "ready", "running", "ready", "pausing"];
  assert.deepEqual(life, [...states, "paused", "removed"]);
  assert.equal(events.find((e) => e.name === "paused")?.dur, 600e6);
  assert.ok(events.some((e) => e.name.endsWith(": cores")));
});

Deno.test("a node that fails takes its pods along; others go on, and pods return to it later", () => {
  const b = bed([1, 1]);
  const found: [string, string][] = [];
  const action = b.p.register({ name: "f", run: burns(3 * S) });
  for (const at of [0, 0, 20, 20]) {
    b.sim.spawn(
      "client",
      (function* (): Process {
        yield at * S;
        const a = yield* b.p.invoke(action);
        found.push([a.start, a.status]);
      })(),
    );
  }
  b.sim.after(2 * S, () => b.kubernetes.failNode("node-0", 5 * S));
  b.sim.run(10 * S);
  assert.deepEqual(found, [["cold", "error"], ["cold", "success"]]);
  assert.equal(b.kubernetes.pods.length, 1);
  b.sim.run();
  assert.deepEqual(found.slice(2), [["warm", "success"], ["cold", "success"]]);
  assert.throws(() => b.kubernetes.failNode("nowhere", S), /no node "nowhere"/);
});

Deno.test("whatever is asked: no node is overbooked, all is answered, work is conserved", () => {
  const request = fc.record({
    at: fc.integer({ min: 0, max: 20_000 }),
    which: fc.integer({ min: 0, max: 2 }),
    demand: fc.integer({ min: 1, max: 3000 }),
  });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 25 }), (requests) => {
      const b = bed([2, 3], { idleTimeout: S, invokers: [{ name: "i", memory: 1280 * MIB }] });
      const pods = new Set<Pod>();
      b.kubernetes.observer = { started: (pod) => void pods.add(pod) };
      const actions = [128, 256, 512].map((mib) =>
        b.p.register({
          name: `of ${mib} MiB`,
          memory: mib * MIB,
          timeout: Infinity,
          run: ({ container, args }) => (container.pod as Pod).compute(args as number),
        })
      );
      let answered = 0;
      for (const { at, which, demand } of requests) {
        b.sim.spawn(
          "client",
          (function* (): Process {
            yield at * MS;
            const action = actions[which] as typeof actions[number];
            if ((yield* b.p.invoke(action, demand * MS)).status === "success") answered++;
            for (const [i, cores] of [2, 3].entries()) {
              const booked = b.kubernetes.pods.filter((pod) => pod.host.name === `node-${i}`)
                .reduce((sum, pod) => sum + pod.requested.cpu, 0);
              assert.ok(booked <= cores + 1e-9, `${booked} of ${cores} cores booked`);
            }
          })(),
        );
      }
      b.sim.run();
      assert.equal(answered, requests.length);
      assert.equal(b.kubernetes.pods.length, 0); // all idle pods were removed
      const used = [...pods].reduce((sum, pod) => sum + pod.cpu.usage(), 0);
      const asked = requests.reduce((sum, { demand }) => sum + demand * MS, 0);
      assert.ok(Math.abs(used - asked) <= 2 * requests.length, `${used} of ${asked} ns`);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a function that waits ends with its node at once, or at its time limit", () => {
  const b = bed([2]);
  const ends: [string, number][] = [];
  let cleaned = 0;
  const start = (name: string, timeout: number) => {
    const action = b.p.register({
      name,
      timeout,
      run: function* (): Process {
        try {
          yield 40 * S;
        } finally {
          cleaned++;
        }
      },
    });
    b.sim.spawn(
      "client",
      (function* (): Process {
        const a = yield* b.p.invoke(action, undefined, { overhead: 0 });
        ends.push([a.status, a.ended / MS]);
      })(),
    );
  };
  start("long", Infinity);
  start("short", 2 * S);
  b.sim.after(10 * S, () => b.kubernetes.failNode("node-0", S));
  const { ended } = b.sim.run();
  // 1 s for the pod, 50 ms for /init.
  assert.deepEqual(ends, [["timeout", 3050], ["error", 10_000]]);
  assert.deepEqual([ended, cleaned], ["idle", 2]);
});
