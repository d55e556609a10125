/** Costs of memcached, each with mark and source. Two are calibrated; nothing of chapter 6 is. */
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
    190,
    "calibrated",
    "7.94 M gets/s of 3 threads on a 10 MB set in a virtual machine (sample output of the benchmark's " +
      "own test): format the key, hash, compare, xor of the value",
  ),
  gatewayCpu: cost(
    1_500,
    "calibrated",
    "12 to 20 us for a request with both its processes: what is left of their middle for libmemcached " +
      "and the server's parser after system calls and wake-ups",
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
