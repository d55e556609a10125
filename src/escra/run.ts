/** One run: an application under a load and a policy; what the client and the containers saw. */
import type { Platform } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";
import {
  type Application,
  Client,
  type ClientReport,
  type Container,
  type Matching,
  type SendTimes,
  sendTimes,
  type Workload,
} from "../workloads/mod.ts";
import { Cluster } from "./cluster.ts";
import type { Limits, Policy } from "./policy.ts";

/** A load and how long it lasts. */
export interface Load {
  readonly workload: Workload;
  readonly scale: number;
  readonly mean?: number | undefined;
  readonly connections: number;
  /** ns */
  readonly duration: number;
  /** Answers before this are not recorded, ns. */
  readonly warmUp: number;
  /** See `ClientOptions`. */
  readonly closing?: boolean | undefined;
  readonly matching?: Matching | undefined;
  /** Times of a trace instead of a workload, ns. */
  readonly times?: readonly number[] | undefined;
}

/** Everything that a run is made of. */
export interface RunOptions {
  readonly sim: Simulation;
  readonly platform: Platform;
  readonly application: Application;
  readonly policy: Policy;
  readonly load: Load;
  /** CFS period, ns. */
  readonly period: number;
  readonly stackDelay: number;
  readonly spread: number;
  readonly sliceExpiry: boolean;
  /** From deployment to the first request at least, ns: the load waits until all containers answer. */
  readonly settle: number;
  /** Samples from deployment on instead of from the load's beginning. */
  readonly sampleStart?: boolean | undefined;
  readonly quota?: Limits | undefined;
  readonly faults?: ((cluster: Cluster) => void) | undefined;
  /** Called once a second of the load for each container. */
  readonly sample?: ((sample: Sample) => void) | undefined;
  /** Called at the end of each CPU period of each container. */
  readonly periodLog?: Container["periodLog"] | undefined;
}

/** A second in the life of a container. */
export interface Sample {
  readonly container: Container;
  /** Since the load began, ns. */
  readonly time: number;
  /** Mean over the second, cores. */
  readonly used: number;
  /** Mean over the second, cores. */
  readonly cpuLimit: number;
  /** At the second's end, bytes. */
  readonly memoryLimit: number;
  readonly memory: number;
}

/** What came of a run. */
export interface RunReport {
  readonly client: ClientReport;
  readonly cluster: Cluster;
  readonly throttledPeriods: number;
  /** Charges that failed, whether a hook answered them or not. */
  readonly ooms: number;
  readonly oomKills: number;
  readonly restarts: number;
  /** Mean CPU use of all containers during the load, cores. */
  readonly cpu: number;
}

const SECOND = 1e9;
/** Readings of a limit in a second. */
const READINGS = 10;
/** How long after `settle` the load waits for containers that do not start, ns; assumed. */
const PATIENCE = 120e9;

/** Runs the load to its end. */
export function runLoad(options: RunOptions): RunReport {
  const { sim, platform, application, policy, load } = options;
  // The engine answers a client that is made after it.
  const late = { client: undefined as Client | undefined };
  const cluster = new Cluster({
    sim,
    platform,
    application,
    limits: policy.initial(),
    period: options.period,
    stackDelay: options.stackDelay,
    spread: options.spread,
    sliceExpiry: options.sliceExpiry,
    quota: options.quota,
    answered: (tag, status) => late.client?.answered(tag, status),
    broken: (tag) => late.client?.broke(tag),
    reset: () => late.client?.reset(),
  });
  for (const container of cluster.containers) container.periodLog = options.periodLog ?? null;
  policy.start(cluster);
  cluster.boot();
  options.faults?.(cluster);
  if (options.sample !== undefined && options.sampleStart) {
    sampleEachSecond(cluster, options.sample);
  }
  sim.run(options.settle);
  while (
    cluster.containers.some((c) => !c.up && !c.pending) && sim.now < options.settle + PATIENCE
  ) {
    sim.run(sim.now + SECOND);
  }
  const settle = sim.now;
  const shift = (times: SendTimes): SendTimes => () => times() + settle;
  const schedules = load.times === undefined
    ? sendTimes(load, (name) => sim.rng(name)).map(shift)
    : dealt(load.times, load.connections, load.duration).map(shift);
  const client = late.client = new Client({
    sim,
    application,
    schedules,
    warmUp: settle + load.warmUp,
    duration: settle + load.duration,
    send: (type, tag) => cluster.engine.send(type, tag),
    accepts: () => cluster.accepts(),
    roundTrip: cluster.roundTrip,
    closing: load.closing,
    matching: load.matching,
  });
  const before = cluster.containers.reduce((sum, c) => sum + c.cpu.usage(), 0);
  if (options.sample !== undefined && !options.sampleStart) {
    sampleEachSecond(cluster, options.sample);
  }
  client.start();
  sim.run(settle + load.duration);
  const sum = (of: (c: Container) => number) =>
    cluster.containers.reduce((total, c) => total + of(c), 0);
  return {
    client: client.report(),
    cluster,
    throttledPeriods: sum((c) => c.cpu.nrThrottled),
    ooms: sum((c) => c.memory.stat().ooms),
    oomKills: sum((c) => c.oomKills),
    restarts: sum((c) => c.restarts),
    cpu: (sum((c) => c.cpu.usage()) - before) / load.duration,
  };
}

/**
 * A sample of every container each second from now on. Its limit, which Escra changes every 100 ms, is
 * the mean of ten readings: with the last one alone, slack would be negative after each cut.
 */
function sampleEachSecond(cluster: Cluster, sample: (sample: Sample) => void): void {
  const { sim, containers } = cluster;
  const from = sim.now;
  const usage = containers.map((c) => c.cpu.usage());
  const limits = new Float64Array(containers.length);
  let readings = 0;
  const tick = () => {
    containers.forEach((c, i) => limits[i] = (limits[i] as number) + c.cpu.quota / c.cpu.period);
    sim.after(SECOND / READINGS, tick);
    if (++readings < READINGS) return;
    containers.forEach((container, i) => {
      const used = container.cpu.usage();
      sample({
        container,
        time: sim.now - from,
        used: (used - (usage[i] as number)) / SECOND,
        cpuLimit: (limits[i] as number) / READINGS,
        memoryLimit: container.memory.limit,
        memory: container.memory.usage,
      });
      usage[i] = used;
    });
    limits.fill(0);
    readings = 0;
  };
  sim.after(SECOND / READINGS, tick);
}

/** A trace's times dealt to connections in turn. */
function dealt(times: readonly number[], connections: number, duration: number): SendTimes[] {
  return Array.from({ length: connections }, (_, c) => {
    let i = c;
    return () => {
      const at = times[i] ?? Infinity;
      i += connections;
      return at < duration ? at : Infinity;
    };
  });
}
