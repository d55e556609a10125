/** Parameters of Escra's experiments, and the policy, load and faults that they describe. */
import { z } from "zod";
import { inputFile } from "../model/mod.ts";
import { bytes, cpu, duration, ratio } from "../units/mod.ts";
import {
  type Application,
  MATCHINGS,
  parseApplication,
  parseSendTimes,
  type Workload,
  WORKLOADS,
} from "../workloads/mod.ts";
import type { EscraOptions } from "./escra.ts";
import type { Limits } from "./policy.ts";
import { rivalShape } from "./rival-parameters.ts";
import { MODES } from "./resource-allocator.ts";

const MS = 1e6, S = 1e9, MIB = 2 ** 20;
/** Who sets the limits: `policy:` of a scenario. */
export const POLICIES = ["static", "escra", "autopilot", "vpa"] as const;
const whole = (least: number, most: number) =>
  z.int("expected a whole number").min(least).max(most);

/** Mean rates of the two irregular workloads that the completed requests of the runs imply, per second. */
export const IMPLIED_RATE = { alibaba: 850, burst: 1250 } as const;

/** Escra's own parameters. */
export const escraShape = {
  mode: z.enum(MODES).default("code").describe(
    "text: the formulas of section 5.4.4. code: the rules of the published controller",
  ),
  upsilon: z.number().min(0).max(1000).default(20).describe("section 5.6.1: 20; ImageProcess 35"),
  gamma: ratio({ max: 1 }).default(0.2).describe("section 5.6.1: 0.2, a share of the limit"),
  kappa: z.number().min(0).max(1).default(0.8).describe("section 5.6.1: 0.8"),
  window: whole(1, 1000).default(10).describe("n: CPU periods in the windowed statistics"),
  floor: cpu({ min: 0.01, max: 64 }).default(0.3).describe(
    "smallest CPU limit; published code: one slice of 30 ms per 100 ms",
  ),
  memory_step: bytes({ min: 4096 }).default(5000 * 4096).describe("granted per OOM event"),
  safe_margin: bytes().default(50 * MIB).describe("delta: left above usage by reclamation"),
  initial_memory: ratio({ max: 1 }).default(0.7).describe("sigma; published code: 70 %"),
  reclaim_period: duration({ max: 3600 * S }).default(5 * S).describe("0s: no reclamation"),
  idle_after: duration({ max: 3600 * S }).default(0).describe(
    "silence after which a limit falls to the floor (code of May 2022: 2 s); 0s: never",
  ),
  synchronous: z.boolean().default(true).describe(
    "the controller waits for each RPC, as published",
  ),
  message_cost: duration({ max: S }).default(84_000).describe(
    "controller's CPU time per datagram; calibrated: 5.7 % of a core for 68 containers",
  ),
  rpc_delay: duration({ max: S }).default(300_000).describe(
    'both ends of an RPC beside the wire; "hundreds of microseconds"',
  ),
  send_delay: duration({ max: S }).default(50_000).describe("hook to wire; assumed"),
  late_throttles: z.boolean().default(false).describe(
    "the hook reports before the kernel counts the period's throttle, as in one published kernel",
  ),
  report_interval: duration({ max: 3600 * S }).default(0).describe(
    "time between reports when it is not the CFS period; 0s: at each period's end, as published",
  ),
  report_writes: z.boolean().default(false).describe(
    "the hook also reports when a limit is written, as in one published kernel: see README",
  ),
  cadvisor_cost: duration({ max: S }).default(62 * MS).describe(
    "controller's CPU time for one container's figures; calibrated, see README",
  ),
  cadvisor_wait: duration({ max: S }).default(11 * MS).describe(
    "until cAdvisor has answered; calibrated: the loop uses up to 85 % of a core",
  ),
  cadvisor_age: duration({ max: 60 * S }).default(S).describe("housekeeping interval; assumed"),
  agent_poll: duration({ min: MS, max: 60 * S }).default(100 * MS).describe(
    "Agents look for new containers; published code",
  ),
  agent_idle_poll: duration({ min: MS, max: 60 * S }).default(10 * MS).describe(
    "the same before the first; published code",
  ),
  inspect_time: duration({ max: 10 * S }).default(30 * MS).describe("docker inspect; assumed"),
  syscall_time: duration({ max: S }).default(20_000).describe(
    "one write of a limit; the Agent makes two, for the pod's group and the container's; assumed",
  ),
  agent_failures: ratio({ max: 1 }).default(0).describe(
    "fault: CPU updates that fail; the published Agent then sets 10 cores, outside the accounting",
  ),
  telemetry_loss: ratio({ max: 1 }).default(0).describe("fault: datagrams that are lost"),
  late_rpc: duration({ max: 60 * S }).default(0).describe("fault: added to every limit update"),
  restart_at: duration({ max: 3600 * S }).default(0).describe(
    "fault: controller restart; 0s: none",
  ),
  restart_lasts: duration({ max: 3600 * S }).default(5 * S),
};

/** Escra's own parameters, in canonical units. */
export type EscraParameters = z.output<z.ZodObject<typeof escraShape>>;

/** Escra's options from its parameters and its total. */
export function escraOptions(p: EscraParameters, total: Limits): EscraOptions {
  return {
    mode: p.mode,
    globalCpu: total.cpu,
    globalMemory: total.memory,
    upsilon: p.upsilon,
    gamma: p.gamma,
    kappa: p.kappa,
    window: p.window,
    floor: p.floor,
    memoryStep: p.memory_step,
    safeMargin: p.safe_margin,
    initialMemory: p.initial_memory,
    reclaimPeriod: p.reclaim_period,
    idleAfter: p.idle_after,
    synchronous: p.synchronous,
    messageCost: p.message_cost,
    rpcCost: 0,
    rpcDelay: p.rpc_delay,
    sendDelay: p.send_delay,
    cadvisorCost: p.cadvisor_cost,
    cadvisorWait: p.cadvisor_wait,
    agentPoll: p.agent_poll,
    agentIdlePoll: p.agent_idle_poll,
    inspectTime: p.inspect_time,
    syscallTime: p.syscall_time,
    agentFailures: p.agent_failures,
    staleness: p.cadvisor_age,
    telemetryLoss: p.telemetry_loss,
    lateThrottles: p.late_throttles,
    reportInterval: p.report_interval,
    reportWrites: p.report_writes,
    lateRpc: p.late_rpc,
    restartAt: p.restart_at === 0 ? Infinity : p.restart_at,
    restartLasts: p.restart_lasts,
  };
}

/** Cluster and kernel. */
export const clusterShape = {
  report_period: duration({ min: MS, max: 1000 * MS }).default(100 * MS).describe(
    "CFS period, and with it the telemetry's",
  ),
  slice_expiry: z.boolean().default(true).describe("Linux 4.18 to 5.3; Escra's kernel is 4.20.16"),
  spread: whole(0, 4096).optional().describe(
    "CPUs that a container's threads take turns on; default: a socket's, which share a cache",
  ),
  stack_delay: duration({ max: S }).default(30_000).describe("both hosts' network stacks; assumed"),
};

/** Parameters of `escra/microservices`. */
export const microservices = z.strictObject({
  application: inputFile((text, path) => void parseApplication(text, path)).meta({
    description: "application YAML",
    examples: ["wherewhen:scenarios/apps/hipster.yaml"],
  }),
  workload: z.enum(WORKLOADS).default("fixed").describe("section 5.6.1"),
  load: z.enum(["as-written", "as-implied"]).default("as-implied").describe(
    "rates of alibaba and burst: the chapter's, or what its completed requests imply",
  ),
  trace: inputFile((text, path) => void parseSendTimes(text, path)).optional().describe(
    "CSV of send times (time_ms) instead of a workload",
  ),
  rate_scale: z.number().positive().max(1000).default(1).describe("multiplies every rate"),
  connections: whole(1, 100_000).default(10).describe("tester.sh: wrk -t 1 -c 10"),
  closing: z.boolean().default(true).describe(
    "the entry's HTTP server closes connections as its configuration says (entry: in the application)",
  ),
  matching: z.enum(MATCHINGS).default("by-count").describe(
    "replies with sends: by their numbers on a connection, lost ones counted, as wrk2; or each with its own",
  ),
  duration: duration({ min: 2 * S, max: 24 * 3600 * S, column: "s" }).default(180 * S),
  warm_up: duration({ max: 3600 * S }).default(10 * S).describe("wrk2's calibration: not recorded"),
  settle: duration({ min: S, max: 3600 * S }).default(40 * S).describe(
    "from deployment to the load; assumed",
  ),
  policy: z.enum(POLICIES).default("escra"),
  limit_multiplier: z.number().positive().max(100).default(1.5).describe(
    "of the profile: static limits, the rivals' first limits, Escra's total",
  ),
  ...rivalShape,
  quota_cpu: cpu({ min: 0.01, max: 1e6 }).optional().describe(
    "ResourceQuota: CPU limits of created pods may sum to this much; default: none",
  ),
  quota_memory: bytes({ min: 4096 }).optional().describe("the same for memory limits"),
  profile_workload: z.enum(WORKLOADS).default("exp").describe(
    "load of the profiling run, where no published profile exists",
  ),
  profile_rate: z.number().positive().max(1000).default(1).describe(
    "multiplies that load's rate: a profile at a lighter load than is run",
  ),
  profile_start: z.boolean().default(true).describe(
    "the peaks include the start of the programs",
  ),
  profile_interval: whole(1, 3600).default(5).describe(
    'seconds over which the profiling tool averages CPU use (section 5.6.3: "seconds to minutes")',
  ),
  profile_duration: duration({ min: S, max: 3600 * S }).default(20 * S),
  fail_worker_at: duration({ max: 3600 * S }).default(0).describe("fault: 0s: none"),
  fail_worker_lasts: duration({ max: 3600 * S }).default(30 * S),
  output: z.enum(["summary", "slack"]).default("summary").describe(
    "one row a run, or slack CDFs of 101 points",
  ),
  ...escraShape,
  ...clusterShape,
});
/** Those parameters, in canonical units. */
export type Microservices = z.output<typeof microservices>;

/** The mean rate that a workload is brought to, per second; undefined: as the chapter writes it. */
export function meanRate(p: { workload: Workload; load: string }): number | undefined {
  if (p.load === "as-written") return undefined;
  return p.workload === "alibaba" || p.workload === "burst" ? IMPLIED_RATE[p.workload] : undefined;
}

/** An application's total at a multiplier: published, or else the sum of its static limits. */
export function globalLimit(
  application: Application,
  multiplier: number,
  statics: () => readonly { readonly cpu: number; readonly memory: number }[],
): { readonly cpu: number; readonly memory: number } {
  const published = application.globalLimits.get(multiplier);
  if (published !== undefined) return published;
  return statics().reduce((sum, l) => ({ cpu: sum.cpu + l.cpu, memory: sum.memory + l.memory }), {
    cpu: 0,
    memory: 0,
  });
}
