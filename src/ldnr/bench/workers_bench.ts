/**
 * `deno run -A src/ldnr/bench/workers_bench.ts [workers]`: simulated map operations per wall second of 96 threads with
 * 10 % and 50 % writes where as many simulations run side by side as there are cores, which is how the
 * tool runs what a scenario sweeps.
 */
import { availableParallelism } from "node:os";
import process from "node:process";
import { performance } from "node:perf_hooks";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { simulateOperations, steadySystem } from "./steady.ts";

const OPERATIONS = 500_000;

/** A worker: gets ready, and on each message simulates; tells how many operations it were. */
function serve(): void {
  parentPort?.on("message", (writes: number | "begin") => {
    if (writes === "begin") parentPort?.postMessage(simulateOperations(system, OPERATIONS));
    else {
      system = steadySystem(96, writes);
      simulateOperations(system, OPERATIONS / 2);
      parentPort?.postMessage("ready");
    }
  });
}
let system = steadySystem(1);

/** What each of `workers` answers to `message`. */
function ask(workers: readonly Worker[], message: unknown): Promise<unknown[]> {
  return Promise.all(workers.map((worker) =>
    new Promise((resolve) => {
      worker.once("message", resolve);
      worker.postMessage(message);
    })
  ));
}

async function measure(n: number): Promise<void> {
  const workers = Array.from({ length: n }, () => new Worker(new URL(import.meta.url)));
  for (const writes of [0.1, 0.5]) {
    await ask(workers, writes);
    const speeds: number[] = [];
    for (let round = 0; round < 7; round++) {
      const from = performance.now();
      const done = await ask(workers, "begin") as number[];
      speeds.push(done.reduce((a, b) => a + b) / (performance.now() - from) / 1e3);
    }
    speeds.sort((a, b) => a - b);
    console.log(
      `${n} workers, ${100 * writes} % writes: ${speeds.map((s) => s.toFixed(2)).join(", ")} ` +
        `million operations per wall second`,
    );
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
}

if (isMainThread) await measure(Number(process.argv[2] ?? availableParallelism()));
else serve();
