/** Costs of memcached, each with mark and source. Two are calibrated; nothing of chapter 6 is. */
import type { MemoryValues } from "../../hardware/memory/mod.ts";
import type { Mark } from "../../hardware/parts/part.ts";

/** One cost, ns unless its name says otherwise. */
export interface MemcachedCost {
  readonly value: number;
  readonly mark: Mark;
  readonly source: string;
}

const cost = (value: number, mark: Mark, source: string): MemcachedCost => ({
  value,
  mark,
  source,
});

const PAIR =
  "UDS and TCP round trips of 4 KiB between two processes of a CloudLab two-socket machine " +
  "(12.2 and 20.5 us on one socket, 24.6 and 32.5 us across), less two wake-ups of 5 us";

/** The costs in use. */
export const MEMCACHED_COSTS = {
  getCpu: cost(
    227,
    "calibrated",
    "7.94 M gets/s of 3 threads on a 10 MiB set in a virtual machine (sample output of the benchmark's " +
      "own test): format the key, hash, compare, xor of the value",
  ),
  gatewayCpu: cost(
    1_500,
    "calibrated",
    "16 us for a lone request over a Unix socket, the middle of 12 to 20 us: what is left for libmemcached " +
      "(a key) after the server, system calls and wake-ups",
  ),
  serverCpu: cost(
    700,
    "assumed",
    "memcached's event loop around a get: libevent dispatch, parsing, answer",
  ),
  udsCall: cost(550, "measured", `a send or receive on a Unix socket: ${PAIR}, in four calls`),
  tcpCall: cost(2_600, "measured", `the same over loopback TCP: ${PAIR}, in four calls`),
  pollCall: cost(
    400,
    "assumed",
    "epoll_wait or poll that finds something: system call and ready list",
  ),
  emptyRead: cost(
    150,
    "assumed",
    "a read that finds nothing: a system call and a look at the queue",
  ),
  crossSocket: cost(
    6_200,
    "measured",
    `a message to another socket: half of what it adds: ${PAIR}`,
  ),
  nestedWalk: cost(
    4,
    "assumed",
    "in a virtual machine: further loads of a page walk that find their (2 MiB) nested entries in L2; a count",
  ),
} as const satisfies Record<string, MemcachedCost>;

/** Busy cores of the run that the CPU time of a get was calibrated on. */
const REFERENCE_CORES = 3;

/**
 * CPU time of a get, ns, on a socket of which so many cores are busy: turbo falls from that of a single core
 * to that of all, in proportion (as in LD-NR's model of the same machine).
 */
export function getCpu(values: MemoryValues, busy: number): number {
  const { coresPerDomain, turboSingle, turboAll } = values;
  const clock = (n: number) =>
    turboSingle +
    (turboAll - turboSingle) * (Math.min(n, coresPerDomain) - 1) / Math.max(1, coresPerDomain - 1);
  return MEMCACHED_COSTS.getCpu.value * clock(REFERENCE_CORES) / clock(Math.max(1, busy));
}
