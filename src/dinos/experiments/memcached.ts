/** `dinos/memcached`: gets per second as one process, or as shards behind a gateway. */
import { z } from "zod";
import { type MemoryValues, Traffic } from "../../hardware/memory/mod.ts";
import { defineExperiment, type Problem, type Row } from "../../model/mod.ts";
import { bytes, duration } from "../../units/mod.ts";
import {
  ExpectedGet,
  expectedThroughput,
  gatewayThroughput,
  memcachedShape,
} from "../../workloads/memcached/mod.ts";
import { placeCompactly } from "../os/two-level.ts";
import { type InterconnectName, INTERCONNECTS, rackValues } from "../os/interconnect.ts";
import { clocked, count, noMemory, valuesOf } from "./common.ts";

/** Deployments of Figure 6.10. */
export const DEPLOYMENTS = ["dinos", "linux-proc", "nros", "linux-uds", "linux-tcp"] as const;

const PAGES = { "4KiB": 4096, "2MiB": 2097152 } as const;
const page = (says: string) => z.enum(["4KiB", "2MiB"]).describe(says);

const parameters = z.strictObject({
  deployment: z.enum(DEPLOYMENTS).default("dinos"),
  cores: z.int().min(0).max(4096).default(24).describe("application cores"),
  dataset: bytes({ min: 2 ** 20, max: 2 ** 44 }).default(64 * 2 ** 30).describe("bytes of items"),
  turbo: z.boolean().default(true).describe(
    "cores run faster while others of their socket are idle; false: always as when all are busy",
  ),
  key: bytes({ min: 1, max: 250 }).default(8),
  value: bytes({ min: 1, max: 2 ** 20 }).default(64),
  dinos_page: page(
    "pages of a process on DiNOS and NrOS: the public test harness builds both with the feature pages-4k",
  ).default("4KiB"),
  linux_page: page("page size on Linux: malloc without huge pages").default("4KiB"),
  workers: count("worker threads of a shard", 1, 1024).default(24),
  interconnect: z.enum(Object.keys(INTERCONNECTS) as [InterconnectName, ...InterconnectName[]])
    .default("numa-emulation").describe("what joins DiNOS's hosts"),
  dkernels: count("DiNOS's Dkernels; default: the machine's domains less the Ckernel's", 1, 16)
    .optional(),
  domain_memory: bytes({ min: 2 ** 20 }).optional().describe(
    "memory of a domain; default: the machine's",
  ),
  clients_per_core: count("gateway threads for each application core", 1, 64).default(1),
  multi_get: count("keys of a request through the gateway, to one shard; 1: a get", 1, 1000)
    .default(1),
  warm_up: duration({ min: 1e3, max: 1e9 }).default(5e5).describe("shards: before requests count"),
  window: duration({ min: 1e4, max: 10e9 }).default(2e6).describe("shards: while they do"),
});

/** The experiment. */
export const memcached = defineExperiment({
  id: "dinos/memcached",
  says: "memcached gets on DiNOS, NrOS and Linux, in one process and sharded behind a gateway",
  parameters,
  columns: {
    hosts: { role: "measure", says: "Dkernels, NUMA domains or shards in use" },
    throughput_mops: { role: "measure", says: "gets of all threads, million per second" },
    get_ns: { role: "measure", says: "core time of a get or request" },
  },
  replications: "mean",
  check(p, platform): Problem[] {
    const values = valuesOf(platform);
    if (values === undefined) return [noMemory(platform)];
    const problems: Problem[] = [];
    const wrong = (key: string, message: string) => problems.push({ path: [key], message });
    if (p.cores === 0) {
      wrong("cores", 'the process "memcached" has no cores to run on; give it at least 1');
    }
    const dinos = p.deployment === "dinos";
    const usable = dinos ? dkernels(p, values) : values.domains;
    if (dinos && p.interconnect === "numa-emulation" && usable >= values.domains) {
      wrong(
        "dkernels",
        `${usable} Dkernels and the Ckernel need ${usable + 1} NUMA domains; the machine has ` +
          `${values.domains}; use fewer, or interconnect: cxl`,
      );
    }
    if (p.cores > usable * values.coresPerDomain) {
      wrong(
        "cores",
        `${p.deployment} has ${
          usable * values.coresPerDomain
        } application cores here, not ${p.cores}`,
      );
    }
    const shape = memcachedShape(p.dataset, Math.max(1, p.cores), p.key, p.value);
    const need = shape.itemsBytes + shape.bucketsBytes;
    const room = usable * (p.domain_memory ?? values.domainCapacity);
    if (need > room) {
      wrong("dataset", `items and buckets take ${need} bytes; the domains have ${room}`);
    }
    return problems;
  },
  *run({ parameters: p, platform, simulation }): Generator<Row> {
    const machine = clocked(valuesOf(platform) as MemoryValues, p.turbo);
    const { coresPerDomain: per } = machine;
    const virtual = p.deployment === "dinos" || p.deployment === "nros";
    const values = p.deployment === "dinos"
      ? rackValues(machine, p.interconnect, dkernels(p, machine))
      : machine;
    if (p.deployment === "linux-uds" || p.deployment === "linux-tcp") {
      // A shard is bound to its domain and holds its part of the set.
      const shards = Math.min(machine.domains - 1, Math.floor(p.cores / per) + 1);
      const threads = Array.from({ length: machine.domains }, (_, d) => d === 0 ? p.workers : 0);
      const get = new ExpectedGet({
        shape: memcachedShape(p.dataset / shards, p.workers, p.key, p.value),
        values: machine,
        threads,
        memory: threads.map((_, d) => d === 0 ? 1 : 0),
        pageBytes: PAGES[p.linux_page],
        virtual: false,
      });
      const rate = gatewayThroughput(simulation(), {
        host: [...platform.hosts.values()][0],
        coresPerDomain: per,
        clients: p.cores * p.clients_per_core,
        shards,
        workersPerShard: p.workers,
        transport: p.deployment === "linux-uds" ? "uds" : "tcp",
        keys: p.multi_get,
        get: get.cost(0, 0, new Traffic(machine)).time,
        warmUp: p.warm_up,
        window: p.window,
      });
      yield { hosts: shards, throughput_mops: rate * 1e3, get_ns: p.cores / rate };
      return;
    }
    const shape = memcachedShape(p.dataset, p.cores, p.key, p.value);
    const need = shape.itemsBytes + shape.bucketsBytes;
    const room = p.domain_memory ?? machine.domainCapacity;
    const { cores, memory } = p.deployment === "dinos"
      ? placeCompactly(
        p.cores,
        need,
        Array.from({ length: dkernels(p, machine) }, () => ({ cores: per, memory: room })),
      )
      : firstTouch(p.cores, need, machine.domains, per, room);
    const pad = (list: readonly number[]) =>
      Array.from({ length: values.domains }, (_, d) => list[d] ?? 0);
    const get = new ExpectedGet({
      shape,
      values,
      threads: pad(cores),
      memory: pad(memory).map((b) => b / need),
      pageBytes: PAGES[virtual ? p.dinos_page : p.linux_page],
      virtual,
    });
    // Linux keeps one page table, where the first thread ran; NrOS and DiNOS replicate it.
    const tables = pad(cores).map((_, d) => virtual ? d : 0);
    const rate = expectedThroughput(get, tables, new Traffic(values));
    yield {
      hosts: cores.filter((n) => n > 0).length,
      throughput_mops: rate * 1e3,
      get_ns: p.cores / rate,
    };
  },
});

/** Hosts of the rack that run processes. In the emulation the Ckernel has a domain of its own. */
function dkernels(p: { readonly dkernels?: number | undefined }, values: MemoryValues): number {
  return p.dkernels ?? values.domains - 1;
}

/** Cores 0 to n-1; every thread fills its part of the set from its own domain, spilling when that is full. */
function firstTouch(n: number, bytesNeeded: number, domains: number, per: number, room: number) {
  const cores = Array.from({ length: domains }, (_, d) => Math.max(0, Math.min(per, n - d * per)));
  const memory = cores.map((c) => Math.min(room, bytesNeeded * c / n));
  let left = bytesNeeded - memory.reduce((a, b) => a + b, 0);
  for (let d = 0; d < domains && left > 0; d++) {
    const more = Math.min(left, room - memory[d]);
    memory[d] += more;
    left -= more;
  }
  return { cores, memory };
}
