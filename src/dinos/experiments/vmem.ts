/** `dinos/vmem`: memcached while replicas of its page table are dropped and added. */
import { z } from "zod";
import type { MemoryValues } from "../../hardware/memory/mod.ts";
import { defineExperiment, type Problem, type Row } from "../../model/mod.ts";
import { bytes, duration } from "../../units/mod.ts";
import { ExpectedGet, memcachedShape } from "../../workloads/memcached/mod.ts";
import { type InterconnectName, INTERCONNECTS, rackValues } from "../os/interconnect.ts";
import { VmemSystem } from "../os/vmem.ts";
import { count, noMemory, valuesOf } from "./common.ts";

const MIB = 2 ** 20;
const SECOND = 1e9;

const change = z.strictObject({
  at: duration().describe("time in the run"),
  add: count("Dkernel that gets a replica", 0, 15).optional(),
  remove: count("Dkernel whose replica goes", 0, 15).optional(),
}).refine((c) => (c.add === undefined) !== (c.remove === undefined), {
  error: "expected either add or remove, with a Dkernel",
});

const parameters = z.strictObject({
  hosts: count("Dkernels on which the process has cores", 1, 16).default(3),
  cores_per_host: count("its threads on each", 1, 24).default(24),
  interconnect: z.enum(Object.keys(INTERCONNECTS) as [InterconnectName, ...InterconnectName[]])
    .default("numa-emulation"),
  dataset: bytes({ min: MIB, max: 2 ** 40 }).default(64 * 2 ** 30).describe("bytes of items"),
  key: bytes({ min: 1, max: 250 }).default(8),
  value: bytes({ min: 1, max: 2 ** 20 }).default(64),
  page: z.enum(["4KiB", "2MiB"]).default("4KiB").describe(
    "pages of the process; the chapter does not say which",
  ),
  chunk: bytes({ min: 2 * MIB, max: 2 ** 30 }).default(64 * MIB).describe("one map operation"),
  changes: z.array(change).default([]).describe("replicas dropped and added"),
  frozen: z.enum(["process", "kernel"]).default("process").describe(
    "what waits during a change: all threads of the process, or those that enter the kernel",
  ),
  tick: duration({ min: 1e6, max: 60e9 }).default(0.83e9).describe("timer period of a core"),
  start: duration().default(45e9).describe("time of the first sample"),
  until: duration({ min: 1e6 }).default(70e9),
  sample: duration({ min: 1e6, max: 60e9 }).default(1e9),
  window: duration({ min: 1e4, max: 1e9 }).default(5e5).describe(
    "simulated time that stands for a sample while nothing changes",
  ),
  log: bytes({ min: 2 ** 14, max: 2 ** 30 }).default(2 * MIB).describe("LD-NR's log"),
});

/** The experiment. */
export const vmem = defineExperiment({
  id: "dinos/vmem",
  says: "memcached gets and page-table memory while replicas of the page table come and go",
  parameters,
  columns: {
    time_s: { role: "key", says: "end of the sample" },
    replicas: { role: "key", says: "replicas of the page table at the end of the sample" },
    throughput_mops: { role: "measure", says: "gets of all threads, million per second" },
    vmem_mib: { role: "measure", says: "tables of all replicas" },
    change_ms: {
      role: "measure",
      says: "duration of the change in the sample; 0 when there was none",
    },
  },
  replications: "mean",
  check(p, platform): Problem[] {
    const values = valuesOf(platform);
    if (values === undefined) return [noMemory(platform)];
    const problems: Problem[] = [];
    if (p.interconnect === "numa-emulation" && p.hosts >= values.domains) {
      problems.push({
        path: ["hosts"],
        message:
          `${p.hosts} Dkernels and the Ckernel need ${p.hosts + 1} NUMA domains; the machine ` +
          `has ${values.domains}; use fewer, or interconnect: cxl`,
      });
    }
    const now = new Set(Array.from({ length: p.hosts }, (_, h) => h));
    let before = 0;
    p.changes.forEach((c, i) => {
      const host = (c.add ?? c.remove) as number;
      const wrong = (message: string) => problems.push({ path: ["changes", i], message });
      if (host >= p.hosts) {
        wrong(`Dkernel ${host} has no cores of the process; replicas live on 0..${p.hosts - 1}`);
      } else if (c.add !== undefined && now.has(host)) {
        wrong(`Dkernel ${host} has a replica already`);
      } else if (c.remove !== undefined && !now.has(host)) wrong(`Dkernel ${host} has no replica`);
      else if (c.remove !== undefined && now.size === 1) {
        wrong(`the replica on Dkernel ${host} is the last one; add another first`);
      }
      if (c.add !== undefined) now.add(host);
      else now.delete(host);
      if (c.at < Math.max(before, p.start) || c.at >= p.until) {
        wrong("changes are in order of time, from start to until");
      }
      before = c.at;
    });
    if (p.until <= p.start) problems.push({ path: ["until"], message: "until is not after start" });
    return problems;
  },
  *run({ parameters: p, platform, simulation }): Generator<Row> {
    const values = rackValues(valuesOf(platform) as MemoryValues, p.interconnect, p.hosts);
    const pageBytes = p.page === "4KiB" ? 4096 : 2097152;
    const hosts = Array.from({ length: p.hosts }, (_, h) => h);
    const on = (share: number) =>
      Array.from({ length: values.domains }, (_, d) => d < p.hosts ? share : 0);
    const shape = memcachedShape(p.dataset, p.hosts * p.cores_per_host, p.key, p.value);
    const sim = simulation();
    const system = new VmemSystem(sim, {
      values,
      gets: new ExpectedGet({
        shape,
        values,
        threads: on(p.cores_per_host),
        memory: on(1 / p.hosts),
        pageBytes,
        virtual: true,
      }),
      cores: hosts.flatMap((h) =>
        Array.from({ length: p.cores_per_host }, (_, c) => h * values.coresPerDomain + c)
      ),
      replicas: hosts,
      pageBytes,
      addressSpace: shape.mappedBytes + shape.bucketsBytes,
      chunk: p.chunk,
      frozen: p.frozen,
      tick: p.tick,
      interrupt: INTERCONNECTS[p.interconnect].interrupt.value,
      logBytes: p.log,
    });
    const threads = p.hosts * p.cores_per_host;
    while (system.ready < threads) sim.run(sim.now + 1e6);
    sim.run(sim.now + p.window);
    const pending = [...p.changes];
    /** Changes asked for, and the time at which the last one's effects are over. */
    let [target, settled] = [0, 0];
    for (let begin = p.start; begin < p.until; begin += p.sample) {
      const end = Math.min(p.until, begin + p.sample);
      const made = system.changes.length;
      let [done, at] = [0, begin];
      const simulate = (span: number) => {
        const from = system.operations();
        sim.run(sim.now + span);
        return system.operations() - from;
      };
      while (at < end) {
        if (pending.length > 0 && pending[0].at <= at) {
          const c = pending.shift() as z.output<typeof change>;
          target++;
          system.change(c.add === undefined ? "remove" : "add", (c.add ?? c.remove) as number);
          settled = Infinity;
        }
        if (system.changes.length < target || at < settled) {
          // Every nanosecond of a change is simulated, and a window in which caches warm up again.
          const step = Math.min(1e5, end - at);
          done += simulate(step);
          at += step;
          if (settled === Infinity && system.changes.length >= target) settled = at + p.window;
          continue;
        }
        const span = Math.min(end, pending[0]?.at ?? Infinity) - at;
        const window = Math.min(p.window, span);
        done += simulate(window) * span / window;
        at += span;
      }
      yield {
        time_s: end / SECOND,
        replicas: system.dispatcher.replicaList().length,
        throughput_mops: done / (end - begin) * 1e3,
        vmem_mib: system.bytes() / MIB,
        change_ms: system.changes.slice(made).reduce((sum, c) => sum + c.time, 0) / 1e6,
      };
    }
  },
});
