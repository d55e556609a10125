/** `escra/overhead`: what one controller costs as containers are added (section 5.6.8). */
import { z } from "zod";
import { defineExperiment } from "../model/mod.ts";
import { cpu, duration } from "../units/mod.ts";
import type { Application, Service } from "../workloads/mod.ts";
import { Cluster } from "./cluster.ts";
import { EscraPolicy } from "./escra.ts";
import { escraOptions } from "./parameters.ts";
import { clusterShape, escraShape, type Microservices } from "./parameters.ts";

const S = 1e9, MIB = 2 ** 20;

/** Containers without requests, each with timers that use CPU in every period. */
function fleet(n: number, busy: number): Application {
  const service = (i: number): Service => ({
    name: `container-${i}`,
    threads: Infinity,
    cpus: Infinity,
    cpuVariation: 0,
    warmUp: undefined,
    start: S,
    startWork: undefined,
    memory: 4 * MIB,
    requestMemory: 0,
    heap: 0,
    heapStep: 0,
    heapShare: 1,
    pageCache: 0,
    pageCacheStep: 0,
    background: { every: 100e6, cpu: busy, threads: 1 },
    profile: undefined,
    profileMemory: undefined,
  });
  return {
    id: "fleet",
    title: "Containers with background work",
    services: Array.from({ length: n }, (_, i) => service(i)),
    operations: [],
    requests: [],
    entry: { keepAliveRequests: Infinity, closesOn: new Set() },
    globalLimits: new Map(),
  };
}

/** One controller with many containers. */
export const overhead = defineExperiment({
  id: "escra/overhead",
  says: "Network and CPU cost of Escra's controller by number of containers, and how late it gets",
  parameters: z.strictObject({
    ...escraShape,
    ...clusterShape,
    containers: z.int().min(1, "expected at least one container").max(100_000),
    duration: duration({ min: S, max: 3600 * S, column: "s" }).default(15 * S),
    cpu_per_period: duration({ min: 1000, max: 100e6 }).default(35e6).describe(
      "CPU time that each container uses in 100 ms; assumed",
    ),
    limit_each: cpu({ min: 0.3, max: 64 }).default(0.7).describe(
      "share of the total per container",
    ),
  }),
  replications: "mean",
  columns: {
    network_mbps: { role: "measure", says: "largest rate over a second at the control node" },
    telemetry_mbps: { role: "measure", says: "mean rate of the telemetry alone" },
    controller_cores: { role: "measure", says: "CPU of Controller and Allocator without cAdvisor" },
    cadvisor_cores: { role: "measure", says: "CPU to fetch figures from cAdvisor, mean" },
    cadvisor_peak_cores: { role: "measure", says: "the same, most over a second" },
    containers_per_core: { role: "measure", says: "containers / controller_cores" },
    messages_per_s: { role: "measure", says: "datagrams handled" },
    behind_percent: { role: "measure", says: "datagrams sent that were not handled in the run" },
    message_wait_ms: { role: "measure", says: "mean wait of a datagram for the one thread" },
    worst_wait_ms: { role: "measure", says: "longest wait" },
  },
  *run({ parameters: p, platform, simulation }) {
    const sim = simulation();
    const application = fleet(p.containers, p.cpu_per_period);
    const total = { cpu: p.containers * p.limit_each, memory: p.containers * 64 * MIB };
    const policy = new EscraPolicy(application, escraOptions(p as unknown as Microservices, total));
    const cluster = new Cluster({
      sim,
      platform,
      application,
      limits: policy.initial(),
      period: p.report_period,
      stackDelay: p.stack_delay,
      spread: 0,
      sliceExpiry: p.slice_expiry,
      // The question is the controller: workers as large as their containers need.
      cores: Math.ceil(p.containers),
      answered: () => {},
    });
    policy.start(cluster);
    cluster.boot();
    sim.run(p.duration);
    const c = policy.counters() as Record<string, number>;
    const seconds = p.duration / S;
    const controller = (c["controller_busy_ns"] as number) / p.duration;
    const sent = policy.sent;
    yield {
      network_mbps: c["peak_mbps"] as number,
      telemetry_mbps: 8 * (c["telemetry_bytes"] as number) / seconds / 1e6,
      controller_cores: controller,
      cadvisor_cores: (c["cadvisor_busy_ns"] as number) / p.duration,
      cadvisor_peak_cores: c["cadvisor_peak_cores"] as number,
      containers_per_core: p.containers / controller,
      messages_per_s: (c["messages"] as number) / seconds,
      behind_percent: 100 * (1 - (c["messages"] as number) / Math.max(1, sent)),
      message_wait_ms: c["mean_wait_ms"] as number,
      worst_wait_ms: c["worst_wait_ms"] as number,
    };
  },
});
