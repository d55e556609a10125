/** What an application's YAML says: runtimes, services with operations, request types. */
import { z } from "zod";
import { bytes, cpu, duration, ratio } from "../units/mod.ts";

const MIB = 2 ** 20;
const count = (min: number, max: number) =>
  z.int("expected a whole number").min(min, `expected at least ${min}`)
    .max(max, `expected at most ${max}`);

const runtimeShape = {
  threads: count(1, 100_000).optional().describe(
    "requests held at once, waiting for replies included; default: no limit",
  ),
  cpus: count(1, 1024).optional().describe(
    "threads that can use the CPU at once (1: an event loop, an interpreter lock); default: no limit",
  ),
  cpu_variation: ratio({ max: 4 }).optional().describe(
    "standard deviation of an operation's CPU time, of its mean (log-normal); default 50 %",
  ),
  serve: duration({ max: 60e9 }).optional().describe(
    "CPU time of taking a request and answering it, in every operation, before cpu_scale",
  ),
  call: duration({ max: 60e9 }).optional().describe(
    "CPU time of making a call and taking its answer, for each call of an operation, before cpu_scale",
  ),
  aside: ratio({ max: 10 }).optional().describe(
    "CPU time that no request waits for, of the requests': garbage collection, trace exporters; default 0 %",
  ),
  start: duration({ max: 600e9 }).optional().describe(
    "least time from a restart to readiness; default 2 s",
  ),
  start_work: z.strictObject({
    cpu: duration({ max: 3600e9 }).describe("CPU time of all threads"),
    threads: count(1, 256).default(1),
  }).optional().describe(
    "CPU time before it answers (class loading, compiling, imports): longer under a low limit",
  ),
  warm_up: z.strictObject({
    cpu: duration({ max: 3600e9 }).describe("CPU time of all of them together"),
    calls: count(1, 10_000_000),
  }).optional().describe("CPU time beside its first calls that no request waits for: compiling"),
  memory: bytes({ max: 2 ** 40 }).optional().describe("resident after the start; default 20 MiB"),
  request_memory: bytes({ max: 2 ** 34 }).optional().describe(
    "held by a request while it is served; default 64 KiB",
  ),
  heap: bytes({ max: 2 ** 40 }).optional().describe("grows by heap_step a request up to this"),
  heap_step: bytes({ max: 2 ** 34 }).optional(),
  heap_share: ratio({ max: 1 }).optional().describe(
    "the heap is at most this share of the memory limit that the program finds at its start; default: no such bound",
  ),
  page_cache: bytes({ max: 2 ** 40 }).optional().describe("files read, cached up to this much"),
  page_cache_step: bytes({ max: 2 ** 34 }).optional().describe("read by a request"),
  background: z.strictObject({
    every: duration({ min: 1e6 }),
    cpu: duration({ max: 60e9 }).describe("CPU time of each thread"),
    threads: count(1, 256).default(1),
  }).optional().describe("timers, heartbeats, garbage collection: runs without requests too"),
};
const runtimeSchema = z.strictObject({
  basis: z.enum(["measured", "published", "assumed"]).optional().describe(
    "where its numbers come from; none is fitted: that is for cpu_scale alone",
  ),
  source: z.string().min(1).optional(),
  ...runtimeShape,
});

const target = z.string().regex(
  /^[\w.-]+\/[\w.-]+$/,
  "expected service/operation, for example user-service/upload",
);
const call = z.union([
  target,
  z.strictObject({
    call: target,
    times: count(1, 1000).default(1).describe("one after the other"),
    probability: ratio({ max: 1 }).default(1),
    wait: z.boolean().default(true).describe("false: sent and forgotten"),
    timeout: duration({ min: 1e6 }).optional().describe("the caller gives up after this long"),
    optional: z.boolean().default(false).describe("the caller goes on without an answer"),
  }),
]);
const step = z.union([call, z.strictObject({ parallel: z.array(call).min(1) })]);

const operationSchema = z.strictObject({
  cpu: duration({ max: 60e9 }).default(0).describe(
    "CPU time of one execution beside its runtime's serve and call, before cpu_scale",
  ),
  work: duration({ max: 60e9 }).default(0).describe(
    "CPU time of a known algorithm in it, as on the hardware: not scaled",
  ),
  calls: z.array(step).default([]),
  after_arrivals: count(2, 100).optional().describe(
    "calls are made only by the execution that is this many-th of its request",
  ),
  fails: ratio({ max: 1 }).default(0).describe(
    "executions that end with an error after their calls: what they are asked for is not there",
  ),
});

const status = z.int("expected an HTTP status").min(400, "expected an error: at least 400").max(
  599,
  "expected at most 599",
);
const entrySchema = z.strictObject({
  source: z.string().min(1).describe("where the server's configuration and its defaults are from"),
  keepalive_requests: count(1, 1_000_000_000).optional().describe(
    "the server closes a connection behind this many replies (nginx: keepalive_requests, Tomcat: " +
      "maxKeepAliveRequests); what is pipelined on it is lost. Default: never",
  ),
  closes_on: z.array(status).default([]).describe(
    "statuses of replies behind which the server closes the connection",
  ),
});

/** A service: one container. */
const serviceSchema = z.strictObject({
  runtime: z.string().optional(),
  ...runtimeShape,
  profile: cpu({ max: 1024 }).optional().describe("published peak CPU use: basis of static limits"),
  profile_memory: bytes({ max: 2 ** 40 }).optional(),
  operations: z.record(z.string(), operationSchema).default({}),
});

const limits = z.strictObject({ cpu: cpu({ max: 4096 }), memory: bytes({ max: 2 ** 44 }) });

/** What an application's YAML file holds, before its calls are looked up and its quantities merged. */
export const applicationSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  source: z.string().min(1),
  cpu_scale: z.number().positive().max(100).default(1).describe(
    "multiplies every CPU time: the one calibrated number of an application",
  ),
  path_scale: z.number().positive().max(100).optional().describe(
    "how much of cpu_scale requests wait for; the rest is CPU time beside them, as of trace exporters, " +
      "logging and collectors. Without it they wait for all",
  ),
  calibrated_on: z.string().optional().describe("the data that cpu_scale was fitted to"),
  global_limits: z.record(z.string().regex(/^\d+(\.\d+)?x$/, "expected a multiplier: 1.5x"), limits)
    .refine(
      (all) => Object.keys(all).length > 0,
      "expected at least one multiplier, for example 1x",
    ),
  entry: entrySchema.optional().describe(
    "the HTTP server that clients are connected to; default: one that closes no connection",
  ),
  runtimes: z.record(z.string(), runtimeSchema).default({}),
  services: z.record(z.string(), serviceSchema),
  requests: z.record(
    z.string(),
    z.strictObject({
      share: z.number().positive(),
      call: target,
      errors: ratio({ max: 1 }).default(0).describe("replies that are errors whatever the load"),
      errors_status: status.default(500).describe("HTTP status of those replies"),
      timeout: duration({ min: 1e6 }).optional().describe(
        "the entry gives up and answers an error",
      ),
    }),
  ),
});

/** The same, parsed: quantities in canonical units. */
export type ApplicationYaml = z.output<typeof applicationSchema>;

/** A checked call: `service/operation`, or that with how it is made. */
export type CallYaml = z.output<typeof call>;

/** What a runtime is where neither it nor the service says otherwise. */
export const RUNTIME_DEFAULTS = {
  threads: Infinity,
  cpus: Infinity,
  cpu_variation: 0.5,
  serve: 0,
  call: 0,
  aside: 0,
  start: 2e9,
  memory: 20 * MIB,
  request_memory: 64 * 1024,
  heap: 0,
  heap_step: 0,
  heap_share: 1,
  page_cache: 0,
  page_cache_step: 0,
} as const;
