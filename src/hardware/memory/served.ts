/** Where the misses of the coherence protocol are served, and how long that takes. */
import { onGrid } from "./grid.ts";
import type { MemoryValues } from "./parts/part.ts";

// Places in the tables of latencies.

/** By another core of the same socket. */
export const OWN_SOCKET: number = 0;
/** By a modified line whose owner's domain is its home, too. */
export const FROM_HOME: number = 1;
/** By a modified line of another domain, asked for by a core of its home. */
export const AT_HOME: number = 2;
/** By a modified line where requester, owner and home are three domains. */
export const THIRD: number = 3;
/** By the requester's own memory. */
export const MEMORY: number = 4;
/** By another domain's memory. */
export const FAR_MEMORY: number = 5;
/** By the domain's last-level cache. */
export const L3: number = 6;

/** Latencies of misses, ns, by where they are served. */
export interface MissTimes {
  /** As measured; on the grid of times; and with what it adds that the line is moving already. */
  readonly latencies: readonly number[];
  readonly alone: readonly number[];
  readonly behind: readonly number[];
}

/** The latencies of a machine. */
export function missTimes(values: MemoryValues): MissTimes {
  const latencies = [
    values.transferLocal,
    values.transferHomeOwner,
    values.transferHomeRequester,
    values.transferHomeThird,
    values.localLatency,
    values.remoteLatency,
    values.l3Latency,
  ];
  // One message from socket to socket: half of what a remote load takes longer.
  const hop = (values.remoteLatency - values.localLatency) / 2;
  // The slowest access that no other socket takes part in.
  const inSocket = Math.max(values.localLatency, values.transferLocal, values.l3Latency);
  // Two requests for one line at a time are a conflict. If the line changes sockets the home resolves
  // it by one more message, to the socket that has just got the line.
  const behind = latencies.map((latency) => onGrid(latency + (latency > inSocket ? hop : 0)));
  return { latencies, alone: latencies.map(onGrid), behind };
}
