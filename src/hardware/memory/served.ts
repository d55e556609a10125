/** Where the misses of the coherence protocol are served. */

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

/** Where a line that a core of `owner` has modified comes from, for a core of `requester`. */
export function served(owner: number, requester: number, home: number): number {
  if (owner === requester) return OWN_SOCKET;
  if (home === owner) return FROM_HOME;
  return home === requester ? AT_HOME : THIRD;
}
