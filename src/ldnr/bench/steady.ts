/** A running benchmark of NR at 10 % writes, for measuring what simulating it costs. */
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../../hardware/memory/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { costValues } from "../costs.ts";
import { HashMapSystem } from "../timed/system.ts";

/** Threads of the published machine that are tried: one, two and four sockets, and all hyperthreads. */
export const THREADS: readonly number[] = [24, 48, 96, 192];
const MS = 1e6;

/** NR with one replica per domain in use, past its start. */
export function steadySystem(threads: number, writeShare = 0.1): HashMapSystem {
  const domains = Array.from({ length: Math.min(4, Math.ceil(threads / 24)) }, (_, d) => d);
  const system = new HashMapSystem(new Simulation({ seed: 1 }), {
    values: memoryValues(MEMORY_PARTS.get("xeon-6252-4s") as MemoryPart),
    threadsPerCore: 2,
    costs: costValues(),
    structure: "nr",
    replicas: domains,
    threads,
    writeShare,
    extraOperations: 0,
    localOperations: 0,
    localEntries: 65_536,
    entries: 67_108_864,
    pageBytes: 4096,
    logBytes: 2 ** 25,
    nrVersion: "0.1",
    freeze: "all",
    outerLock: "distributed",
    shards: 4,
    exact: false,
  });
  system.sim.run(2 * MS);
  return system;
}

/** Simulate at least so many further operations; how many it were. */
export function simulateOperations(system: HashMapSystem, operations: number): number {
  const { sim, benchmark } = system;
  const from = benchmark.operations();
  while (benchmark.operations() - from < operations) sim.run(sim.now + 0.02 * MS);
  return benchmark.operations() - from;
}
