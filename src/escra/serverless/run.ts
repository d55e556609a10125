/** One run: an application on OpenWhisk, with Escra or without, its limits sampled each second. */
import { FluidHost, type Platform } from "../../hardware/mod.ts";
import type { Process, Simulation } from "../../kernel/mod.ts";
import {
  type Activation,
  Kubernetes,
  Network,
  type Pod,
  ServerlessPlatform,
} from "../../serverless/mod.ts";
import { escraOptions } from "../parameters.ts";
import { searchGrid } from "./grid-search.ts";
import { imageProcess, sendImages } from "./image-process.ts";
import type { Resolved } from "./parameters.ts";
import { EscraWatcher } from "./watcher.ts";

const S = 1e9;
/** Language runtimes of the two functions. */
export const KIND = { "image-process": "java", "grid-search": "python" } as const;

/** The hosts of a platform by their place in its file. */
export interface Roles {
  readonly control: string;
  readonly openwhisk: string;
  readonly store: string;
  readonly workers: readonly string[];
}

/** @throws {RangeError} for a platform with fewer than `workers` hosts beside the three others. */
export function rolesOf(platform: Platform, workers: number): Roles {
  const [control, openwhisk, store, ...rest] = platform.hosts.keys();
  if (
    control === undefined || openwhisk === undefined || store === undefined || rest.length < workers
  ) {
    throw new RangeError(
      `platform "${platform.id}" has ${platform.hosts.size} hosts; expected a control node, OpenWhisk's ` +
        `node, the store's node and ${workers} workers, in this order`,
    );
  }
  return { control, openwhisk, store, workers: rest.slice(0, workers) };
}

/** What the containers had and used in a second; limits at its beginning. */
export interface LimitSample {
  /** Since the load began, ns. */
  readonly time: number;
  /** cores */
  readonly cpuLimit: number;
  /** bytes */
  readonly memoryLimit: number;
  readonly memoryUsed: number;
  /** Mean over the second before, cores. */
  readonly cpuUsed: number;
  readonly containers: number;
  /** Containers that serve an activation. */
  readonly busy: number;
}

/** What came of a run. */
export interface ServerlessReport {
  readonly samples: readonly LimitSample[];
  readonly activations: readonly Activation[];
  /** Latencies of requests, or the job's, ns. */
  readonly latencies: readonly number[];
  /** Tasks without a result. */
  readonly lost: number;
  readonly throttledPeriods: number;
  readonly oomEvents: number;
  readonly oomKills: number;
  /** CPU time of all containers, ns. */
  readonly cpuUsed: number;
  readonly escra: EscraWatcher | null;
}

/** Runs the application to its end. */
export function runServerless(sim: Simulation, platform: Platform, p: Resolved): ServerlessReport {
  const roles = rolesOf(platform, p.workers);
  const everyPod: Pod[] = [];
  const kubernetes = new Kubernetes(sim, {
    nodes: roles.workers.map((name) => {
      const { cpus, memory } = platform.host(name);
      return { host: new FluidHost(sim, name, cpus), memory };
    }),
    cpuScaling: p.cpuScaling,
    podStart: p.pod_start,
    podStartVariation: p.pod_start_variation,
    kubelet: p.kubelet,
    period: p.report_period,
    spread: p.threads,
    sliceExpiry: p.slice_expiry,
    onCreated: (pod) => everyPod.push(pod),
  });
  const serverless = new ServerlessPlatform(sim, {
    invokers: [{ name: roles.openwhisk, memory: p.user_memory }],
    stemCells: [{ kind: KIND[p.application], memory: p.action_memory, count: p.stem_cells }],
    pauseGrace: p.pause_grace,
    idleTimeout: p.idle_timeout,
    factory: kubernetes,
  });
  const network = new Network(sim, platform);
  const escra = p.configuration === "openwhisk" ? null : new EscraWatcher(
    sim,
    platform,
    kubernetes,
    roles.control,
    escraOptions(p, {
      cpu: p.resources * p.user_memory * p.cpuScaling,
      memory: p.resources * p.user_memory,
    }),
  );
  if (p.fail_worker_at > 0) {
    const worker = roles.workers[0] as string;
    sim.after(p.fail_worker_at, () => kubernetes.failNode(worker, p.fail_worker_lasts));
  }
  const activations: Activation[] = [];
  const samples = sampleLimits(sim, kubernetes, serverless, everyPod, p.duration);
  let latencies: number[] = [];
  let lost = 0;
  if (p.application === "image-process") {
    const spec = imageProcess(sim, network, roles.store, p);
    sendImages(sim, serverless, spec, p, (a) => activations.push(a));
    sim.run(p.duration);
    // Requests that are on their way are waited for; nobody sends more.
    sim.run(p.duration + 120 * S, () => activations.length >= Math.ceil(p.duration / p.interval));
    latencies = activations.map((a) => a.ended - a.requested);
  } else {
    let ended = Infinity;
    const job = function* (): Process {
      const redis = yield* searchGrid(
        sim,
        serverless,
        network,
        roles.store,
        p,
        (a) => activations.push(a),
      );
      ended = sim.now;
      lost = p.tasks - redis.results.length;
    };
    sim.spawn("job", job());
    sim.run(24 * 3600 * S, () => ended !== Infinity);
    if (p.output !== "latency" && sim.now < p.duration) sim.run(p.duration);
    latencies = [ended];
  }
  const sum = (of: (pod: Pod) => number) => everyPod.reduce((total, pod) => total + of(pod), 0);
  return {
    samples,
    activations,
    latencies,
    lost,
    throttledPeriods: sum((pod) => pod.cpu.nrThrottled),
    oomEvents: sum((pod) => pod.oomEvents),
    oomKills: sum((pod) => pod.oomKilled ? 1 : 0),
    cpuUsed: sum((pod) => pod.cpu.usage()),
    escra,
  };
}

function sampleLimits(
  sim: Simulation,
  kubernetes: Kubernetes,
  serverless: ServerlessPlatform,
  everyPod: readonly Pod[],
  duration: number,
): LimitSample[] {
  const samples: LimitSample[] = [];
  let before = 0;
  const look = () => {
    const { cpu, memory } = kubernetes.limits();
    const used = everyPod.reduce((total, pod) => total + pod.cpu.usage(), 0);
    let busy = 0;
    for (const container of serverless.containers()) if (container.active > 0) busy++;
    samples.push({
      time: sim.now,
      cpuLimit: cpu,
      memoryLimit: memory,
      memoryUsed: kubernetes.pods.reduce((total, pod) => total + pod.memory.usage, 0),
      cpuUsed: (used - before) / S,
      containers: kubernetes.pods.length,
      busy,
    });
    before = used;
    if (sim.now + S <= duration) sim.after(S, look);
  };
  sim.after(0, look);
  return samples;
}
