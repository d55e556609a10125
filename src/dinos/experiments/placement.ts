/** `dinos/placement`: memcached on a rack whose macro scheduler places its cores and memory. */
import { z } from "zod";
import type { MemoryValues } from "../../hardware/memory/mod.ts";
import { defineExperiment, type Problem, type Row } from "../../model/mod.ts";
import { bytes, duration } from "../../units/mod.ts";
import { exactThroughput, memcachedShape } from "../../workloads/memcached/mod.ts";
import { type InterconnectName, INTERCONNECTS, rackValues } from "../os/interconnect.ts";
import { MEMSLICE, Rack, type Slice } from "../os/rack.ts";
import { drowning } from "../scheduler/constraints.ts";
import { ALL_POLICIES, builtIn, isSolved, makePolicy } from "../scheduler/policies.ts";
import {
  clocked,
  constraintProblems,
  constraintSchema,
  count,
  noMemory,
  valuesOf,
} from "./common.ts";

const PROCESS = "memcached";

const others = z.strictObject({
  host: count("Dkernel", 0, 15),
  cores: count("cores in use", 0, 64).default(0),
  memory: bytes({ max: 2 ** 44 }).default(0).describe("memory in use"),
});

const parameters = z.strictObject({
  policy: z.enum(ALL_POLICIES).default("DCMloc"),
  hosts: count("Dkernels of the rack", 1, 16).default(3),
  cores_per_host: count("cores of each", 1, 64).default(24),
  memory_per_host: bytes({ min: MEMSLICE, max: 2 ** 44 }).default(48 * 2 ** 30).describe(
    "shared memory of each Dkernel",
  ),
  interconnect: z.enum(Object.keys(INTERCONNECTS) as [InterconnectName, ...InterconnectName[]])
    .default("numa-emulation"),
  cores: z.int().min(0).max(1024).default(24).describe("cores that memcached asks for, one by one"),
  occupied: z.array(others).max(16).default([]).describe(
    "what other processes hold before memcached starts",
  ),
  dataset: bytes({ min: 2 ** 20, max: 2 ** 25 }).default(16e6).describe(
    "items; at most what an L3 holds",
  ),
  turbo: z.boolean().default(true).describe(
    "cores run faster while others of their socket are idle; false: always as when all are busy",
  ),
  key: bytes({ min: 1, max: 250 }).default(8),
  value: bytes({ min: 1, max: 4096 }).default(64),
  gets: count("gets of each thread that are measured", 10, 1e6).default(500),
  solve_every: duration({ min: 1e3, max: 60e9 }).default(3e6).describe("time between decisions"),
  solve_batch: count("pending requests that start a decision", 1, 10_000).default(1),
  time_limit: duration({ min: 1e3, max: 3600e9 }).default(10e9).describe("the solver's"),
  constraints: z.array(constraintSchema).max(50).default([]).describe(
    "the user's constraints; the process is called memcached",
  ),
});

/** The experiment. */
export const placement = defineExperiment({
  id: "dinos/placement",
  says: "Throughput of memcached gets on DiNOS* by the macro scheduler's policy",
  parameters,
  columns: {
    throughput_mops: { role: "measure", says: "gets of all threads, million per second" },
    core_hosts: { role: "measure", says: "hosts on which the process has cores" },
    memory_hosts: { role: "measure", says: "hosts on which it has memory" },
    local_percent: { role: "measure", says: "pairs of a core and a memslice on one host" },
    allocation_ms: { role: "measure", says: "mean time of an allocation through the Ckernel" },
  },
  replications: "mean_stddev",
  check(p, platform): Problem[] {
    const values = valuesOf(platform);
    if (values === undefined) return [noMemory(platform)];
    const problems = constraintProblems(p.constraints, p.hosts, [PROCESS]);
    const wrong = (key: string, message: string) => problems.push({ path: [key], message });
    if (p.constraints.length > 0 && !isSolved(p.policy)) {
      wrong(
        "constraints",
        `${p.policy} has no solver and would ignore these; use DCMcap or DCMloc`,
      );
    }
    if (p.cores === 0) {
      wrong("cores", `the process "${PROCESS}" has no cores to run on; give it at least 1`);
    }
    const all = p.hosts * p.cores_per_host - p.occupied.reduce((sum, o) => sum + o.cores, 0);
    if (p.cores > all) {
      wrong(
        "cores",
        `${PROCESS} asks for ${p.cores} cores, more than the rack's ${all} free ones (${p.hosts} hosts)`,
      );
    }
    if (p.cores_per_host > values.coresPerDomain) {
      wrong("cores_per_host", `a host is one domain, of ${values.coresPerDomain} cores here`);
    }
    if (p.interconnect === "numa-emulation" && p.hosts >= values.domains) {
      wrong(
        "hosts",
        `${p.hosts} Dkernels and the Ckernel need ${p.hosts + 1} NUMA domains; the machine has ` +
          `${values.domains}; use fewer, or interconnect: cxl`,
      );
    }
    p.occupied.forEach((o, i) => {
      const at = (key: string, message: string) =>
        problems.push({ path: ["occupied", i, key], message });
      if (o.host >= p.hosts) {
        at("host", `Dkernel ${o.host} does not exist; the rack has 0..${p.hosts - 1}`);
      }
      if (o.cores > p.cores_per_host) {
        at("cores", `Dkernel ${o.host} has ${p.cores_per_host} cores, not ${o.cores}`);
      }
      if (o.memory > p.memory_per_host) at("memory", `Dkernel ${o.host} has less memory than that`);
    });
    const heap = heapBytes(p);
    if (heap > p.hosts * p.memory_per_host) {
      wrong("memory_per_host", `${PROCESS} needs ${heap} bytes, more than the rack has`);
    }
    return problems;
  },
  *run({ parameters: p, platform, simulation, warn }): Generator<Row> {
    const values = rackValues(
      clocked(valuesOf(platform) as MemoryValues, p.turbo),
      p.interconnect,
      p.hosts,
    );
    const sim = simulation();
    const memslices = Math.floor(p.memory_per_host / MEMSLICE);
    const policy = makePolicy(p.policy, sim.rng("policy"), { time: p.time_limit, nodes: 2000 });
    const capacity = { cores: p.cores_per_host, memslices };
    for (const text of drowning(builtIn(p.policy), p.constraints, capacity)) warn(text);
    const rack = new Rack(sim, policy, {
      hosts: Array.from({ length: p.hosts }, () => capacity),
      values,
      every: p.solve_every,
      batch: p.solve_batch,
      constraints: p.constraints,
    });
    rack.macro.onFallback = warn;
    for (const o of p.occupied) {
      rack.occupy("others", o.host, o.cores, Math.ceil(o.memory / MEMSLICE));
    }
    const cores: Slice[] = [];
    let memory: Slice[] = [];
    sim.spawn(
      PROCESS,
      function* () {
        // A process starts on one core; it makes its heap, then its threads.
        cores.push(yield* rack.core(PROCESS, 0));
        const home = cores[0].host;
        memory = yield* rack.allocate(PROCESS, home, heapBytes(p));
        while (cores.length < p.cores) cores.push(yield* rack.core(PROCESS, home));
        sim.stop();
      }(),
    );
    sim.run();
    const shape = memcachedShape(p.dataset, p.cores, p.key, p.value);
    const near = cores.reduce((sum, c) => sum + memory.filter((m) => m.host === c.host).length, 0);
    const rate = exactThroughput(simulation(), {
      shape,
      values,
      cores: cores.map((c) => c.host * values.coresPerDomain + c.index),
      homeOf: (offset) => memory[Math.min(memory.length - 1, Math.floor(offset / MEMSLICE))].host,
      warmUp: Math.ceil(p.gets / 5),
      gets: p.gets,
    });
    const mean = rack.latencies.reduce((a, b) => a + b, 0) / rack.latencies.length;
    yield {
      throughput_mops: rate * 1e3,
      core_hosts: new Set(cores.map((c) => c.host)).size,
      memory_hosts: new Set(memory.map((m) => m.host)).size,
      local_percent: 100 * near / (cores.length * memory.length),
      allocation_ms: mean / 1e6,
    };
    rack.state.close();
  },
});

/** Items, buckets and locks. */
function heapBytes(p: z.output<typeof parameters>): number {
  const shape = memcachedShape(p.dataset, Math.max(1, p.cores), p.key, p.value);
  return shape.itemsBytes + shape.bucketsBytes + shape.lockLines * 64;
}
