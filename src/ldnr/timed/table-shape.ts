/** Memory of the hash maps under test, from their source: how many bytes and which dependent accesses. */
import type { TableShape } from "../../hardware/memory/mod.ts";

/** A page, bytes. */
export const PAGE_4K = 4096;

/** A huge page, bytes. */
export const PAGE_2M = 2 * 2 ** 20;

/** Buckets of a hashbrown table that was made with capacity for `entries`: at most 7/8 full. */
export function hashbrownBuckets(entries: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(4, entries * 8 / 7)));
}

/** std's (hashbrown's) map of u64 to u64: a control byte a bucket, probed by groups, and the buckets. */
export function hashbrown(entries: number, pageBytes: number): TableShape {
  const buckets = hashbrownBuckets(entries);
  return {
    regions: [{ bytes: buckets, accesses: 1 }, { bytes: 16 * buckets, accesses: 1 }],
    pageBytes,
  };
}

/** CHashMap 2.2: four times the capacity, a lock word and the entry together in each 32-byte bucket. */
export function cHashMap(entries: number, pageBytes: number): TableShape {
  return { regions: [{ bytes: 4 * 32 * entries, accesses: 1 }], pageBytes };
}

/** flurry: bin → boxed node → boxed value. */
export function flurry(entries: number, pageBytes: number): TableShape {
  const bins = 2 ** Math.ceil(Math.log2(entries * 1.5));
  return {
    regions: [
      { bytes: 8 * bins, accesses: 1 },
      { bytes: 64 * entries, accesses: 1 },
      { bytes: 16 * entries, accesses: 1 },
    ],
    pageBytes,
  };
}

/**
 * liburcu's split-ordered table as the harness uses it: keys are their own hash and fewer than buckets, so
 * behind each bucket's node comes the key's, a separately allocated one of 64 bytes.
 */
export function urcuTable(entries: number, pageBytes: number): TableShape {
  const buckets = 2 ** Math.round(Math.log2(entries));
  return {
    regions: [{ bytes: 16 * buckets, accesses: 1 }, { bytes: 64 * entries, accesses: 2 }],
    pageBytes,
  };
}

/** Bytes of a table. */
export function tableBytes(table: TableShape): number {
  return table.regions.reduce((sum, r) => sum + r.bytes, 0);
}
