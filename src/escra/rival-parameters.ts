/** Parameters of Escra's rivals that set limits: Autopilot and VPA. */
import { z } from "zod";
import { bytes, cpu, duration } from "../units/mod.ts";
import { BUCKETS, TUNED_WEIGHTS } from "./autopilot-ml.ts";
import { JOB_CLASSES, OOM_TOLERANCES } from "./autopilot-window.ts";
import {
  AFTER_KILL,
  type AutopilotOptions,
  BEGINNINGS,
  BOUNDS,
  MEMORY_RECOMMENDERS,
  RECOMMENDERS,
} from "./autopilot.ts";
import type { Limits } from "./policy.ts";

const MS = 1e6, S = 1e9, MIB = 2 ** 20;
/** Cores that the last of Autopilot's buckets stands for; assumed. */
const LARGEST_CPU = 10;
/** Bytes that it stands for; assumed: more than any container of the four applications uses. */
const LARGEST_MEMORY = 2048 * MIB;
/** The kernel's least quota is 1 ms a period, Docker's least memory limit 4 MiB. */
const LEAST = { cpu: 0.01, memory: 4 * MIB } as const;

const weight = (initial: number) => z.number().min(0).max(1e6).default(initial);

/** Autopilot's and VPA's own parameters. */
export const rivalShape = {
  update_period: duration({ min: S, max: 3600 * S, column: "s" }).default(S).describe(
    "Autopilot: section 5.6.1 compares 1, 10, 30 and 60 s; its own default is 5 min",
  ),
  recommender: z.enum(RECOMMENDERS).default("ml"),
  autopilot_memory: z.enum(MEMORY_RECOMMENDERS).default("ml").describe(
    "what recommends memory with recommender ml: the same (section 5.6.1 re-creates the ML recommender), " +
      "or the moving window's peak",
  ),
  job_class: z.enum(JOB_CLASSES).default("serving").describe("moving window: of CPU"),
  oom_tolerance: z.enum(OOM_TOLERANCES).default("minimal").describe("moving window: of memory"),
  autopilot_margin: cpu({ min: 0, max: LARGEST_CPU }).default(LARGEST_CPU / 10).describe(
    "safety margin of Autopilot's models of CPU; the open re-implementation: 1 on a scale to 10",
  ),
  autopilot_zero_margin: z.boolean().default(false).describe(
    "models without a margin compete with those, as in the open re-implementation; tuned",
  ),
  autopilot_memory_margin: bytes({ max: LARGEST_MEMORY }).default(
    Math.round(LARGEST_MEMORY / 10),
  ).describe("safety margin of the models of memory: the same tenth of the scale"),
  autopilot_over: weight(TUNED_WEIGHTS.over).describe("w_o, cost of an overrun"),
  autopilot_under: weight(TUNED_WEIGHTS.under).describe(
    "w_u, cost of a sample under the limit; tuned",
  ),
  autopilot_change_limit: weight(TUNED_WEIGHTS.changeLimit).describe(
    "w_dL, cost of another limit; tuned",
  ),
  autopilot_change_model: weight(TUNED_WEIGHTS.changeModel).describe(
    "w_dm, cost of another model; tuned",
  ),
  autopilot_begins: z.enum(BEGINNINGS).default("ready").describe(
    "with the pods, or when all of them answer; assumed",
  ),
  autopilot_bound: z.enum(BOUNDS).default("none").describe(
    "what bounds the sum of CPU limits: no source names a bound; total: what the pods were deployed with, first " +
      "come first served, to see what Escra's global limit would do to Autopilot",
  ),
  housekeeping: duration({ min: 100 * MS, max: 60 * S, column: "s" }).default(S).describe(
    "cAdvisor reads usage this often: 1 s alone (the authors' controller asks such a one), 10 s in the kubelet",
  ),
  housekeeping_jitter: z.number().min(0).max(10).default(1).describe(
    "cAdvisor adds up to this share of the interval at random each time: manager/container.go, 1",
  ),
  autopilot_read: duration({ max: S }).default(62 * MS).describe(
    "the loop's time for one container's figures; assumed: what the same costs Escra's controller",
  ),
  autopilot_write: duration({ max: S }).default(0.5 * MS).describe(
    "the loop's time for one container's limits; assumed: as Escra's Agent",
  ),
  autopilot_oom_bump: z.boolean().default(false).describe(
    "a kill counts as use of 1.2 times the limit, or 100 MiB over it: Kubernetes' VPA does so",
  ),
  after_kill: z.enum(AFTER_KILL).default("pod-spec").describe(
    "limits of a container that the kubelet starts again: its pod's, or the last that Autopilot wrote",
  ),
  min_replicas: z.int("expected a whole number").min(1).max(100).default(1).describe(
    "VPA's updater; Kubernetes' default of 2 never evicts these one-replica services",
  ),
};

/** Those parameters, in canonical units. */
export type RivalParameters = z.output<z.ZodObject<typeof rivalShape>>;

/** Autopilot's options. @param initial the pods' own limits. */
export function autopilotOptions(p: RivalParameters, initial: readonly Limits[]): AutopilotOptions {
  const margins = (margin: number, largest: number) => {
    const buckets = Math.round(margin / largest * BUCKETS);
    return p.autopilot_zero_margin ? [0, buckets] : [buckets];
  };
  return {
    recommender: p.recommender,
    memoryRecommender: p.autopilot_memory,
    weights: {
      ...TUNED_WEIGHTS,
      over: p.autopilot_over,
      under: p.autopilot_under,
      changeLimit: p.autopilot_change_limit,
      changeModel: p.autopilot_change_model,
      margins: margins(p.autopilot_margin, LARGEST_CPU),
    },
    job: p.job_class,
    oomTolerance: p.oom_tolerance,
    updatePeriod: p.update_period,
    initial,
    largestCpu: LARGEST_CPU,
    largestMemory: LARGEST_MEMORY,
    leastCpu: LEAST.cpu,
    leastMemory: LEAST.memory,
    memoryMargins: margins(p.autopilot_memory_margin, LARGEST_MEMORY),
    begins: p.autopilot_begins,
    bound: p.autopilot_bound,
    housekeeping: p.housekeeping,
    jitter: p.housekeeping_jitter,
    readCost: p.autopilot_read,
    writeCost: p.autopilot_write,
    afterKill: p.after_kill,
    oomBump: p.autopilot_oom_bump,
  };
}
