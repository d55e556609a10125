import assert from "node:assert/strict";
import { serverlessExperiment } from "./experiment.ts";
import { gridTasks } from "./grid-search.ts";
import { serverless } from "./parameters.ts";
import { cluster, run } from "./testing.ts";

const MS = 1e6, S = 1e9, MIB = 2 ** 20;
const IMAGE = { application: "image-process", duration: "60s" };
const GRID = {
  application: "grid-search",
  duration: "60s",
  tasks: 60,
  functions: 12,
  task_time: "8s",
  cpu_share: "50 %",
  user_memory: "3072MiB",
};
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

Deno.test("without spread and throttling, a warm request takes its CPU time and its way to the store, no more", () => {
  const { activations, p } = run({
    ...IMAGE,
    configuration: "openwhisk",
    image_cpu_variation: "0 %",
    helpers: "0 %",
    action_memory: "512MiB", // 2 vCPU: nothing is throttled
    user_memory: "6GiB",
  });
  const warm = activations.filter((a) => a.start === "warm" && a.requested > 30 * S);
  assert.ok(warm.length > 30);
  const least = p.image_cpu + 2 * p.store_work;
  for (const a of warm) {
    const beside = a.ended - a.started - least;
    // Two round trips of 0.2 ms, 2 MB at 10 Gbit/s (a slow start of a few round trips).
    assert.ok(beside > 2 * MS && beside < 6 * MS, `${beside / MS} ms`);
  }
});

Deno.test("Little's law: busy containers are the rate of requests times their time in a container", () => {
  const { samples, activations, p } = run({
    ...IMAGE,
    duration: "600s",
    interval: "790ms", // not in step with the samples
    configuration: "openwhisk",
  });
  const settled = activations.filter((a) => a.requested > 60 * S);
  const time = mean(settled.map((a) => a.ended - a.started));
  const busy = mean(samples.filter((s) => s.time > 60 * S).map((s) => s.busy));
  assert.ok(Math.abs(busy - time / p.interval) < 0.05 * busy, `${busy} and ${time / p.interval}`);
});

Deno.test("GridSearch without chance is list scheduling: the slow twin hands each task to the first free", () => {
  const { activations, latencies, p } = run({
    ...GRID,
    configuration: "openwhisk",
    wait_variation: "0 %",
    cpu_share: "100 %",
  });
  const free = activations.map((a) => a.started);
  // What a task does beside computing: 10 MiB from Redis and three commands.
  const fetch = p.data_size * 8 / 10e9 * S + p.data_size / p.redis_rate * S + 3 * MS;
  for (const task of gridTasks(p.tasks)) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + task.weight * p.task_time + fetch;
  }
  const twin = Math.max(...free);
  const job = latencies[0] ?? 0;
  assert.ok(Math.abs(job / twin - 1) < 0.01, `${job / S} and ${twin / S} s`);
});

Deno.test("work is conserved: CPU used is what tasks and starts ask for, whatever sets the limits", () => {
  for (const configuration of ["openwhisk", "escra"]) {
    const { cpuUsed, lost, p } = run({ ...GRID, configuration });
    const weights = gridTasks(p.tasks).reduce((sum, task) => sum + task.weight, 0);
    const asked = weights * p.cpu_share * p.task_time + p.functions * p.grid_start_cpu;
    assert.equal(lost, 0);
    assert.ok(Math.abs(cpuUsed / asked - 1) < 1e-6, `${configuration}: ${cpuUsed} of ${asked} ns`);
  }
});

Deno.test("the grid has 960 tasks, half of them with bigrams, of weight 1 on average", () => {
  const tasks = gridTasks(960);
  assert.equal(tasks.filter((t) => t.bigrams).length, 480);
  assert.ok(Math.abs(mean(tasks.map((t) => t.weight)) - 1) < 1e-9);
});

Deno.test("cold starts over-provision: about (start + first run) / interval containers, then reuse", () => {
  const { activations, samples, p } = run({ ...IMAGE, configuration: "openwhisk", helpers: "0 %" });
  const cold = activations.filter((a) => a.start === "cold");
  const first = cold[0];
  assert.ok(first !== undefined);
  const arrived = Math.ceil((first.ended - first.requested) / p.interval);
  assert.ok(Math.abs(cold.length - Math.min(arrived, 12)) <= 2, `${cold.length}, ${arrived}`);
  assert.ok(Math.max(...cold.map((a) => a.requested)) < 15 * S);
  const last = samples[samples.length - 1];
  assert.equal(last?.cpuLimit, cold.length); // one vCPU and 256 MiB each, busy or not
  assert.equal(last?.memoryLimit, cold.length * 256 * MIB);
});

Deno.test("the idle rule: silent containers fall to the floor; without it they keep their limits", () => {
  const idle = { ...IMAGE, interval: "20s", duration: "20s", pod_start_variation: "0 %" };
  const last = (changes: object) => run({ ...idle, ...changes }).samples.at(-1)?.cpuLimit ?? 0;
  assert.equal(last({}), 0.3);
  assert.ok(last({ idle_after: "0s" }) >= 1);
  // Silent for 18 s, then a core with the first report.
  const woken = run({ ...idle, duration: "40s" });
  const warm = woken.activations[1];
  assert.equal(warm?.start, "warm");
  assert.ok(warm.ended - warm.started < 2.3 * S);
});

Deno.test("in text mode limits never sum above the total but for the kernel's minima; code mode reports", () => {
  const grid = { ...GRID, resources: "80 %", cpu_share: "100 %" };
  const text = run({ ...grid, mode: "text" });
  const { pools } = text.escra?.controller.allocator ?? assert.fail();
  // A container that finds the pool empty gets the kernel's minimum of 1 ms in 100.
  assert.ok(pools.worstOverrun <= 12 * 0.01, `${pools.worstOverrun} cores`);
  const code = run(grid);
  const books = code.escra?.controller.allocator.pools ?? assert.fail();
  assert.ok(books.worstOverrun > 0 && books.worstOverrun < 12 * 0.3 + 1e-9);
});

Deno.test("at rest kernel and controller agree on every limit; removed containers are forgotten", () => {
  const quiet = { ...IMAGE, interval: "400s", duration: "400s" };
  const here = run(quiet);
  const { entries } = here.escra?.controller.allocator.pools ?? assert.fail();
  assert.equal(entries.size, here.samples.at(-1)?.containers);
  const kernel = here.samples.at(-1);
  const sum = (of: (e: { quota: number; memory: number }) => number) =>
    [...entries.values()].reduce((total, e) => total + of(e), 0);
  assert.ok(Math.abs(sum((e) => e.quota) - (kernel?.cpuLimit ?? 0)) < 1e-6);
  assert.equal(sum((e) => e.memory), kernel?.memoryLimit);
  // 44 and 32 MiB in use, 50 MiB left above it.
  assert.ok(Math.abs((kernel?.memoryLimit ?? 0) / MIB - 126) < 1);

  const gone = run({ ...quiet, idle_timeout: "60s" });
  const pools = gone.escra?.controller.allocator.pools ?? assert.fail();
  assert.equal(gone.samples.at(-1)?.containers, 0);
  assert.equal(pools.entries.size, 0);
  assert.ok(Math.abs(pools.allocatedCpu) < 1e-9 && Math.abs(pools.allocatedMemory) < 1);
});

Deno.test("memory that Escra took back is granted again before a kill", () => {
  // The limit is 50 MiB above use when a task with bigrams asks for 70.
  const { oomEvents, oomKills, lost } = run({ ...GRID, grid_peak: "70MiB" });
  assert.ok(oomEvents > 0);
  assert.deepEqual([oomKills, lost], [0, 0]);
});

Deno.test("Escra does not delay a container's creation, and stem cells save it", () => {
  const first = (changes: object) => {
    const [cold] = run({ ...IMAGE, duration: "30s", interval: "20s", ...changes }).activations;
    return [cold?.start, ((cold?.started ?? 0) - (cold?.requested ?? 0)) / S] as const;
  };
  const [kind, alone] = first({ configuration: "openwhisk" });
  assert.deepEqual(first({}), [kind, alone]);
  assert.ok(kind === "cold" && alone > 2);
  const [warmed, waited] = first({ stem_cells: 1, pod_start: "1ms", pod_start_variation: "0 %" });
  assert.equal(warmed, "prewarmed");
  assert.ok(waited < 1); // the runtime's start is part of /init here
});

Deno.test("equal seeds give equal runs, other seeds others", () => {
  const hash = (seed: number) => run(IMAGE, seed).sim.hash;
  assert.equal(hash(3), hash(3));
  assert.notEqual(hash(3), hash(4));
});

Deno.test("faults: lost telemetry and a restart cost time at most; a failed worker loses its tasks", () => {
  const faulty = run({ ...GRID, telemetry_loss: "30 %", restart_at: "20s", late_rpc: "50ms" });
  assert.equal(faulty.lost, 0);
  const failed = run({ ...GRID, fail_worker_at: "20s" });
  assert.ok(failed.lost > 0 && failed.lost <= 3, `${failed.lost} tasks`);
  assert.equal(failed.activations.filter((a) => a.status === "error").length, failed.lost);
});

Deno.test("what cannot run is refused with its place and the reason", () => {
  const problems = (parameters: object) =>
    serverlessExperiment.check?.(serverless.parse(parameters), cluster()) ?? [];
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ application: "grid-search" }), []);
  for (
    const [parameters, place, words] of [
      [{ workers: 5 }, "workers", /7 hosts; expected .* 5 workers/],
      [{ user_memory: "64GiB" }, "user_memory", /CPUs for 96: pods would stay pending/],
      [{ user_memory: "100MiB" }, "user_memory", /less than one action's 256 MiB/],
      [{ image_heap: "1GiB" }, "image_heap", /every request is killed/],
      [{ application: "grid-search", grid_heap: "200MiB" }, "grid_heap", /workers are killed/],
      [{ floor: "2 cores", action_memory: "128MiB" }, "floor", /above the 0.5 vCPU/],
      [{ resources: "1 %" }, "resources", /0.12 vCPU .* floor of 0.3/],
    ] as const
  ) {
    const found = problems(parameters);
    assert.deepEqual(found.map((p) => p.path[0]), [place], JSON.stringify(parameters));
    assert.match(found[0]?.message ?? "", words);
  }
  assert.throws(() => serverless.parse({ interval: "0s" }));
  assert.throws(() => serverless.parse({ tasks: 1.5 }));
  assert.throws(() => serverless.parse({ intervall: "1s" }));
});
