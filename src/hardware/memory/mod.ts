/** The memory floor: NUMA domains, coherence, links between sockets, caches and TLBs of random access. */
export { hitRatios, type LineClass } from "./cache.ts";
export { type AccessMode, Coherence } from "./coherence.ts";
export { onGrid } from "./grid.ts";
export { MemoryLedger, OutOfMemoryError } from "./ledger.ts";
export { CacheLine, NOBODY } from "./line.ts";
export { ACCESS, LOAD, RATE, REGISTERS, SURE } from "./registers.ts";
export { MEMORY_PARTS } from "./parts/cascade-lake.ts";
export {
  type MemoryConstants,
  type MemoryPart,
  type MemoryValues,
  memoryValues,
} from "./parts/part.ts";
export {
  type AccessProfile,
  accessProfile,
  type Region,
  type TableShape,
} from "./random-access.ts";
export { SKYLAKE_TLB, SKYLAKE_TLB_CONSTANTS } from "./parts/tlb.ts";
export {
  type AccessClass,
  noTranslations,
  type PageBytes,
  Tlb,
  type TlbSpec,
  type TranslationCounts,
  type TranslationProfile,
  translationProfile,
  type Walkable,
} from "./tlb.ts";
export { gridRate, SampledTraffic, TRAFFIC_PERIOD } from "./sampled-traffic.ts";
export { loadedExtra, Traffic } from "./traffic.ts";
