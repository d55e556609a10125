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
import { count, noMemory, valuesOf } from "./common.ts";

/** Deployments of Figure 6.10. */
export const DEPLOYMENTS = ["dinos", "linux-proc", "nros", "linux-uds", "linux-tcp"] as const;

const page = (says: string) => bytes({ min: 4096, max: 2 ** 30 }).describe(says);

const parameters = z.strictObject({
  deployment: z.enum(DEPLOYMENTS).default("dinos"),
  cores: z.int().min(0).max(4096).default(24).describe("application cores"),
  dataset: bytes({ min: 2 ** 20, max: 2 ** 44 }).default(64 * 2 ** 30).describe("bytes of items"),
  key: bytes({ min: 1, max: 250 }).default(8),
  value: bytes({ min: 1, max: 2 ** 20 }).default(64),
  dinos_page: page("page size of process memory on DiNOS and NrOS").default(2 * 2 ** 20),
  linux_page: page("page size on Linux: malloc without huge pages").default(4096),
  workers: count("worker threads of a shard", 1, 1024).default(24),
  interconnect: z.enum(Object.keys(INTERCONNECTS) as [InterconnectName, ...InterconnectName[]])
    .default("numa-emulation").describe("what joins DiNOS's hosts"),
  domain_memory: bytes({ min: 2 ** 20 }).optional().describe(
    "memory of a domain; default: the machine's",
  ),
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
    // The Ckernel has a domain of its own.
    const usable = p.deployment === "dinos" && p.interconnect === "numa-emulation"
      ? values.domains - 1
      : values.domains;
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
    const machine = valuesOf(platform) as MemoryValues;
    const { coresPerDomain: per } = machine;
    const virtual = p.deployment === "dinos" || p.deployment === "nros";
    const values = p.deployment === "dinos"
      ? rackValues(machine, p.interconnect, machine.domains)
      : machine;
    if (p.deployment === "linux-uds" || p.deployment === "linux-tcp") {
      // A shard is bound to its domain and holds its part of the set.
      const shards = Math.min(Math.ceil(machine.domains - 1), Math.floor(p.cores / per) + 1);
      const threads = Array.from({ length: machine.domains }, (_, d) => d === 0 ? p.workers : 0);
      const get = new ExpectedGet({
        shape: memcachedShape(p.dataset / shards, p.workers, p.key, p.value),
        values,
        threads,
        memory: threads.map((_, d) => d === 0 ? 1 : 0),
        pageBytes: p.linux_page,
        virtual: false,
      });
      const rate = gatewayThroughput(simulation(), {
        host: [...platform.hosts.values()][0],
        cores: p.cores,
        coresPerDomain: per,
        shards,
        workersPerShard: p.workers,
        transport: p.deployment === "linux-uds" ? "uds" : "tcp",
        get: get.cost(0, 0, new Traffic(values)).time,
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
        Array.from({ length: values.domains - 1 }, () => ({ cores: per, memory: room })),
      )
      : firstTouch(p.cores, need, machine.domains, per, room);
    const pad = (list: readonly number[]) =>
      Array.from({ length: values.domains }, (_, d) => list[d] ?? 0);
    const get = new ExpectedGet({
      shape,
      values,
      threads: pad(cores),
      memory: pad(memory).map((b) => b / need),
      pageBytes: virtual ? p.dinos_page : p.linux_page,
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
