import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import { parseApplication } from "../workloads/mod.ts";
import {
  BUCKETS,
  MlRecommender,
  type MlWeights,
  SOURCE_WEIGHTS,
  TUNED_WEIGHTS,
} from "./autopilot-ml.ts";
import { AutopilotPolicy } from "./autopilot.ts";
import { Cluster } from "./cluster.ts";
import { microservices } from "./parameters.ts";
import { autopilotOptions } from "./rival-parameters.ts";
import { UsageSamples } from "./usage-samples.ts";

const MIB = 2 ** 20, S = 1e9;

/** The published recursions with nothing shared between models, sums or windows. */
class SlowMl {
  readonly #history: (readonly number[])[] = [];
  readonly #models: { d: number; margin: number; best: number; limit: number; cost: number }[];
  #model = -1;
  #limit = -1;

  constructor(readonly width: number, readonly w: MlWeights) {
    this.#models = w.decays.flatMap((d) =>
      w.margins.map((margin) => ({ d, margin, best: -1, limit: -1, cost: 0 }))
    );
  }

  update(samples: readonly number[]): number {
    const { w } = this;
    const buckets = samples.map((s) =>
      Math.min(BUCKETS - 1, Math.max(0, Math.ceil(s / this.width) - 1))
    );
    this.#history.push(buckets);
    const over = (window: readonly number[], L: number) => window.filter((k) => k > L).length;
    const under = (window: readonly number[], L: number) => window.filter((k) => k < L).length;
    let least = Infinity, chosen = -1;
    this.#models.forEach((m, i) => {
      let best = 0, bestCost = Infinity;
      for (let L = 0; L < BUCKETS; L++) {
        let o = 0, u = 0;
        for (const window of this.#history) {
          o = (1 - m.d) * o + m.d * over(window, L);
          u = (1 - m.d) * u + m.d * under(window, L);
        }
        const cost = w.over * o + w.under * u + (L === m.best ? 0 : w.changeLimit);
        if (cost < bestCost) [best, bestCost] = [L, cost];
      }
      m.best = best;
      const limit = Math.min(BUCKETS - 1, best + m.margin);
      const had = m.limit < 0 ? limit : m.limit;
      m.cost = w.discount *
          (w.over * over(buckets, had) + w.under * under(buckets, had) +
            (limit === had ? 0 : w.changeLimit)) + (1 - w.discount) * m.cost;
      m.limit = limit;
      const total = m.cost + (i === this.#model ? 0 : w.changeModel) +
        (limit === this.#limit ? 0 : w.changeLimit);
      if (total < least) [least, chosen] = [total, i];
    });
    this.#model = chosen;
    this.#limit = (this.#models[chosen] as { limit: number }).limit;
    return (this.#limit + 1) * this.width;
  }
}

Deno.test("the ML recommender gives what the published recursions give, window by window", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 1100 }), { maxLength: 3 }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.constantFrom([0], [60], [0, 40]),
      (windows, margins) => {
        const weights = { ...SOURCE_WEIGHTS, decays: [0.1, 0.7], margins };
        const fast = new MlRecommender(10, weights), slow = new SlowMl(10 / BUCKETS, weights);
        for (const window of windows) {
          const samples = window.map((s) => s / 100);
          assert.ok(Math.abs(fast.update(samples) - slow.update(samples)) < 1e-9);
        }
      },
    ),
    { numRuns: 25, seed: 1 },
  );
});

Deno.test("the ML limit covers usage by its margin and follows it up and down", () => {
  const ml = new MlRecommender(10);
  for (let k = 0; k < 60; k++) ml.update([2]);
  const at2 = ml.update([2]);
  assert.ok(at2 >= 2 && at2 <= 4, `${at2}`);
  // An underrun costs a twentieth of an overrun: what is over for 0.9^n < 1/20 is forgotten.
  for (let k = 0; k < 60; k++) ml.update([0.5]);
  assert.ok(ml.update([0.5]) < at2);
});

Deno.test("without a margin a limit cannot grow, nor where models without one compete: the trap", () => {
  for (const margins of [[0], [0, 40]]) {
    const trap = new MlRecommender(10, { ...SOURCE_WEIGHTS, margins });
    let limit = 0;
    for (let k = 0; k < 20; k++) limit = trap.update([0.01]);
    // Throttled usage never exceeds the limit, so that no model without a margin ever sees an overrun.
    for (let k = 0; k < 50; k++) limit = trap.update([Math.min(3, limit)]);
    assert.ok(limit <= 0.03, `${limit}`);
  }
});

Deno.test("after an idle minute the model that remembers longest is in charge, and steps are slow", () => {
  const windowsToFirstStep = (decays: readonly number[]) => {
    const ml = new MlRecommender(10, { ...SOURCE_WEIGHTS, decays, margins: [60] });
    let limit = 0;
    for (let k = 0; k < 60; k++) limit = ml.update([0.01]);
    assert.ok(Math.abs(limit - 1.525) < 1e-9);
    let windows = 0;
    while (limit < 1.6) {
      limit = ml.update([limit]);
      windows++;
    }
    return windows;
  };
  assert.equal(windowsToFirstStep([1]), 1);
  // 0.5 (1 - 0.9^n) > 0.25 x 0.9^n + 0.1 from n = 6 on.
  assert.equal(windowsToFirstStep([0.1]), 6);
  assert.equal(windowsToFirstStep(SOURCE_WEIGHTS.decays), 6);
});

Deno.test("with the tuned weights and as one does, a throttled limit grows by a margin every few windows", () => {
  const p = microservices.parse({ application: "x", policy: "autopilot" });
  assert.deepEqual(autopilotOptions(p, []).weights, TUNED_WEIGHTS);
  assert.deepEqual(autopilotOptions(p, []).memoryMargins, TUNED_WEIGHTS.margins);
  const ml = new MlRecommender(10);
  let limit = 0, windows = 0;
  for (let k = 0; k < 60; k++) limit = ml.update([0.01]);
  assert.ok(Math.abs(limit - 1.025) < 1e-9, `${limit}`);
  for (; limit < 4; windows++) limit = ml.update([limit]);
  assert.ok(windows >= 3 && windows <= 12, `${windows}`);
});

Deno.test("cAdvisor gives the mean of its last interval, as old as its housekeeping is apart", () => {
  const sim = new Simulation({ seed: 3 });
  let cores = 1, since = 0, used = 0;
  const total = () => used + cores * (sim.now - since);
  const container = { cpu: { usage: total }, memory: { usage: 7 } };
  const samples = new UsageSamples(sim, [container], S, 1, sim.rng("h"));
  assert.deepEqual(samples.read(0), { cores: 0, memory: 7 });
  sim.run(10 * S);
  assert.ok(Math.abs(samples.read(0).cores - 1) < 1e-9);
  [used, since, cores] = [total(), sim.now, 3];
  const ages: number[] = [];
  let last = 1;
  for (let at = 10; at < 200; at += 0.1) {
    sim.run(at * S);
    const now = samples.read(0).cores;
    if (now !== last) ages.push(at);
    last = now;
  }
  // Reads with old and new use in them, and the next one, which has new use only.
  assert.ok((ages[0] as number) <= 12.1 && last > 2.999);
});

const file = (path: string) =>
  readFileSync(new URL(`../../scenarios/${path}`, import.meta.url), "utf8");
const platform = buildPlatform(platformSchema.parse(parse(file("hardware/cloudlab-escra.yaml"))));
const application = parseApplication(
  `id: x
title: X
source: a test
global_limits: { 1x: { cpu: 4 cores, memory: 1000MiB } }
services:
  web:
    memory: 10MiB
    operations:
      page: { cpu: 2ms }
  db:
    memory: 100MiB
requests:
  page: { share: 1, call: web/page }
`,
  "x",
);

function world(parameters: Record<string, unknown>) {
  const sim = new Simulation({ seed: 1 });
  const initial = [{ cpu: 2, memory: 300 * MIB }, { cpu: 2, memory: 300 * MIB }];
  const p = microservices.parse({
    application: "x",
    policy: "autopilot",
    autopilot_margin: "1500 millicores",
    autopilot_zero_margin: false,
    autopilot_memory_margin: "64MiB",
    autopilot_under: SOURCE_WEIGHTS.under,
    autopilot_change_limit: SOURCE_WEIGHTS.changeLimit,
    autopilot_change_model: SOURCE_WEIGHTS.changeModel,
    ...parameters,
  });
  const policy = new AutopilotPolicy(autopilotOptions(p, initial));
  const cluster = new Cluster({
    sim,
    platform,
    application,
    limits: policy.initial(),
    period: 100e6,
    stackDelay: 0,
    spread: 0,
    sliceExpiry: false,
    answered: () => {},
  });
  policy.start(cluster);
  cluster.boot();
  const [web, db] = cluster.containers;
  assert.ok(web && db);
  return { sim, policy, web, db };
}

Deno.test("limits are use and margins, and follow both", () => {
  const { sim, policy, web, db } = world({});
  sim.run(30 * S);
  // Idle: the first bucket of 25 millicores and a margin of 1.5 cores.
  assert.equal(web.cpu.quota / web.cpu.period, 1.525);
  assert.ok(db.memory.slack >= 63 * MIB && db.memory.slack <= 70 * MIB, `${db.memory.slack / MIB}`);
  const before = db.memory.limit;
  assert.ok(db.memory.charge(60 * MIB));
  sim.run(60 * S);
  assert.ok(db.memory.limit > before);
  assert.equal(policy.counters()["refused_limits"], 0);
});

Deno.test("a memory limit under what a new container already uses is refused and stays", () => {
  const { sim, policy, db } = world({ update_period: "10s" });
  sim.run(25 * S);
  db.kill();
  sim.run(sim.now + 0.2 * S);
  assert.ok(db.memory.charge(150 * MIB));
  sim.run(34 * S);
  assert.equal(db.memory.limit, 300 * MIB);
  assert.equal(policy.counters()["refused_limits"], 1);
});

Deno.test("after an OOM kill the new container has its pod's limits until the next update", () => {
  for (const after_kill of ["pod-spec", "last"]) {
    const { sim, db } = world({ after_kill, update_period: "10s" });
    sim.run(25 * S);
    const written = db.memory.limit;
    assert.ok(written < 200 * MIB);
    db.kill();
    sim.run(sim.now + 0.2 * S);
    assert.equal(db.memory.limit, after_kill === "last" ? written : 300 * MIB);
    assert.equal(db.cpu.quota / db.cpu.period, after_kill === "last" ? 1.525 : 2);
  }
});

Deno.test("a kill may count as use above the limit, as in VPA", () => {
  const limitAfter = (autopilot_oom_bump: boolean) => {
    const { sim, db } = world({ autopilot_oom_bump, autopilot_memory: "peak" });
    sim.run(25 * S);
    const had = db.memory.limit;
    db.kill();
    sim.run(sim.now + 3 * S);
    return (db.memory.limit - had) / MIB;
  };
  assert.ok(Math.abs(limitAfter(false)) <= 6);
  assert.ok(limitAfter(true) > 90);
});

Deno.test("limits may be bounded by what the pods were deployed with", () => {
  const most = (autopilot_bound: string) => {
    const { sim, db, web } = world({ autopilot_bound, autopilot_margin: "3 cores" });
    let sum = 0;
    for (let t = 1; t <= 40; t++) {
      sim.run(t * S);
      const limits = [db, web].map(({ cpu }) => cpu.quota / cpu.period);
      sum = Math.max(sum, limits.reduce((a, b) => a + b, 0));
    }
    return sum;
  };
  assert.ok(most("total") <= 4 + 1e-6);
  assert.ok(most("none") > 4);
});

Deno.test("the loop asks one container after the other: many make its round longer than its period", () => {
  const updates = (autopilot_read: string) => {
    const { sim, policy } = world({ autopilot_read });
    sim.run(43 * S);
    return policy.counters()["updates"];
  };
  assert.equal(updates("0ms"), 42);
  assert.equal(updates("1s"), 21);
});
