/**
 * `deno bench -A src/ldnr/bench`: time of 10 000 and of 20 000 simulated map operations at 24 to 192 threads
 * with 10 % writes. 10 ms an iteration of 10 000 is a million operations a second; twice the operations
 * take twice the time, whatever the number of threads: cost is linear in operations.
 */
import { simulateOperations, steadySystem, THREADS } from "./steady.ts";

for (const threads of THREADS) {
  const system = steadySystem(threads);
  for (const operations of [10_000, 20_000]) {
    Deno.bench({
      name: `${threads} threads, ${operations} operations`,
      group: `${threads} threads`,
      baseline: operations === 10_000,
      fn: () => {
        simulateOperations(system, operations);
      },
    });
  }
}
