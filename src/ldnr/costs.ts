/**
 * CPU costs of the library and of the maps, each with its mark and source. Three are calibrated, on the
 * published hash-map measurements of another machine (data/ldnr/published_hashmap_calibration.csv);
 * nothing of chapter 6 is.
 */
import type { Mark } from "../hardware/parts/part.ts";

/** One cost: nanoseconds at the reference clock unless its name says otherwise. */
export interface Cost {
  readonly value: number;
  readonly mark: Mark;
  readonly source: string;
}

const cost = (value: number, mark: Mark, source: string): Cost => ({ value, mark, source });

const FITTED =
  "published_hashmap_calibration.csv, by `tools`-free least squares in calibration_test.ts";

/** Clock at which CPU costs are stated: all-core turbo of the machine they were fitted on. */
export const REFERENCE_CLOCK = 2.8e9;

/** Costs that the timed model uses. */
export const COSTS = {
  getCpu: cost(48, "calibrated", FITTED),
  putCpu: cost(128, "calibrated", FITTED),
  gracePeriod: cost(11_500, "calibrated", FITTED),
  round: cost(
    50,
    "assumed",
    "a combiner's round: clear its buffers, set up the two closures, start the loops",
  ),
  roundPerThread: cost(
    8,
    "assumed",
    "of which per registered thread: two loads, a comparison and a store to collect, a load to answer",
  ),
  dispatch: cost(
    45,
    "assumed",
    "LD-NR per operation: ordered-map lookup of the replica, two hash lookups of its tail and mask, " +
      "copy of a 128-bit map; some 15 ns each",
  ),
  affinity: cost(
    300,
    "assumed",
    "one system call that sets a memory policy: 0.2 to 0.5 us with Linux 5.15's entry mitigations",
  ),
  unmapPage: cost(100, "assumed", "munmap of touched 4 KiB pages: 0.1 us a page"),
  poll: cost(1, "assumed", "one poll of a word in the own cache, three instructions"),
  futexWake: cost(
    5_000,
    "assumed",
    "waking a parked thread: futex system call, inter-processor interrupt, switch on an idle core",
  ),
  futexCall: cost(1_000, "assumed", "the waker's side of that, one system call for each thread"),
  parkAfter: cost(
    2_800,
    "assumed",
    "parking_lot spins 2 + 4 + 8 PAUSE, then yields seven times (0.3 us a system call) before it parks",
  ),
  pause: cost(
    50,
    "datasheet",
    "PAUSE: 140 cycles since Skylake (Intel optimization reference manual), at the reference clock",
  ),
  sipHash: cost(
    10.9,
    "published",
    "SipHash-1-3 of a u64, contained in getCpu and putCpu (aHash repository, compare/readme.md)",
  ),
  aHash: cost(1.6, "published", "aHash 0.3 of a u64, with AES instructions (the same table)"),
  bitReverse: cost(
    5,
    "assumed",
    "liburcu reverses the key's bits by eight table lookups; the harness gives the key as its hash",
  ),
  graceVisit: cost(
    1_700,
    "assumed",
    "a grace period's two phases each interrupt every registered thread (membarrier, 0.3 us), read its " +
      "counter (a modified line, 0.15 us) and move it to another list (0.4 us)",
  ),
  allocation: cost(60, "assumed", "malloc and free of a small node, thread-local free lists"),
  replaceBoxed: cost(
    490,
    "assumed",
    "flurry's put beyond what std's does: a boxed value (in early versions a node as well) allocated, swapped " +
      "in under the bin's mutex, the old one deferred and freed; set in view of the published points, the " +
      "source explains a third of it",
  ),
  casAttempts: cost(
    2,
    "assumed",
    "attempts of a contended compare-and-swap loop without back-off: a count; fetch-and-increment by " +
      "such loops is some four times slower than in hardware (David et al., SOSP 2013)",
  ),
  copyBag: cost(
    23,
    "datasheet",
    "crossbeam-epoch's bag and participant are 2 KiB each: one 32-byte store a cycle to fill or copy one",
  ),
} as const satisfies Record<string, Cost>;

/** The values alone; an experiment may overwrite some. */
export type CostValues = { readonly [K in keyof typeof COSTS]: number };

/** Values of `COSTS`, with some overwritten. */
export function costValues(over: Partial<CostValues> = {}): CostValues {
  const values = Object.fromEntries(Object.entries(COSTS).map(([k, c]) => [k, c.value]));
  return { ...values, ...over } as CostValues;
}
