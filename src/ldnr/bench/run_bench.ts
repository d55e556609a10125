/**
 * `deno run -A src/ldnr/bench/run_bench.ts [--json]`: simulated map operations per second of processor and
 * of wall time, and whether cost is linear in operations, at 24 to 192 threads with 10 % and 50 % writes.
 */
import process from "node:process";
import { performance } from "node:perf_hooks";
import { simulateOperations, steadySystem, THREADS } from "./steady.ts";

const ONCE = 150_000;

interface Result {
  readonly threads: number;
  readonly write_percent: number;
  readonly mops_per_cpu_s: number;
  readonly mops_per_wall_s: number;
  /** Cost per operation of a run of twice the length, as a multiple. */
  readonly cost_of_twice: number;
}

function measure(threads: number, writes: number, operations: number) {
  const system = steadySystem(threads, writes);
  const cpu = process.cpuUsage().user;
  const wall = performance.now();
  const done = simulateOperations(system, operations);
  return {
    cpu: (process.cpuUsage().user - cpu) / 1e6 / done,
    wall: (performance.now() - wall) / 1e3 / done,
  };
}

/** The best of five: what other programs take away differs from round to round. */
function best(threads: number, writes: number, operations: number) {
  const rounds = Array.from({ length: 5 }, () => measure(threads, writes, operations));
  return {
    cpu: Math.min(...rounds.map((r) => r.cpu)),
    wall: Math.min(...rounds.map((r) => r.wall)),
  };
}

measure(96, 0.1, 2 * ONCE); // warms up the compiler
const results: Result[] = [];
for (const writes of [0.1, 0.5]) {
  for (const threads of THREADS) {
    const once = best(threads, writes, ONCE);
    const twice = best(threads, writes, 2 * ONCE);
    results.push({
      threads,
      write_percent: 100 * writes,
      mops_per_cpu_s: 1e-6 / twice.cpu,
      mops_per_wall_s: 1e-6 / twice.wall,
      cost_of_twice: twice.cpu / once.cpu,
    });
  }
}
if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
else console.table(results);
