/** Where the misses of the coherence protocol are served. */

/** Where a miss is served: places in the tables of latencies. */
export const OWN_SOCKET: number = 0;
export const FROM_HOME: number = 1;
export const AT_HOME: number = 2;
export const THIRD: number = 3;
export const MEMORY: number = 4;
export const FAR_MEMORY: number = 5;
export const L3: number = 6;

/** Where a line that a core of `owner` has modified comes from, for a core of `requester`. */
export function served(owner: number, requester: number, home: number): number {
  if (owner === requester) return OWN_SOCKET;
  if (home === owner) return FROM_HOME;
  return home === requester ? AT_HOME : THIRD;
}
