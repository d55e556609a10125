/** Sizes of translation caches, each with its source. */
import type { Constant } from "../../parts/part.ts";
import type { TlbSpec } from "../tlb.ts";

const SKX = "Intel optimization reference manual, Skylake: ";
const MMU = "van Schaik et al., Reverse Engineering Hardware Page Table Caches (2017), Skylake: ";
const of = (value: number, unit: string, source: string): Constant => ({
  value,
  unit,
  mark: "datasheet",
  source,
});

/** Translation caches of a Skylake or Cascade Lake core. */
export const SKYLAKE_TLB_CONSTANTS = {
  smallEntries: of(64, "count", SKX + "first-level data TLB, 4 KiB pages"),
  smallWays: of(4, "count", SKX + "first-level data TLB, 4 KiB pages"),
  largeEntries: of(32, "count", SKX + "first-level data TLB, 2 MiB pages"),
  largeWays: of(4, "count", SKX + "first-level data TLB, 2 MiB pages"),
  sharedEntries: of(1536, "count", SKX + "second-level TLB, 4 KiB and 2 MiB pages"),
  sharedWays: of(12, "count", SKX + "second-level TLB"),
  sharedHit: of(3, "ns", SKX + "a miss of the first level that hits the second: 9 cycles"),
  pdeEntries: { ...of(32, "count", MMU + "24 to 32 entries"), mark: "published" as const },
  pdpteEntries: { ...of(4, "count", MMU + "3 to 4 entries"), mark: "published" as const },
  pml4eEntries: {
    ...of(4, "count", "as many as of the level below; no machine here has more than one in use"),
    mark: "assumed" as const,
  },
} satisfies Record<string, Constant>;

const value = (name: keyof typeof SKYLAKE_TLB_CONSTANTS) => SKYLAKE_TLB_CONSTANTS[name].value;

/** The same as a model of address translation takes them; times in ns. */
export const SKYLAKE_TLB: TlbSpec = {
  first: {
    4096: { entries: value("smallEntries"), ways: value("smallWays") },
    2097152: { entries: value("largeEntries"), ways: value("largeWays") },
  },
  second: { entries: value("sharedEntries"), ways: value("sharedWays") },
  secondHit: value("sharedHit"),
  walk: [value("pdeEntries"), value("pdpteEntries"), value("pml4eEntries")],
};
