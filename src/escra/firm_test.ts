import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import { parseApplication, type Span } from "../workloads/mod.ts";
import type { Cluster } from "./cluster.ts";
import { criticalPath } from "./critical-path.ts";
import { critical, FirmPolicy, onPaths, STAND_IN, TraceCollector } from "./firm.ts";
import { StaticPolicy } from "./policy.ts";
import { runLoad } from "./run.ts";

const MIB = 2 ** 20, MS = 1e6, S = 1e9;
const span = (service: number, start: number, end: number, ...children: Span[]): Span => ({
  service,
  start,
  end,
  children,
});
const path = (root: Span): [number, number][] => {
  const found: [number, number][] = [];
  criticalPath(root, ({ service }, own) => found.push([service, own]));
  return found.sort(([a], [b]) => a - b);
};

Deno.test("the critical path goes through the last of parallel calls and through those before it", () => {
  // 0 calls 1; then 2 and 3 at the same time, of which 3 ends last and calls 4; then computes.
  const root = span(
    0,
    0,
    100,
    span(1, 10, 30),
    span(2, 35, 60),
    span(3, 35, 90, span(4, 40, 70)),
  );
  assert.deepEqual(path(root), [[0, 10 + 5 + 10], [1, 20], [3, 5 + 20], [4, 30]]);
});

Deno.test("a call that the caller gave up is the caller's wait", () => {
  assert.deepEqual(path(span(0, 0, 50, span(1, 5, Infinity))), [[0, 50]]);
  assert.deepEqual(path(span(0, 0, 50, span(1, 5, 80), span(2, 5, 20))), [[0, 35], [2, 15]]);
});

/** Traces whose children lie within their parents. */
const traces = fc.letrec<{ span: Span }>((tie) => ({
  span: fc.record({
    service: fc.nat(9),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
    children: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant<Span[]>([]),
      fc.array(tie("span"), { maxLength: 4 }),
    ),
  }).map(({ service, from, to, children }) => {
    const start = Math.min(from, to), end = Math.max(from, to);
    const fit = (s: Span): Span => ({
      service: s.service,
      start: start + s.start * (end - start),
      end: start + s.end * (end - start),
      children: s.children.map(fit),
    });
    return span(service, start, end, ...children.map(fit));
  }),
})).span;

Deno.test("times on the path add up to the request's, and are those of a twin that looks at each moment", () => {
  // The twin asks, moment by moment from the end, which of the calls that had returned by then did so last.
  const twin = (root: Span, at: (span: Span, own: number) => void) => {
    let t = root.end, own = 0;
    while (true) {
      const last = root.children.filter((c) => c.end <= t && !done.has(c))
        .reduce<Span | undefined>((a, c) => a === undefined || c.end > a.end ? c : a, undefined);
      if (last === undefined) break;
      done.add(last);
      own += t - last.end;
      twin(last, at);
      t = last.start;
    }
    at(root, own + t - root.start);
  };
  const done = new Set<Span>();
  fc.assert(
    fc.property(traces, (root) => {
      const own = new Map<Span, number>(), expected = new Map<Span, number>();
      criticalPath(root, (s, time) => own.set(s, time));
      done.clear();
      twin(root, (s, time) => expected.set(s, time));
      let sum = 0;
      for (const [s, time] of own) {
        assert.ok(Math.abs(time - (expected.get(s) as number)) < 1e-9);
        sum += time;
      }
      assert.equal(own.size, expected.size);
      assert.ok(Math.abs(sum - (root.end - root.start)) < 1e-9);
    }),
    { numRuns: 300, seed: 1 },
  );
});

Deno.test("the critical instance is the one whose time goes with the requests', not the slowest that never changes", () => {
  const requests = [10, 40, 25, 60].map((wait) =>
    span(0, 0, 105 + wait, span(1, 0, 100), span(2, 100, 100 + wait))
  );
  const parts = onPaths(requests);
  assert.equal(critical(parts), 2);
  const constant = parts.find((p) => p.service === 1);
  assert.deepEqual([constant?.mean, constant?.correlation], [100, 0]);
  assert.ok(Math.abs((parts.find((p) => p.service === 2)?.correlation ?? 0) - 1) < 1e-9);
  // Where nothing changes, the longest.
  assert.equal(critical(onPaths([span(0, 0, 9, span(1, 0, 6))])), 1);
  assert.equal(critical([]), undefined);
});

const application = parseApplication(
  `
id: pair
title: A front with two services behind it
source: a test
global_limits: { 1x: { cpu: 3 cores, memory: 192MiB } }
services:
  front:
    cpu_variation: 0 %
    memory: 4MiB
    operations:
      get: { cpu: 1ms, calls: [{ parallel: [back/get, side/get] }] }
  back:
    cpu_variation: 0 %
    memory: 4MiB
    operations:
      get: { cpu: 4ms }
  side:
    cpu_variation: 0 %
    memory: 4MiB
    operations:
      get: { cpu: 0.5ms }
requests:
  get: { share: 1, call: front/get }
`,
  "pair.yaml",
);
const platform = buildPlatform(platformSchema.parse(parse(
  readFileSync(new URL("../../scenarios/hardware/cloudlab-escra.yaml", import.meta.url), "utf8"),
)));
const initial = [1, 0.4, 1].map((cpu) => ({ cpu, memory: 64 * MIB }));

function run(policy: StaticPolicy | FirmPolicy, faults: (cluster: Cluster) => void = () => {}) {
  return runLoad({
    sim: new Simulation({ seed: 1 }),
    platform,
    application,
    policy,
    load: { workload: "fixed", scale: 0.5, connections: 10, duration: 20 * S, warmUp: 0 },
    period: 100 * MS,
    stackDelay: 0,
    spread: 0,
    sliceExpiry: false,
    settle: S,
    faults,
  });
}

Deno.test("FIRM raises the instance that makes requests long until the objective holds, and no memory limit", () => {
  const options = { initial, period: 2 * S, objective: 50 * MS, sampling: 0.5 };
  const policy = new FirmPolicy(options);
  const { client, cluster } = run(policy);
  const limits = cluster.containers.map((c) => c.cpu.quota / c.cpu.period);
  // 200 requests/s need 0.8 core of `back`, which has 0.4.
  assert.ok((limits[1] as number) >= 0.8, `${limits}`);
  assert.ok((limits[0] as number) <= 1 && (limits[2] as number) <= 1, `${limits}`);
  assert.ok((limits[2] as number) < 1, "what is hardly used is cut once the objective holds");
  assert.ok((limits[2] as number) >= STAND_IN.floor);
  assert.deepEqual(cluster.containers.map((c) => c.memory.limit), initial.map((l) => l.memory));
  assert.ok(client.answered > 1.5 * run(new StaticPolicy(initial)).client.answered);
  const { updates, missed_objectives } = policy.counters();
  assert.ok(
    (missed_objectives as number) >= 1 && (missed_objectives as number) < (updates as number),
  );
});

Deno.test("traces of a run: a sample of the requests, whose paths add up, the slower parallel call on them", () => {
  const collected: TraceCollector[] = [];
  const { client } = run(new StaticPolicy(initial), ({ sim, engine }) => {
    const collector = new TraceCollector(sim, 0.25, sim.rng("sampled traces"));
    engine.tracer = collector;
    collected.push(collector);
  });
  const found = collected[0]?.take() ?? [];
  const share = found.length / client.answered;
  assert.ok(share > 0.2 && share < 0.3, `${share}`);
  for (const trace of found) {
    assert.equal(trace.children.length, 2);
    const own = path(trace);
    assert.equal(own.reduce((sum, [, time]) => sum + time, 0), trace.end - trace.start);
    // `back` waits for its quota and is last; `side` is beside it.
    assert.deepEqual(own.map(([service]) => service), [0, 1]);
  }
  assert.deepEqual(collected[0]?.take(), []);
});
