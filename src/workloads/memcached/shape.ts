/**
 * Memory of memcached as the fork of chapter 6's benchmark lays it out: item headers and buckets, the
 * table of item locks, and which of these lines a get touches.
 *
 * Sources: achreto/memcached, benchmark_internal.c (number of items, size of the hash table) and
 * benchmark_internal.h (slab pages); memcached.h `_stritem`, items.c `item_make_header`, slabs.c
 * `slabs_init`, thread.c `memcached_thread_init`.
 */

/** `_stritem` and the CAS number behind it. */
const HEADER = 48 + 8;
/** What the benchmark takes an item to have beside key and value (its `ITEM_SIZE`). */
const COUNTED = 48 + 34;
const BUCKET = 8;
/** `pthread_mutex_t`: 40 bytes, not padded to lines. */
const LOCK = 40;
/** First slab class, and how much larger each one is than the one before. */
const [SLAB_MIN, SLAB_FACTOR, SLAB_ALIGN] = [96, 1.25, 8] as const;
/** A slab page: mapped as a whole. */
const SLAB_PAGE = 128 * 2 ** 20;
/** Bytes of a cache line. */
export const LINE = 64;

/** A filled server. */
export interface MemcachedShape {
  readonly items: number;
  /** Bytes of an item's slab chunk. */
  readonly itemBytes: number;
  /** Bytes of all items. */
  readonly itemsBytes: number;
  /** Bytes of the slab pages that hold them: what is mapped. */
  readonly mappedBytes: number;
  readonly buckets: number;
  readonly bucketsBytes: number;
  /** Headers of other items that a get finds before its own in a bucket's chain, on average. */
  readonly passed: number;
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
 * A server that the benchmark fills with `dataset` bytes: `dataset` over its idea of an item's size
 * are the items, and the hash table has more than twice as many buckets, from 2^16 on.
 */
export function memcachedShape(
  dataset: number,
  threads: number,
  keyBytes: number,
  valueBytes: number,
): MemcachedShape {
  const items = Math.max(100, Math.floor(dataset / (COUNTED + keyBytes + valueBytes)));
  let chunk = SLAB_MIN;
  while (chunk < HEADER + keyBytes + 1 + valueBytes) {
    chunk = Math.ceil(Math.floor(chunk * SLAB_FACTOR) / SLAB_ALIGN) * SLAB_ALIGN;
  }
  let buckets = 2 ** 16;
  while (items >= buckets / 2) buckets *= 2;
  const locks = itemLocks(threads);
  return {
    items,
    itemBytes: chunk,
    itemsBytes: items * chunk,
    mappedBytes: Math.ceil(items * chunk / SLAB_PAGE) * SLAB_PAGE,
    buckets,
    bucketsBytes: buckets * BUCKET,
    passed: (items - 1) / (2 * buckets),
    locks,
    lockLines: Math.ceil(locks * LOCK / LINE),
  };
}

/** Line of a lock. */
export function lockLine(lock: number): number {
  return Math.floor(lock * LOCK / LINE);
}

/** A well mixed 32-bit hash of an item's number, in the place of murmur3 of its key (its finalizer). */
export function itemHash(item: number): number {
  let h = item + 1;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
