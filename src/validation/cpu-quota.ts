/** `hardware/cpu-quota`: jobs in a cgroup with a CPU quota, against a real Linux kernel. */
import { z } from "zod";
import { Host, type HostSpec } from "../hardware/mod.ts";
import { Tally } from "../kernel/mod.ts";
import { defineExperiment, inputFile, type Row } from "../model/mod.ts";
import { cpu, duration, frequency } from "../units/mod.ts";
import { type Job, parseJobTrace } from "./job-trace.ts";
import { replay } from "./worker-pool.ts";

const MS = 1e6;
/** How many phases of the period timer a row of statistics is taken over. */
const PHASES = 10;

const whole = (says: string, max: number) =>
  z.int(`expected a whole number: ${says}`)
    .min(1, `expected at least 1: ${says}`)
    .max(max, `expected at most ${max}: ${says}`)
    .describe(says);

/** `2` or `2 cores`. */
const cores = z.union([
  whole("CPUs of the host", 4096),
  cpu({ min: 1, max: 4096 }).refine(Number.isInteger, "expected a whole number of cores"),
]);

const parameters = z.strictObject({
  trace: inputFile((text, path) => void parseJobTrace(text, path)).meta({
    description: "CSV of arrival_ms,service_ms, one job a line",
    examples: ["wherewhen:data/kernel/trace_03.csv"],
  }),
  quota: duration({ min: 1 * MS, max: 4096e9 }).describe(
    "CPU time per period; Linux accepts 1 ms and more",
  ),
  period: duration({ min: 1 * MS, max: 1000 * MS }).default(100 * MS).describe(
    "length of a period; Linux accepts 1 ms to 1 s",
  ),
  burst: duration({ max: 4096e9 }).default(0).describe("cpu.max.burst: unused quota that is kept"),
  threads: whole("worker threads in the group", 100_000),
  cores: cores.default(2).describe("CPUs of the host"),
  completions: z.boolean().default(false).describe(
    "one row per job, of one phase, instead of one row of statistics",
  ),
  phases: whole("phases of the period timer", 1000).optional().describe(
    `Linux starts a group's period timer at a random phase. Statistics are taken over this many, ` +
      `evenly spread; default ${PHASES}, and 1 with completions`,
  ),
  wake_up_cost: duration({ max: 100 * MS }).optional().describe(
    "from a wake-up on an idle CPU to the first instruction; default: the platform's",
  ),
  context_switch_cost: duration({ max: 100 * MS }).optional().describe(
    "CPU time charged when a CPU goes over to another thread; default: the platform's",
  ),
  job_cost: duration({ max: 100 * MS }).default(10_000).describe(
    "CPU time of a worker for a job beside its service (lock, clock); calibrated on data/kernel",
  ),
  dispatch_cost: duration({ max: 100 * MS }).default(20_000).describe(
    "CPU time of the dispatcher for a job; measured with tools/measure-cpu-quota",
  ),
  reads_clock: z.boolean().default(true).describe(
    "workers read their CPU clock all the time, as burning an exact amount takes; the kernel then " +
      "enforces the quota at once. false: at the tick, as for programs in general",
  ),
  slice: duration({ min: 1000, max: 1000 * MS }).optional().describe(
    "sched_cfs_bandwidth_slice; default: the platform's, 5 ms on Linux",
  ),
  scheduler_slice: duration({ min: 10_000, max: 1000 * MS }).optional().describe(
    "turn of a thread on a contended CPU; default: the platform's",
  ),
  hz: frequency({ min: 24, max: 10_000 }).optional().describe(
    "scheduler ticks; default: the platform's",
  ),
  slice_expiry: z.boolean().default(false).describe(
    "a CPU's drawn slice expires at the refill, as in Linux 4.18 to 5.3",
  ),
}).superRefine((p, context) => {
  const refuse = (key: string, message: string, input: unknown) =>
    context.addIssue({ code: "custom", path: [key], message, input });
  if (p.burst > p.quota) {
    refuse("burst", "the burst is larger than the quota; Linux refuses that", p.burst);
  }
  if (p.completions && (p.phases ?? 1) !== 1) {
    refuse("phases", "completions are of one phase; leave phases out or give 1", p.phases);
  }
});

type Parameters = z.output<typeof parameters>;

const STATISTICS = [
  "jobs",
  "mean_ms",
  "p50_ms",
  "p90_ms",
  "p99_ms",
  "periods",
  "throttled_periods",
  "throttled_ms",
  "cpu_used_ms",
  "end_ms",
] as const;
const COMPLETIONS = ["job", "arrival_ms", "service_ms", "completed_ms", "response_ms"] as const;

/** The host that a run simulates: the platform's first, with what the parameters say differently. */
function hostOf(p: Parameters, [base]: readonly HostSpec[]): HostSpec {
  return {
    ...base,
    cores: p.cores,
    cpus: p.cores,
    threadsPerCore: 1,
    wakeUpCost: p.wake_up_cost ?? base.wakeUpCost,
    contextSwitchCost: p.context_switch_cost ?? base.contextSwitchCost,
    bandwidthSlice: p.slice ?? base.bandwidthSlice,
    schedulerSlice: p.scheduler_slice ?? base.schedulerSlice,
    tickRate: p.hz ?? base.tickRate,
  };
}

/**
 * A pool of `threads` workers in a cgroup with a quota takes jobs from one queue, first come, first
 * served; the dispatcher runs outside it at real-time priority. Response time is completion minus
 * arrival. Quantiles are linear between order statistics (type 7); to a nearest-rank quantile the
 * difference is below one order statistic.
 */
export const cpuQuota = defineExperiment({
  id: "hardware/cpu-quota",
  says: "Response times of jobs in a cgroup whose CPU quota is enforced as Linux does",
  parameters,
  columns: {
    jobs: { role: "measure", says: "jobs in the trace" },
    mean_ms: { role: "measure", says: "mean response time: completion minus arrival" },
    p50_ms: { role: "measure", says: "median response time" },
    p90_ms: { role: "measure", says: "90 % of the jobs respond within this" },
    p99_ms: { role: "measure", says: "99 % of the jobs respond within this" },
    periods: { role: "measure", says: "nr_periods of the group, mean over phases" },
    throttled_periods: { role: "measure", says: "nr_throttled of the group, mean over phases" },
    throttled_ms: { role: "measure", says: "throttled time, over CPUs, mean over phases" },
    cpu_used_ms: { role: "measure", says: "CPU time charged to the group, mean over phases" },
    end_ms: { role: "measure", says: "when the last job is done, mean over phases" },
    job: { role: "key", says: "number of the job in the trace, from 0" },
    arrival_ms: { role: "measure", says: "when the job arrives" },
    service_ms: { role: "measure", says: "CPU time that the job needs" },
    completed_ms: { role: "measure", says: "when the job is done" },
    response_ms: { role: "measure", says: "completed_ms minus arrival_ms" },
  },
  replications: "mean",
  columnsFor: (p) => p.completions ? COMPLETIONS : STATISTICS,
  *run(context): Iterable<Row> {
    const p = context.parameters;
    const jobs = parseJobTrace(context.input(p.trace), p.trace);
    const spec = hostOf(p, [...context.platform.hosts.values()]);
    const phases = p.phases ?? (p.completions ? 1 : PHASES);
    const responses = new Tally();
    const total = { periods: 0, throttled: 0, throttledTime: 0, usage: 0, end: 0 };
    for (let i = 0; i < phases; i++) {
      const sim = context.simulation();
      // Where the seed's phases start; then evenly spread, and against the tick by the golden ratio.
      const start = sim.rng("period phase").uniform();
      const tick = 1e9 / spec.tickRate;
      const host = new Host(sim, spec, {
        sliceExpiry: p.slice_expiry,
        tickPhase: Math.floor(tick * ((start + i * 0.6180339887) % 1)),
      });
      const group = host.cgroup("pool", {
        quota: p.quota,
        period: p.period,
        burst: p.burst,
        phase: Math.floor(p.period * (((i + start) / phases) % 1)),
        shares: 262_144,
      });
      const completed = replay(host, group, jobs, {
        threads: p.threads,
        readsClock: p.reads_clock,
        dispatchCost: p.dispatch_cost,
        jobCost: p.job_cost,
      });
      sim.run();
      if (p.completions) {
        yield* jobs.map((job, k) => completion(job, k, completed[k]));
        return;
      }
      jobs.forEach((job, k) => responses.add((completed[k] - job.arrival) / MS));
      const stat = group.stat();
      total.periods += stat.nrPeriods;
      total.throttled += stat.nrThrottled;
      total.throttledTime += stat.throttledTime;
      total.usage += stat.usage;
      total.end += completed.reduce((a, b) => Math.max(a, b), 0);
    }
    yield {
      jobs: jobs.length,
      mean_ms: responses.mean(),
      p50_ms: responses.quantile(0.5),
      p90_ms: responses.quantile(0.9),
      p99_ms: responses.quantile(0.99),
      periods: total.periods / phases,
      throttled_periods: total.throttled / phases,
      throttled_ms: total.throttledTime / phases / MS,
      cpu_used_ms: total.usage / phases / MS,
      end_ms: total.end / phases / MS,
    };
  },
});

function completion({ arrival, service }: Job, job: number, completed: number): Row {
  return {
    job,
    arrival_ms: arrival / MS,
    service_ms: service / MS,
    completed_ms: completed / MS,
    response_ms: (completed - arrival) / MS,
  };
}
