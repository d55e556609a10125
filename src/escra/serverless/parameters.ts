/** Parameters of `escra/serverless`: platform, functions, load, and Escra's own. */
import { z } from "zod";
import { bytes, duration, ratio } from "../../units/mod.ts";
import { clusterShape, escraShape } from "../parameters.ts";

const MS = 1e6, S = 1e9, MIB = 2 ** 20;
const whole = (least: number, most: number) =>
  z.int("expected a whole number").min(least).max(most);

/** The two applications of section 5.6.5. */
export const APPLICATIONS = ["image-process", "grid-search"] as const;
/** One of the two serverless applications of section 5.6.5. */
export type ApplicationName = typeof APPLICATIONS[number];

/** What differs between them unless the scenario says otherwise. */
export const BY_APPLICATION = {
  "image-process": { upsilon: 35, workers: 3, userMemory: 12 * 256 * MIB },
  "grid-search": { upsilon: 20, workers: 4, userMemory: 115 * 256 * MIB },
} as const;

const THUMBNAIL = "measured on a JVM: data/escra/measured_thumbnail.csv";
const GRID = "measured with scikit-learn: data/escra/measured_grid_task.csv";

/** OpenWhisk on Kubernetes. */
const platformShape = {
  workers: whole(1, 1000).optional().describe(
    "worker nodes; default: section 5.6.5's 3 (image-process) and 4 (grid-search)",
  ),
  action_memory: bytes({ min: MIB, max: 2 ** 40 }).default(256 * MIB).describe(
    "of each container: section 5.6.5; a vCPU for each 256 MiB (cpu-scaling), request = limit",
  ),
  user_memory: bytes({ min: MIB, max: 2 ** 50 }).optional().describe(
    "invokers' containerPool in all; default: 12 x 256 MiB (image-process: OpenWhisk's 1024 MiB a " +
      "worker), 115 x 256 MiB (grid-search: section 5.6.5's ~115 pods)",
  ),
  pod_start: duration({ min: MS, max: 600 * S }).default(5 * S).describe(
    "from the request of a pod to its start, mean; assumed: seconds",
  ),
  pod_start_variation: ratio({ max: 2 }).default(0.2).describe("coefficient; assumed"),
  kubelet: duration({ max: 60 * S }).default(300 * MS).describe(
    "part of it that a node does for one pod after the other; assumed",
  ),
  pause_grace: duration({ min: MS, max: 24 * 3600 * S }).default(10 * S).describe(
    "OpenWhisk: idle time before a container is paused",
  ),
  idle_timeout: duration({ min: MS, max: 24 * 3600 * S }).default(600 * S).describe(
    "OpenWhisk: paused time before a container is removed",
  ),
  stem_cells: whole(0, 10_000).default(0).describe(
    "prewarmed containers of the function's kind; OpenWhisk has them for Node.js only",
  ),
  fail_worker_at: duration({ max: 24 * 3600 * S }).default(0).describe(
    "fault: the first worker fails; 0s: none",
  ),
  fail_worker_lasts: duration({ max: 24 * 3600 * S }).default(30 * S),
  threads: whole(1, 64).default(2).describe(
    "threads of a container that take turns on CPUs, each keeping up to 1 ms of the quota",
  ),
};

/** ImageProcess. */
const imageShape = {
  interval: duration({ min: MS, max: 3600 * S }).default(800 * MS).describe("section 5.6.5: 0.8 s"),
  duration: duration({ min: S, max: 24 * 3600 * S, column: "s" }).default(600 * S).describe(
    "of the load of image-process (section 5.6.5: 10 minutes), and of the sampling of limits",
  ),
  image_cpu: duration({ min: MS, max: 3600 * S }).default(2 * S).describe(
    "CPU time of a warm request; from the ~2 s that a request takes",
  ),
  image_cpu_variation: ratio({ max: 2 }).default(0.1).describe(`coefficient; ${THUMBNAIL}`),
  helpers: ratio({ max: 0.9 }).default(0.08).describe(
    `share of CPU time in the runtime's own threads; ${THUMBNAIL}`,
  ),
  first_run: z.number().min(1).max(100).default(1.9).describe(
    `CPU time of a container's first request over a later one's; ${THUMBNAIL}`,
  ),
  first_helpers: ratio({ max: 0.9 }).default(0.31).describe(
    `share of the runtime's own threads in it; ${THUMBNAIL}`,
  ),
  image_start_cpu: duration({ max: 60 * S }).default(200 * MS).describe(
    `CPU time of the runtime's start; ${THUMBNAIL}, at half the speed`,
  ),
  image_size: bytes({ min: 1, max: 1e9 }).default(2e6).describe("read from the store; assumed"),
  thumbnail_size: bytes({ min: 1, max: 1e9 }).default(20e3).describe("written to it; assumed"),
  image_memory: bytes({ max: 2 ** 40 }).default(44 * MIB).describe(`of the runtime; ${THUMBNAIL}`),
  image_heap: bytes({ max: 2 ** 40 }).default(32 * MIB).describe(
    "that the first request takes and the runtime keeps; assumed",
  ),
  store_work: duration({ max: 60 * S }).default(20 * MS).describe(
    "the store's time for a read or a write; assumed",
  ),
};

/** GridSearch. */
const gridShape = {
  tasks: whole(1, 100_000).default(960).describe("section 5.6.5: 192 candidates x 5 folds"),
  functions: whole(1, 10_000).default(115).describe("section 5.6.5: ~115 workers"),
  task_time: duration({ min: MS, max: 3600 * S }).default(30.5 * S).describe(
    "mean worker time of a task at 1 vCPU; calibrated on the ~300 s of OpenWhisk alone",
  ),
  cpu_share: ratio({ max: 1 }).default(0.07).describe(
    `part of it that computes, the rest waits; ${GRID}, at half the speed`,
  ),
  wait_variation: ratio({ max: 2 }).default(0.3).describe("coefficient of the waits; assumed"),
  data_size: bytes({ min: 1, max: 1e9 }).default(10 * MIB).describe(
    "reviews that each task fetches; the default of the Lithops example",
  ),
  result_size: bytes({ min: 1, max: 1e9 }).default(1000).describe("assumed"),
  redis_work: duration({ max: S }).default(50_000).describe("Redis' time for a command; assumed"),
  redis_rate: z.number().positive().default(1e9).describe(
    "bytes that Redis' one thread moves per second; assumed",
  ),
  grid_start_cpu: duration({ max: 60 * S }).default(1.5 * S).describe(
    `CPU time of the imports; ${GRID}, at half the speed`,
  ),
  grid_memory: bytes({ max: 2 ** 40 }).default(101 * MIB).describe(`after imports; ${GRID}`),
  grid_heap: bytes({ max: 2 ** 40 }).default(51 * MIB).describe(
    `that the first task takes and Python keeps; ${GRID}`,
  ),
  grid_peak: bytes({ max: 2 ** 40 }).default(32 * MIB).describe(
    `above it while a task with bigrams computes; ${GRID}`,
  ),
};

/** Parameters of `escra/serverless`. */
export const serverless = z.strictObject({
  application: z.enum(APPLICATIONS).default("image-process"),
  configuration: z.enum(["openwhisk", "escra"]).default("escra").describe(
    "openwhisk: the limits that pods are created with. escra: its controller changes them",
  ),
  resources: ratio({ min: 0.01, max: 10 }).default(1).describe(
    "Escra's total, as a share of what OpenWhisk alone would give out",
  ),
  output: z.enum(["limits", "latency", "summary"]).default("summary").describe(
    "limits: a row a second. latency: a row a request or job. summary: one row",
  ),
  ...platformShape,
  ...imageShape,
  ...gridShape,
  ...escraShape,
  ...clusterShape,
  upsilon: z.number().min(0).max(1000).optional().describe(
    "default: section 5.6.5's 35 (image-process) and 20 (grid-search)",
  ),
  idle_after: duration({ max: 3600 * S }).default(2 * S).describe(
    "silence after which a limit falls to the floor: the controller's commit for serverless " +
      "(May 2022); 0s: never",
  ),
});
/** Those parameters, in canonical units. */
export type Serverless = z.output<typeof serverless>;

/** Parameters with what depends on the application filled in. */
export function resolve(p: Serverless) {
  const own = BY_APPLICATION[p.application];
  return {
    ...p,
    upsilon: p.upsilon ?? own.upsilon,
    workers: p.workers ?? own.workers,
    user_memory: p.user_memory ?? own.userMemory,
    /** Cores per byte. */
    cpuScaling: 1 / (256 * MIB),
  };
}
/** Those parameters with what depends on the application filled in. */
export type Resolved = ReturnType<typeof resolve>;
