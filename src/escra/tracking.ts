/** `escra/tracking`: one container whose load steps between 1 and 4 CPUs (Figure 5.2). */
import { z } from "zod";
import { FluidHost, MemoryCgroup, type PeriodReport, type Platform } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";
import { defineExperiment } from "../model/mod.ts";
import { bytes, cpu, duration } from "../units/mod.ts";
import { Agent } from "./agent.ts";
import { Controller } from "./controller.ts";
import { faultProblem, minimaProblem, sliceProblem } from "./check.ts";
import { hooksOf, planRestart } from "./escra.ts";
import { installHooks } from "./kernel-hooks.ts";
import type { Hooked, ManagedCluster } from "./managed.ts";
import { clusterShape, escraOptions, escraShape } from "./parameters.ts";
import { ResourceAllocator } from "./resource-allocator.ts";
import { Wire } from "./wire.ts";

const S = 1e9, MIB = 2 ** 20;
/** Memory that the load touches at a time, bytes, and how often, ns; assumed. */
const TOUCH = { bytes: MIB, every: 100e6 } as const;

/** One container under Escra, its load a number of busy threads that changes at random times. */
export const tracking = defineExperiment({
  id: "escra/tracking",
  says: "CPU limit and use of one container whose busy threads change between 1 and 4",
  parameters: z.strictObject({
    ...escraShape,
    ...clusterShape,
    duration: duration({ min: S, max: 3600 * S, column: "s" }).default(40 * S),
    global_cpu: cpu({ min: 0.3, max: 1024 }).default(6).describe("the pool that it may draw on"),
    step: duration({ min: 1e6, max: 3600 * S }).default(2 * S).describe(
      "mean time between changes of the load; assumed",
    ),
    most: z.int().min(1).max(64).default(4).describe('"saturating 1-4 CPUs at any one time"'),
    heap: bytes().default(0).describe("memory that the load touches, 1 MiB every 100 ms; assumed"),
    first_memory: bytes({ min: MIB }).default(32 * MIB).describe("first memory limit; assumed"),
  }),
  replications: "rows",
  columns: {
    time_s: { role: "key", says: "end of the period" },
    cpu_limit_cores: { role: "measure", says: "limit in the period" },
    cpu_usage_cores: { role: "measure", says: "CPU time used in the period over its length" },
    throttled: { role: "measure", says: "whether the period ended throttled" },
    busy_threads: { role: "measure", says: "threads that wanted a CPU at its end" },
    memory_limit_mib: { role: "measure", says: "memory limit at its end" },
    memory_usage_mib: { role: "measure", says: "memory in use at its end" },
  },
  check: (p) => [
    ...sliceProblem(p),
    ...minimaProblem("global_cpu", p.global_cpu, 1, p.floor),
    ...faultProblem("restart_at", p.restart_at, p.duration),
  ],
  *run({ parameters: p, platform, simulation }) {
    const sim = simulation();
    const load = { wanted: 1 };
    const rows: { [name: string]: number | boolean }[] = [];
    const container = sysbench(sim, platform, p, load, (report, c) => {
      rows.push({
        time_s: sim.now / S,
        cpu_limit_cores: report.quota / c.cpu.period,
        cpu_usage_cores: report.used / c.cpu.period,
        throttled: report.throttled,
        busy_threads: load.wanted,
        memory_limit_mib: c.memory.limit / MIB,
        memory_usage_mib: c.memory.usage / MIB,
      });
    });
    const cluster = clusterOf(sim, platform, container);
    const options = escraOptions(p, { cpu: p.global_cpu, memory: 1024 * MIB });
    const allocator = new ResourceAllocator({ ...options, containers: 1 });
    const wire = new Wire(sim);
    const controller = new Controller<Sysbench>(cluster, allocator, wire, options);
    const hooks = hooksOf(options, controller);
    const register = installHooks(cluster, container, wire, sim.rng("telemetry loss"), hooks);
    new Agent(sim, options, sim.rng("agent polls")).notice(() =>
      register(() => controller.register(container, container.cpu.quota / container.cpu.period))
    );
    planRestart(sim, options, controller);
    const steps = sim.rng("load");
    const change = () => {
      const next = 1 + steps.uniformInt(p.most);
      for (let thread = load.wanted; thread < next; thread++) container.run(thread);
      load.wanted = next;
      sim.after(Math.max(1, Math.round(steps.exponential(p.step))), change);
    };
    container.run(0);
    sim.after(p.step, change);
    if (p.heap > 0) touch(sim, container, p.heap);
    sim.run(p.duration);
    yield* rows;
  },
});

/** The container of the run. */
interface Sysbench extends Hooked<Sysbench> {
  readonly memory: MemoryCgroup;
  /** A thread computes until the load no longer wants it. */
  run(thread: number): void;
}

/** sysbench computes primes: a thread that is busy goes on in pieces of 1 ms. */
function sysbench(
  sim: Simulation,
  platform: Platform,
  p: {
    readonly report_period: number;
    readonly slice_expiry: boolean;
    readonly first_memory: number;
  },
  load: { readonly wanted: number },
  log: (report: PeriodReport, container: Sysbench) => void,
): Sysbench {
  const hosts = [...platform.hosts.values()];
  const worker = hosts[1] ?? hosts[0];
  if (worker === undefined) throw new RangeError("a platform has a host");
  const host = new FluidHost(sim, worker.name, worker.cpus);
  const group = host.group("sysbench", {
    quota: p.report_period,
    period: p.report_period,
    sliceExpiry: p.slice_expiry,
    spread: 0,
    onDone: (thread) => {
      if (thread < load.wanted) group.run(1e6, thread);
    },
    onPeriod: (report) => {
      log(report, container);
      container.periodHook?.(report, container);
    },
  });
  const container: Sysbench = {
    id: 0,
    name: "sysbench",
    up: true,
    cpu: group,
    memory: new MemoryCgroup("sysbench", { limit: p.first_memory }),
    periodHook: null,
    oomHook: null,
    run: (thread) => group.run(1e6, thread),
  };
  return container;
}

function clusterOf(sim: Simulation, platform: Platform, only: Sysbench): ManagedCluster<Sysbench> {
  const [control, worker] = [...platform.hosts.values()];
  if (control === undefined) throw new RangeError("a platform has a host");
  const link = worker && platform.link(control.name, worker.name);
  return {
    sim,
    containers: [only],
    control: control.name,
    latency: () => link?.latency ?? 0,
    ...(link === undefined ? {} : { link: () => link }),
  };
}

/** Memory grows piece by piece; a charge that fails asks the hook and is tried again. */
function touch(sim: Simulation, container: Sysbench, heap: number): void {
  let touched = 0;
  const again = () => sim.after(TOUCH.every, next);
  const next = () => {
    if (touched >= heap) return;
    if (container.memory.charge(TOUCH.bytes)) {
      touched += TOUCH.bytes;
      return again();
    }
    // Without a hook or room the kernel would kill it; sysbench here ends its growth.
    container.oomHook?.(container, TOUCH.bytes, (retry) => retry ? next() : undefined);
  };
  again();
}
