/**
 * `escra/serverless`: ImageProcess and GridSearch on OpenWhisk, with Escra or without (dissertation
 * sections 5.6.5 and 5.6.6: Figures 5.7 to 5.9).
 */
import { defineExperiment, type Problem, type Row } from "../../model/mod.ts";
import type { Platform } from "../../hardware/mod.ts";
import { percentile } from "../../workloads/mod.ts";
import { sliceProblem } from "../check.ts";
import { resolve, type Serverless, serverless } from "./parameters.ts";
import { rolesOf, runServerless, type ServerlessReport } from "./run.ts";

const S = 1e9, MIB = 2 ** 20;
const key = (says: string) => ({ role: "key" as const, says });
const measure = (says: string) => ({ role: "measure" as const, says });

const LIMITS = {
  time_s: key("since the load began"),
  cpu_limit_vcpu: measure("sum of the containers' CPU limits"),
  memory_limit_mib: measure("sum of the containers' memory limits"),
  cpu_used_vcpu: measure("CPU use in the second before"),
  memory_used_mib: measure("sum of the containers' memory usage"),
  containers: measure("containers that exist"),
  busy: measure("containers that serve an activation"),
};
const LATENCY = {
  request: key("number of the request; 0 for a job"),
  latency_s: measure("from the request or the job's start to its end"),
};
const SUMMARY = {
  requests: measure("requests or workers that ended"),
  errors: measure("those that failed"),
  lost_tasks: measure("tasks of GridSearch without a result"),
  cold_starts: measure("activations that had to wait for a new container"),
  latency_mean_s: measure("of requests or the job"),
  latency_p50_s: measure("of requests or the job"),
  latency_p80_s: measure("of requests or the job"),
  latency_p99_s: measure("of requests or the job"),
  cpu_limit_mean_vcpu: measure("mean of the sum of CPU limits"),
  cpu_limit_max_vcpu: measure("largest sum of CPU limits, of the seconds"),
  memory_limit_mean_mib: measure("mean of the sum of memory limits"),
  cpu_used_mean_vcpu: measure("mean CPU use"),
  busy_mean: measure("mean number of containers that serve an activation"),
  containers_max: measure("most containers at a time"),
  throttled_periods: measure("CPU periods that ended throttled, all containers"),
  oom_events: measure("charges of memory that failed, answered by Escra or not"),
  oom_kills: measure("containers killed for it"),
  limit_changes: measure("CPU limits that Escra changed"),
  messages: measure("telemetry messages that its controller handled"),
  worst_overrun_vcpu: measure("most that CPU limits in its books summed above the total"),
  worst_enforced_overrun_vcpu: measure("the same of the limits that kernels enforced"),
  worst_memory_overrun_mib: measure("the same of memory"),
};

function check(parameters: Serverless, platform: Platform): Problem[] {
  const p = resolve(parameters);
  const problems: Problem[] = [];
  const wrong = (name: string, message: string) => problems.push({ path: [name], message });
  try {
    const { control, store, workers } = rolesOf(platform, p.workers);
    for (const worker of workers) {
      platform.link(control, worker);
      platform.link(store, worker);
    }
    const cores = workers.reduce((sum, w) =>
      sum + Math.floor(
        platform.host(w).cpus / (p.action_memory * p.cpuScaling) + 1e-9,
      ), 0);
    const pods = Math.floor(p.user_memory / p.action_memory);
    if (pods > cores) {
      wrong(
        "user_memory",
        `room for ${pods} containers of ${
          p.action_memory / MIB
        } MiB, but the ${workers.length} workers ` +
          `have CPUs for ${cores}: pods would stay pending`,
      );
    }
    if (pods < 1) {
      wrong(
        "user_memory",
        `${p.user_memory / MIB} MiB are less than one action's ${p.action_memory / MIB} MiB`,
      );
    }
  } catch (error) {
    wrong("workers", (error as Error).message);
  }
  problems.push(...sliceProblem(p));
  const own = p.action_memory * p.cpuScaling;
  if (p.configuration === "escra" && p.floor > own) {
    wrong("floor", `${p.floor} cores are above the ${own} vCPU that a container starts with`);
  }
  const total = p.resources * p.user_memory * p.cpuScaling;
  if (p.configuration === "escra" && total < p.floor) {
    wrong("resources", `a total of ${total} vCPU is under one container's floor of ${p.floor}`);
  }
  if (p.application === "image-process" && p.image_memory + p.image_heap > p.action_memory) {
    wrong("image_heap", "runtime and heap together exceed action_memory: every request is killed");
  }
  if (
    p.application === "grid-search" && p.grid_memory + p.grid_heap + p.grid_peak > p.action_memory
  ) {
    wrong("grid_heap", "imports, heap and peak together exceed action_memory: workers are killed");
  }
  return problems;
}

function summary(run: ServerlessReport): Row {
  const { samples, activations, escra } = run;
  const latencies = Float64Array.from(run.latencies).sort();
  const at = (q: number) => percentile(latencies, q) / S;
  const mean = (of: (s: typeof samples[number]) => number) =>
    samples.reduce((sum, s) => sum + of(s), 0) / samples.length;
  const most = (of: (s: typeof samples[number]) => number) =>
    samples.reduce((max, s) => Math.max(max, of(s)), 0);
  const counters = escra?.controller.counters;
  return {
    requests: activations.length,
    errors: activations.filter((a) => a.status !== "success").length,
    lost_tasks: run.lost,
    cold_starts: activations.filter((a) => a.start !== "warm").length,
    latency_mean_s: latencies.reduce((sum, l) => sum + l, 0) / latencies.length / S,
    latency_p50_s: at(50),
    latency_p80_s: at(80),
    latency_p99_s: at(99),
    cpu_limit_mean_vcpu: mean((s) => s.cpuLimit),
    cpu_limit_max_vcpu: most((s) => s.cpuLimit),
    memory_limit_mean_mib: mean((s) => s.memoryLimit) / MIB,
    cpu_used_mean_vcpu: mean((s) => s.cpuUsed),
    busy_mean: mean((s) => s.busy),
    containers_max: most((s) => s.containers),
    throttled_periods: run.throttledPeriods,
    oom_events: run.oomEvents,
    oom_kills: run.oomKills,
    limit_changes: counters?.changes ?? 0,
    messages: counters?.messages ?? 0,
    worst_overrun_vcpu: escra?.controller.allocator.pools.worstOverrun ?? 0,
    worst_enforced_overrun_vcpu: counters?.worstEnforced ?? 0,
    worst_memory_overrun_mib: escra === null ? 0 : Math.max(0, -escra.leastFreeMemory) / MIB,
  };
}

/** One run of section 5.6.6. */
export const serverlessExperiment = defineExperiment({
  id: "escra/serverless",
  says: "Latency and aggregate limits of functions on OpenWhisk, with Escra or without",
  parameters: serverless,
  replications: "mean",
  columns: { ...LIMITS, ...LATENCY, ...SUMMARY },
  columnsFor: (p) =>
    Object.keys(p.output === "limits" ? LIMITS : p.output === "latency" ? LATENCY : SUMMARY),
  check,
  *run({ parameters, platform, simulation }) {
    const run = runServerless(simulation(), platform, resolve(parameters));
    switch (parameters.output) {
      case "summary":
        yield summary(run);
        return;
      case "latency":
        yield* run.latencies.map((latency, request) => ({ request, latency_s: latency / S }));
        return;
      case "limits":
        for (const s of run.samples) {
          yield {
            time_s: s.time / S,
            cpu_limit_vcpu: s.cpuLimit,
            memory_limit_mib: s.memoryLimit / MIB,
            cpu_used_vcpu: s.cpuUsed,
            memory_used_mib: s.memoryUsed / MIB,
            containers: s.containers,
            busy: s.busy,
          };
        }
    }
  },
});
