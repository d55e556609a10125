/** What a named NUMA machine is: constants of its memory system, each with unit, mark and source. */
import type { Constant } from "../../parts/part.ts";

/** Constants of a NUMA machine's memory system; rates in bytes/s, times in ns, sizes in bytes. */
export interface MemoryConstants {
  /** NUMA domains (sockets), all pairwise one hop apart, and cores of each. */
  readonly domains: Constant;
  readonly coresPerDomain: Constant;
  /** Memory of one domain. */
  readonly domainCapacity: Constant;
  /** Clock with one active core of a socket, and with all of them. */
  readonly turboSingle: Constant;
  readonly turboAll: Constant;
  /** CPU time of a thread whose sibling hardware thread is busy, as a multiple. */
  readonly smtSlowdown: Constant;
  /** Private L2 of a core and shared L3 of a socket, and their load-to-use latencies. */
  readonly l2: Constant;
  readonly l3: Constant;
  readonly l2Latency: Constant;
  readonly l3Latency: Constant;
  /** Idle latency of a load from local memory, and from another socket's. */
  readonly localLatency: Constant;
  readonly remoteLatency: Constant;
  /** Read bandwidth of one domain's memory, and of one direction of one socket-to-socket link. */
  readonly memoryBandwidth: Constant;
  readonly linkBandwidth: Constant;
  /** Links between a pair of sockets. */
  readonly linksPerPair: Constant;
  /** Load of a line that another core has modified: same socket; remote, by where its home is. */
  readonly transferLocal: Constant;
  readonly transferHomeOwner: Constant;
  readonly transferHomeRequester: Constant;
  readonly transferHomeThird: Constant;
  /** Load or store that hits the core's own cache; locked read-modify-write of an owned line. */
  readonly cacheHit: Constant;
  readonly atomicHit: Constant;
  /** Misses that one core keeps in flight (line fill buffers). */
  readonly outstandingMisses: Constant;
  /** Entries of the second-level TLB. */
  readonly tlbEntries: Constant;
  /** Fault on a fresh anonymous 4 KiB page, zeroing included. */
  readonly pageFault: Constant;
  /** Copy rate of one core, reading remote or local memory and writing local memory. */
  readonly copyRate: Constant;
}

/** A named NUMA machine. Its id is that of the host part that has this memory system. */
export interface MemoryPart {
  readonly id: string;
  readonly title: string;
  readonly constants: MemoryConstants;
}

/** The values alone, for models. */
export type MemoryValues = { readonly [K in keyof MemoryConstants]: number };

/** Values of a part, with some overwritten (a sweep, a counterfactual). */
export function memoryValues(part: MemoryPart, over: Partial<MemoryValues> = {}): MemoryValues {
  const values = Object.fromEntries(
    Object.entries(part.constants).map(([k, c]) => [k, (c as Constant).value]),
  );
  return { ...values, ...over } as unknown as MemoryValues;
}
