/** Memory systems of Cascade Lake machines: the chapter's test machine and those that were published. */
import type { Constant, Mark } from "../../parts/part.ts";
import type { MemoryConstants, MemoryPart } from "./part.ts";

const of = (value: number, unit: string, mark: Mark, source: string): Constant => ({
  value,
  unit,
  mark,
  source,
});

const GIB = 2 ** 30;
const FDIO = "FD.io CSIT, Calibration Data - Cascadelake: Intel MLC 3.7 on 2 x 24 cores, DDR4-2933";
const ALIYUN = "Intel MLC 3.9 on 2 x Platinum 8269CY, DDR4-2666 (plantegg blog repository)";
const C2C = "core-to-core CAS ping-pong, 2 x Platinum 8275CL (nviennot/core-to-core-latency)";
const ARK = "Intel ARK";
const SKX = "Intel optimization reference manual, Skylake server: ";

/** What all Cascade Lake server parts here share. */
const COMMON: Omit<
  MemoryConstants,
  "domains" | "coresPerDomain" | "domainCapacity" | "turboSingle" | "turboAll" | "linksPerPair"
> = {
  smtSlowdown: of(
    1.6,
    "count",
    "assumed",
    "two hardware threads of a core together do 1.25 times the work of one",
  ),
  l2: of(2 ** 20, "bytes", "datasheet", `${ARK}: 1 MiB a core`),
  l3: of(35.75 * 2 ** 20, "bytes", "datasheet", `${ARK}: 35.75 MiB`),
  l2Latency: of(5, "ns", "datasheet", SKX + "14 cycles at 2.8-3.1 GHz"),
  l3Latency: of(22, "ns", "datasheet", SKX + "50 to 70 cycles"),
  localLatency: of(81.2, "ns", "measured", `${FDIO}: idle latency, same node`),
  remoteLatency: of(137, "ns", "measured", `${FDIO}: 130.2; ${ALIYUN}: 143.8; their mean`),
  memoryBandwidth: of(122.1e9, "B/s", "measured", `${FDIO}: read bandwidth of one node`),
  linkBandwidth: of(
    17.1e9,
    "B/s",
    "measured",
    `${FDIO}: 51.3 GB/s over three links; 34.3 over two at VSC Genius: 17.1 a link`,
  ),
  transferLocal: of(46.6, "ns", "measured", `${C2C}: mean within a socket (MLC: 49 to 56)`),
  transferHomeOwner: of(115.6, "ns", "measured", `${FDIO}: remote HITM, homed at the writer`),
  transferHomeRequester: of(178.3, "ns", "measured", `${FDIO}: remote HITM, homed at the reader`),
  transferHomeThird: of(
    206,
    "ns",
    "assumed",
    "homed on neither: the reader-homed transfer with one more socket-to-socket hop, half of the " +
      "difference between a remote and a local load",
  ),
  cacheHit: of(1.6, "ns", "datasheet", SKX + "5 cycles load-to-use"),
  atomicHit: of(6.5, "ns", "datasheet", "Agner Fog, instruction tables: LOCK XADD 18 cycles"),
  outstandingMisses: of(12, "count", "datasheet", SKX + "12 line fill buffers"),
  tlbEntries: of(1536, "count", "datasheet", SKX + "second-level TLB, 4 KiB and 2 MiB pages"),
  pageFault: of(
    500,
    "ns",
    "assumed",
    "anonymous page, zeroed: 0.25 us of kernel path and 4 KiB zeroed and charged; typical of Linux 5.x",
  ),
  copyRate: of(
    6e9,
    "B/s",
    "assumed",
    "one core: 12 outstanding 64-byte misses at 137 ns each give 5.6 GB/s, a little more with L2 prefetch",
  ),
};

/** The chapter's test machine: 4 x Platinum 8260, fully connected by one UPI link a pair. */
export const xeon8260x4: MemoryPart = {
  id: "xeon-8260-4s",
  title: "4 x Xeon Platinum 8260, one UPI link a pair",
  constants: {
    ...COMMON,
    domains: of(4, "count", "published", "Dissertation 6.2.3.1: four equidistant domains"),
    coresPerDomain: of(24, "count", "published", "Dissertation 6.2.3.1: 24 cores each"),
    domainCapacity: of(192 * GIB, "bytes", "assumed", "6 channels with one 32 GiB DIMM each"),
    turboSingle: of(3.9e9, "Hz", "datasheet", `${ARK}: maximum turbo`),
    turboAll: of(3.1e9, "Hz", "datasheet", "all-core turbo, non-AVX (specification update)"),
    linksPerPair: of(1, "count", "datasheet", "three UPI links, one to each other socket"),
  },
};

/** The machine of the published NR hash-map benchmark, as far as known: 4 x Gold 6252. */
export const xeon6252x4: MemoryPart = {
  id: "xeon-6252-4s",
  title: "4 x Xeon Gold 6252, one UPI link a pair",
  constants: {
    ...xeon8260x4.constants,
    domains: of(4, "count", "published", "node-replication README: 4 sockets, 96 cores"),
    coresPerDomain: of(24, "count", "published", "node-replication README: 4 sockets, 96 cores"),
    turboSingle: of(3.7e9, "Hz", "datasheet", `${ARK}: maximum turbo`),
    turboAll: of(2.8e9, "Hz", "datasheet", "all-core turbo, non-AVX (specification update)"),
  },
};

/** Two-socket machines on which the latencies were measured, for validation. */
const clx2sFdio: MemoryPart = {
  id: "clx-2s-3upi",
  title: "2 x 24-core Cascade Lake, three UPI links (FD.io CSIT)",
  constants: {
    ...xeon8260x4.constants,
    domains: of(2, "count", "published", FDIO),
    linksPerPair: of(3, "count", "published", FDIO),
  },
};

/** The same with two links, as VSC Genius. */
const clx2sVsc: MemoryPart = {
  ...clx2sFdio,
  id: "clx-2s-2upi",
  title: "2 x 18-core Cascade Lake, two UPI links (VSC Genius)",
  constants: {
    ...clx2sFdio.constants,
    coresPerDomain: of(18, "count", "datasheet", `${ARK}: Gold 6240`),
    l3: of(24.75 * 2 ** 20, "bytes", "datasheet", `${ARK}: Gold 6240, 24.75 MiB`),
    linksPerPair: of(2, "count", "published", "HPC Leuven, VscDocumentation: MLC on Genius"),
  },
};

/** Every named memory system. */
export const MEMORY_PARTS: ReadonlyMap<string, MemoryPart> = new Map(
  [xeon8260x4, xeon6252x4, clx2sFdio, clx2sVsc].map((p) => [p.id, p]),
);
