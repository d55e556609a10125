/** `escra/tracking`: one container whose load steps between 1 and 4 CPUs (Figure 5.2). */
import { z } from "zod";
import { FluidHost } from "../hardware/mod.ts";
import { defineExperiment } from "../model/mod.ts";
import { cpu, duration } from "../units/mod.ts";
import { ResourceAllocator } from "./resource-allocator.ts";
import { clusterShape, escraShape } from "./parameters.ts";

const S = 1e9;

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
  }),
  replications: "rows",
  columns: {
    time_s: { role: "key", says: "end of the period" },
    cpu_limit_cores: { role: "measure", says: "limit in the period" },
    cpu_usage_cores: { role: "measure", says: "CPU time used in the period over its length" },
    throttled: { role: "measure", says: "whether the period ended throttled" },
    busy_threads: { role: "measure", says: "threads that wanted a CPU at its end" },
  },
  *run({ parameters: p, platform, simulation }) {
    const sim = simulation();
    const [control, worker] = [...platform.hosts.values()];
    const spec = worker ?? control;
    if (spec === undefined || control === undefined) throw new RangeError("a platform has a host");
    const latency = worker === undefined ? 0 : platform.link(control.name, worker.name).latency;
    const host = new FluidHost(sim, spec.name, spec.cpus);
    const allocator = new ResourceAllocator({
      mode: p.mode,
      globalCpu: p.global_cpu,
      globalMemory: 2 ** 30,
      containers: 1,
      upsilon: p.upsilon,
      gamma: p.gamma,
      kappa: p.kappa,
      window: p.window,
      floor: p.floor,
      memoryStep: p.memory_step,
      safeMargin: p.safe_margin,
    });
    const rows: { [name: string]: number | boolean }[] = [];
    const entry = allocator.register(0, 2 ** 28, 0);
    const first = Math.min(1, entry.quota);
    allocator.pools.setCpu(entry, first);
    let wanted = 1, sequence = 0;
    // sysbench computes primes: a thread that is busy goes on in pieces of 1 ms.
    const group = host.group("sysbench", {
      quota: first * p.report_period,
      period: p.report_period,
      sliceExpiry: p.slice_expiry,
      spread: 0,
      onDone: (thread) => {
        if (thread < wanted) group.run(1e6, thread);
      },
      onPeriod: (report) => {
        const { period } = group;
        rows.push({
          time_s: sim.now / S,
          cpu_limit_cores: report.quota / period,
          cpu_usage_cores: report.used / period,
          throttled: report.throttled,
          busy_threads: wanted,
        });
        if (report.idle) return;
        const message = {
          container: 0,
          quota: report.quota / period,
          remaining: report.pool / period,
          nrThrottled: report.nrThrottled,
          sequence: sequence++,
        };
        sim.after(p.send_delay + latency + p.message_cost, () => {
          const quota = allocator.onTelemetry(message, sim.now);
          if (quota === undefined) return;
          sim.after(
            latency + p.rpc_delay / 2 + p.late_rpc,
            () => group.setQuota(Math.max(1e6, Math.round(quota * period))),
          );
        });
      },
    });
    const load = sim.rng("load");
    const change = () => {
      const next = 1 + load.uniformInt(p.most);
      for (let thread = wanted; thread < next; thread++) group.run(1e6, thread);
      wanted = next;
      sim.after(Math.max(1, Math.round(load.exponential(p.step))), change);
    };
    group.run(1e6, 0);
    sim.after(p.step, change);
    sim.run(p.duration);
    yield* rows;
  },
});
