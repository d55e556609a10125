/** A running benchmark of NR at 10 % writes, for measuring what simulating it costs. */
import { harnessSystem } from "../calibration.ts";
import type { HashMapSystem } from "../timed/system.ts";

/** Threads of the published machine that are tried: one, two and four sockets, and all hyperthreads. */
export const THREADS: readonly number[] = [24, 48, 96, 192];
const MS = 1e6;

/** NR with one replica per domain in use, past its start. */
export function steadySystem(threads: number, writeShare = 0.1): HashMapSystem {
  const domains = Array.from({ length: Math.min(4, Math.ceil(threads / 24)) }, (_, d) => d);
  const system = harnessSystem({ structure: "nr", replicas: domains, threads, writeShare });
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
