/** Parameters of the hash-map experiment: what a scenario may write, and what is refused. */
import { z } from "zod";
import type { Platform } from "../hardware/mod.ts";
import { MEMORY_PARTS, type MemoryValues, memoryValues } from "../hardware/memory/mod.ts";
import type { Problem } from "../model/mod.ts";
import { byteRate, bytes, duration, ratio } from "../units/mod.ts";
import type { StructureName } from "./timed/system.ts";

const count = (says: string, min: number, max: number) => z.int().min(min).max(max).describe(says);

const perPhase = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1).max(200)]);

/** What `structure` may be: NR with a number of replicas, LD-NR, or another map. */
export const MAPS = [
  "nr",
  "nr1",
  "nr2",
  "nr3",
  "nr4",
  "ldnr",
  "std",
  "chashmap",
  "dashmap",
  "flurry",
  "urcu",
] as const;

const change = z.strictObject({
  at: duration().describe("time in the run"),
  add: count("domain on which a replica is added", 0, 4095).optional(),
  remove: count("domain whose replica is removed", 0, 4095).optional(),
}).refine((c) => (c.add === undefined) !== (c.remove === undefined), {
  error: "expected either add or remove, with a domain",
});

/** Schema of the parameters of `ldnr/hashmap`. */
export const hashmapParameters = z.strictObject({
  structure: z.enum(MAPS).describe(
    "map under test; nr1..nr4: NR with that many replicas; nr: one replica per domain in use",
  ),
  threads: perPhase(count("application threads", 1, 4096)).describe("threads, one value a phase"),
  write: perPhase(ratio({ max: 1 })).default(0.1).describe("share of puts, one value a phase"),
  extra_operations: perPhase(count("more operations inside each", 0, 1000)).default(0).describe(
    "further gets or puts that the wrapped map does in each get or put (6.2.3.3), one value a phase",
  ),
  local_operations: perPhase(count("thread-local operations", 0, 100_000)).default(0).describe(
    "operations on a thread-local map between operations (6.2.3.3), one value a phase",
  ),
  phases: z.enum(["paired", "crossed"]).default("paired").describe(
    "several values of several parameters: one phase per position, or per combination",
  ),
  further: z.array(z.strictObject({
    threads: count("application threads", 1, 4096),
    write: ratio({ max: 1 }),
  })).default([]).describe("phases after those"),
  phase: duration({ min: 1e6 }).default(6e9).describe("length of a phase"),
  sample: duration({ min: 1e6 }).default(1e9).describe("time over which throughput is averaged"),
  window: duration({ min: 1e4 }).default(1e6).describe(
    "simulated time that stands for a sample while nothing changes",
  ),
  settle: duration().default(3e5).describe("simulated time before a phase and after a change"),
  replicas: perPhase(count("replicas", 1, 64)).optional().describe(
    "LD-NR's replicas, one value a phase; default: one per domain in use",
  ),
  changes: z.array(change).default([]).describe("LD-NR: replicas added and removed"),
  idle: z.strictObject({
    replica: count("replica whose threads idle", 0, 63),
    from: duration(),
    until: duration(),
  }).optional().describe("threads of one replica do nothing for a part of every phase"),
  entries: count("key-value pairs", 1000, 2 ** 33).default(67_108_864),
  local_entries: count("pairs of a thread-local map", 16, 2 ** 27).default(65_536),
  page: bytes({ min: 4096, max: 2 ** 30 }).default(4096).describe("page size of the tables"),
  log: bytes({ min: 64, max: 2 ** 36 }).default(2 ** 21).describe("size of the shared log"),
  nr_version: z.enum(["0.1", "0.2"]).default("0.1").describe(
    "0.1 waits for the replica furthest behind for ever; 0.2 lets a combiner help it",
  ),
  freeze: z.enum(["all", "model"]).default("all").describe(
    "what stops while LD-NR changes its replicas",
  ),
  outer_lock: z.enum(["distributed", "word"]).default("distributed").describe(
    "LD-NR's outer lock: per-thread reader counts, or one word",
  ),
  shards: count("DashMap's shards", 1, 65_536).default(4),
  threads_per_core: count("hardware threads of a core in use", 1, 2).default(1),
  mapping: z.enum(["compact", "interleaved"]).default("compact").describe(
    "threads fill one domain after the other, or go to the domains in turn",
  ),
  domain_memory: z.array(bytes({ min: 0 })).optional().describe(
    "memory of each domain; default: the part's",
  ),
  link_bandwidth: byteRate({ min: 8e9 }).optional().describe(
    "one direction of one socket-to-socket link, with which 24 threads' loads do not fill it for long; " +
      "default: the part's",
  ),
  l3: bytes({ min: 0 }).optional().describe("shared cache of a domain; default: the part's"),
  tlb_entries: count("entries of the second-level TLB; default: the part's", 0, 2 ** 30).optional(),
  exact: z.boolean().default(false).describe(
    "price every access and every get by itself: slow, to check the aggregate form",
  ),
});

/** Parsed parameters. */
export type HashmapParameters = z.output<typeof hashmapParameters>;

/** One phase: the values that may differ from phase to phase. */
export interface PhaseSpec {
  readonly threads: number;
  readonly write: number;
  readonly extra: number;
  readonly local: number;
  readonly replicas: number | undefined;
}

const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value as readonly T[] : [value as T];

/** The phases that parameters describe, in order. */
export function phasesOf(p: HashmapParameters): readonly PhaseSpec[] {
  const further = p.further.map(({ threads, write }) => ({
    threads,
    write,
    extra: 0,
    local: 0,
    replicas: undefined,
  }));
  return [...listedPhases(p), ...further];
}

function listedPhases(p: HashmapParameters): readonly PhaseSpec[] {
  const threads = list(p.threads);
  const write = list(p.write);
  const extra = list(p.extra_operations);
  const local = list(p.local_operations);
  const replicas: readonly (number | undefined)[] = p.replicas === undefined
    ? [undefined]
    : list(p.replicas);
  if (p.phases === "crossed") {
    return write.flatMap((w) =>
      extra.flatMap((e) =>
        local.flatMap((l) =>
          threads.flatMap((t) =>
            replicas.map((r) => ({ threads: t, write: w, extra: e, local: l, replicas: r }))
          )
        )
      )
    );
  }
  const length = Math.max(
    threads.length,
    write.length,
    extra.length,
    local.length,
    replicas.length,
  );
  const at = <T>(values: readonly T[], i: number) => values[values.length === 1 ? 0 : i] as T;
  return Array.from({ length }, (_, i) => ({
    threads: at(threads, i),
    write: at(write, i),
    extra: at(extra, i),
    local: at(local, i),
    replicas: at(replicas, i),
  }));
}

/** Kind of map, apart from how many replicas it has. */
export function kindOf(structure: HashmapParameters["structure"]): StructureName {
  return structure.startsWith("nr") ? "nr" : structure as StructureName;
}

/** Domains of the replicas in a phase: the first so many. */
export function replicasOf(p: HashmapParameters, phase: PhaseSpec, values: MemoryValues): number[] {
  const fixed = /^nr([1-9])$/.exec(p.structure)?.[1];
  const needed = domainsInUse(p, phase, values);
  const n = fixed !== undefined
    ? Number(fixed)
    : p.structure === "ldnr"
    ? phase.replicas ?? needed
    : p.structure === "nr"
    ? needed
    : 1;
  return Array.from({ length: n }, (_, d) => d);
}

/** Domains that a phase's threads run on when nothing but their number and the mapping places them. */
export function domainsInUse(
  p: Pick<HashmapParameters, "mapping">,
  phase: Pick<PhaseSpec, "threads">,
  values: MemoryValues,
): number {
  const each = p.mapping === "interleaved" ? 1 : values.coresPerDomain;
  return Math.min(values.domains, Math.ceil(phase.threads / each));
}

/** The memory system of the platform's only host, but for what the parameters say about it. */
export function valuesOf(
  platform: Platform,
  p: Partial<Pick<HashmapParameters, "link_bandwidth" | "l3" | "tlb_entries">> = {},
): MemoryValues | Problem {
  const hosts = [...platform.hosts.values()];
  const part = hosts.length === 1
    ? MEMORY_PARTS.get((hosts[0] as { part: string }).part)
    : undefined;
  if (part === undefined) {
    return {
      path: [],
      message:
        `platform "${platform.id}" has no host with a known NUMA memory system; use one of ` +
        `the parts ${[...MEMORY_PARTS.keys()].join(", ")} as its only host`,
    };
  }
  return memoryValues(part, {
    ...(p.link_bandwidth === undefined ? {} : { linkBandwidth: p.link_bandwidth }),
    ...(p.l3 === undefined ? {} : { l3: p.l3 }),
    ...(p.tlb_entries === undefined ? {} : { tlbEntries: p.tlb_entries }),
  });
}
