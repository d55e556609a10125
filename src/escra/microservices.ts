/**
 * `escra/microservices`: an application under a load with static limits, Escra, Autopilot or VPA
 * (dissertation section 5.6.2 to 5.6.4: Figures 5.4 to 5.6, Table 5.1).
 */
import { defineExperiment, type Row } from "../model/mod.ts";
import type { Platform } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";
import {
  type Application,
  parseApplication,
  parseSendTimes,
  percentile,
} from "../workloads/mod.ts";
import { AutopilotPolicy } from "./autopilot.ts";
import type { Cluster } from "./cluster.ts";
import { EscraPolicy } from "./escra.ts";
import {
  escraOptions,
  globalLimit,
  meanRate,
  type Microservices,
  microservices,
} from "./parameters.ts";
import { type Limits, type Policy, StaticPolicy } from "./policy.ts";
import { profile, staticLimits } from "./profile.ts";
import { autopilotOptions } from "./rival-parameters.ts";
import { runLoad, type RunReport } from "./run.ts";
import { problemsOf } from "./check.ts";
import { Slacks } from "./slack.ts";
import { VpaPolicy } from "./vpa.ts";

const MS = 1e6;

/** What the runs of one scenario have in common. */
export function clusterOptions(p: Microservices, platform: Platform) {
  const worker = [...platform.hosts.values()][1];
  return {
    platform,
    period: p.report_period,
    stackDelay: p.stack_delay,
    sliceExpiry: p.slice_expiry,
    spread: p.spread ?? (worker === undefined ? 1 : Math.ceil(worker.cpus / worker.sockets)),
  };
}

/** The policy of a run; the profiling run is a simulation of its own. */
function policyOf(
  p: Microservices,
  application: Application,
  platform: Platform,
  simulation: () => Simulation,
): Policy {
  const statics = (): Limits[] => {
    const published = application.services.every((s) => s.profile !== undefined);
    const peaks = published
      ? application.services.map((s) => ({ cpu: s.profile ?? 0, memory: s.profileMemory ?? 0 }))
      : profile({
        ...clusterOptions(p, platform),
        sim: simulation(),
        application,
        load: {
          workload: p.profile_workload,
          scale: p.profile_rate,
          connections: p.connections,
          duration: p.profile_duration,
          warmUp: 0,
        },
        includeStart: p.profile_start,
        interval: p.profile_interval,
      });
    return staticLimits(application, peaks, p.limit_multiplier);
  };
  switch (p.policy) {
    case "static":
      return new StaticPolicy(statics());
    case "vpa":
      return new VpaPolicy({ initial: statics(), minReplicas: p.min_replicas });
    case "autopilot":
      return new AutopilotPolicy(autopilotOptions(p, statics()));
    case "escra":
      return new EscraPolicy(
        application,
        escraOptions(p, globalLimit(application, p.limit_multiplier, statics)),
      );
  }
}

function faults(p: Microservices): ((cluster: Cluster) => void) | undefined {
  if (p.fail_worker_at === 0) return undefined;
  return (cluster) => {
    const worker = cluster.hosts[0]?.name as string;
    cluster.sim.after(p.fail_worker_at, () => cluster.failNode(worker, p.fail_worker_lasts));
  };
}

function summary(p: Microservices, run: RunReport, slacks: Slacks, policy: Policy): Row {
  const seconds = p.duration / 1e9;
  const { client } = run;
  const at = (q: number) => percentile(client.latencies, q) / MS;
  const counters = policy.counters();
  return {
    offered_rps: client.due / seconds,
    completed_rps: client.answered / seconds,
    recorded_requests: client.recorded,
    error_replies: client.errors,
    lost_requests: client.lost,
    ended_connections: client.ended,
    p50_ms: at(50),
    p90_ms: at(90),
    p99_ms: at(99),
    p999_ms: at(99.9),
    max_ms: at(100),
    throttled_periods: run.throttledPeriods,
    ooms: run.ooms,
    oom_kills: run.oomKills,
    restarts: run.restarts,
    pending: run.cluster.quota.waiting,
    cpu_used_cores: run.cpu,
    cpu_limit_cores: slacks.limits / Math.floor(seconds),
    cpu_slack_p50_cores: slacks.cpu(50),
    cpu_slack_p99_cores: slacks.cpu(99),
    telemetry_slack_p50_cores: slacks.telemetry(50),
    telemetry_slack_p99_cores: slacks.telemetry(99),
    memory_slack_p50_mib: slacks.memory(50),
    memory_slack_p99_mib: slacks.memory(99),
    limit_changes: counters["limit_changes"] ?? 0,
    worst_overrun_cores: Math.max(
      counters["worst_overrun_cores"] ?? 0,
      counters["worst_enforced_cores"] ?? 0,
    ),
    message_wait_ms: counters["mean_wait_ms"] ?? 0,
  };
}

const measure = (says: string) => ({ role: "measure" as const, says });
const SUMMARY = {
  offered_rps: measure("requests that were due, per second"),
  completed_rps: measure("answers within the run, errors included, per second"),
  recorded_requests: measure("answers after the warm-up, errors included"),
  error_replies: measure(
    "errors among all answers, those before the warm-up included, as wrk2 counts",
  ),
  lost_requests: measure("requests that were open on connections that ended"),
  ended_connections: measure("connections that the entry closed, or that its death reset"),
  p50_ms: measure("latency from the send time that the client holds a reply for"),
  p90_ms: measure("latency from the send time that the client holds a reply for"),
  p99_ms: measure("latency from the send time that the client holds a reply for"),
  p999_ms: measure("latency from the send time that the client holds a reply for"),
  max_ms: measure("latency from the send time that the client holds a reply for"),
  throttled_periods: measure("CPU periods that ended throttled, all containers"),
  ooms: measure("charges of memory that failed, answered by a hook or not"),
  oom_kills: measure("containers killed"),
  restarts: measure("restarts that a policy ordered"),
  pending: measure("containers that a resource quota kept from being created, at the end"),
  cpu_used_cores: measure("mean CPU use of all containers"),
  cpu_limit_cores: measure("mean of the sum of CPU limits"),
  cpu_slack_p50_cores: measure("limit minus use, over containers and seconds"),
  cpu_slack_p99_cores: measure("limit minus use, over containers and seconds"),
  telemetry_slack_p50_cores: measure(
    "unused runtime that period hooks report, over active periods",
  ),
  telemetry_slack_p99_cores: measure(
    "unused runtime that period hooks report, over active periods",
  ),
  memory_slack_p50_mib: measure("limit minus usage, over containers and seconds"),
  memory_slack_p99_mib: measure("limit minus usage, over containers and seconds"),
  limit_changes: measure("CPU limits that Escra changed"),
  worst_overrun_cores: measure(
    "most that Escra's limits, booked or enforced by kernels, summed above the total",
  ),
  message_wait_ms: measure("mean wait of a telemetry message at the controller"),
};
const SLACK = {
  percent: { role: "key" as const, says: "share of containers' seconds" },
  slack_cores: measure("CPU limit minus use at that share"),
  telemetry_slack_cores: measure("unused runtime in the hooks' reports at that share of them"),
  slack_mib: measure("memory limit minus usage at that share"),
};

/** One run of section 5.6.2. */
export const microservicesExperiment = defineExperiment({
  id: "escra/microservices",
  says: "Latency, throughput and slack of a microservice application under a limit-setting policy",
  parameters: microservices,
  replications: "mean",
  columns: { ...SLACK, ...SUMMARY },
  columnsFor: (p) => Object.keys(p.output === "slack" ? SLACK : SUMMARY),
  check: problemsOf,
  *run({ parameters: p, platform, simulation, input }) {
    const application = parseApplication(input(p.application), p.application);
    const policy = policyOf(p, application, platform, simulation);
    const slacks = new Slacks(p.warm_up);
    const run = runLoad({
      ...clusterOptions(p, platform),
      sim: simulation(),
      application,
      policy,
      settle: p.settle,
      load: {
        workload: p.workload,
        scale: p.rate_scale,
        mean: meanRate(p),
        connections: p.connections,
        duration: p.duration,
        warmUp: p.warm_up,
        closing: p.closing,
        matching: p.matching,
        times: p.trace === undefined ? undefined : parseSendTimes(input(p.trace), p.trace),
      },
      faults: faults(p),
      quota: { cpu: p.quota_cpu ?? Infinity, memory: p.quota_memory ?? Infinity },
      sample: (s) => slacks.add(s),
      periodLog: slacks.log,
    });
    if (p.output === "summary") {
      yield summary(p, run, slacks, policy);
      return;
    }
    for (let percent = 0; percent <= 100; percent++) {
      yield {
        percent,
        slack_cores: slacks.cpu(percent),
        telemetry_slack_cores: slacks.telemetry(percent),
        slack_mib: slacks.memory(percent),
      };
    }
  },
});
