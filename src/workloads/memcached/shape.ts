/**
 * Memory of memcached (1.5-series, the fork of chapter 6's benchmark), from its source: item headers and
 * buckets, the table of item locks, and which of these lines a get touches.
 */

/** Item header, CAS number, key with its end, suffix (memcached.h `_stritem`, items.c `item_make_header`). */
const ITEM_OVERHEAD = 48 + 8 + 34;
const BUCKET = 8;
/** `pthread_mutex_t`: 40 bytes, not padded to lines. */
const LOCK = 40;
export const LINE = 64;

/** A filled server. */
export interface MemcachedShape {
  readonly items: number;
  readonly itemBytes: number;
  /** Bytes of all items. */
  readonly itemsBytes: number;
  readonly bucketsBytes: number;
  readonly locks: number;
  readonly lockLines: number;
}

/** Item locks by worker threads (thread.c `memcached_thread_init`). */
export function itemLocks(threads: number): number {
  if (threads < 3) return 2 ** 10;
  if (threads < 4) return 2 ** 11;
  if (threads < 5) return 2 ** 12;
  if (threads <= 10) return 2 ** 13;
  if (threads <= 20) return 2 ** 14;
  return 2 ** 15;
}

/**
 * A server filled with `dataset` bytes of items of one size; the hash table is doubled until it has no
 * more than 1.5 items a bucket (assoc.c `assoc_expand`), from 2^16 buckets on.
 */
export function memcachedShape(
  dataset: number,
  threads: number,
  keyBytes: number,
  valueBytes: number,
): MemcachedShape {
  const itemBytes = ITEM_OVERHEAD + keyBytes + valueBytes - 8 + 8;
  const items = Math.floor(dataset / itemBytes);
  let buckets = 2 ** 16;
  while (items > 1.5 * buckets) buckets *= 2;
  const locks = itemLocks(threads);
  return {
    items,
    itemBytes,
    itemsBytes: items * itemBytes,
    bucketsBytes: buckets * BUCKET,
    locks,
    lockLines: Math.ceil(locks * LOCK / LINE),
  };
}

/** Line of a lock. */
export function lockLine(lock: number): number {
  return Math.floor(lock * LOCK / LINE);
}
