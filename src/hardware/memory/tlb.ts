/**
 * Address translation of one core (x86-64): first-level data TLBs by page size, a second level for both,
 * page-walk caches of upper entries, and a walker that loads the entries of a page table which really
 * exists. `translationProfile` is the fast model: the same in expectation, for uniformly random accesses.
 */
import { hitRatios } from "./cache.ts";

/** Page sizes of the hardware, bytes. */
export type PageBytes = 4096 | 2097152;

/** A set-associative array. */
export interface TlbArray {
  readonly entries: number;
  readonly ways: number;
}

/** A core's translation caches. */
export interface TlbSpec {
  readonly first: Readonly<Record<PageBytes, TlbArray>>;
  readonly second: TlbArray;
  /** What a hit in the second level adds, ns. */
  readonly secondHit: number;
  /** Entries of the page-walk caches for level-2 (PDE), level-3 and level-4 entries. */
  readonly walk: readonly [number, number, number];
}

/** A page table as the hardware sees it. */
export interface Walkable {
  readonly pageBytes: PageBytes;
  /**
   * Lines of the entries that a walk to `address` loads, from level 4 down to the leaf, written into
   * `lines[level - 1]` (each line of the table has a number of its own); false: not mapped.
   */
  path(address: number, lines: number[]): boolean;
}

/** What translations took. */
export interface TranslationCounts {
  accesses: number;
  /** Found in the first level; found in the second. */
  first: number;
  second: number;
  walks: number;
  /** Page faults: nothing is mapped there. */
  faults: number;
  /** Entries loaded by the walker at levels 1 (PT) to 4 (PML4). */
  readonly loads: [number, number, number, number];
}

/** Zero of everything. */
export const noTranslations = (): TranslationCounts => ({
  accesses: 0,
  first: 0,
  second: 0,
  walks: 0,
  faults: 0,
  loads: [0, 0, 0, 0],
});

const LARGE = 2 ** 40;
const LEVEL_SHIFT = [12, 21, 30, 39] as const;

/** Set-associative, least recently used first out: each set is kept in order of use. */
class LruArray {
  private readonly tags: Float64Array;
  private readonly sets: number;

  constructor(private readonly spec: TlbArray) {
    this.sets = Math.max(1, Math.floor(spec.entries / spec.ways));
    this.tags = new Float64Array(this.sets * spec.ways).fill(-1);
  }

  /** Whether the tag was there; it is afterwards, as the most recently used of its set. */
  touch(tag: number): boolean {
    const { ways } = this.spec;
    const { tags } = this;
    const from = (tag % this.sets) * ways;
    let at = from;
    const last = from + ways - 1;
    while (at < last && tags[at] !== tag) at++;
    const found = tags[at] === tag;
    for (; at > from; at--) tags[at] = tags[at - 1] as number;
    tags[from] = tag;
    return found;
  }

  flush(): void {
    this.tags.fill(-1);
  }
}

/** One core's translation caches, entry by entry. */
export class Tlb {
  readonly counts = noTranslations();
  private readonly first: Readonly<Record<PageBytes, LruArray>>;
  private readonly second: LruArray;
  /** By level 2, 3, 4. */
  private readonly walkCaches: readonly LruArray[];
  private readonly lines = [0, 0, 0, 0];

  constructor(readonly spec: TlbSpec) {
    this.first = {
      4096: new LruArray(spec.first[4096]),
      2097152: new LruArray(spec.first[2097152]),
    };
    this.second = new LruArray(spec.second);
    this.walkCaches = spec.walk.map((entries) => new LruArray({ entries, ways: entries }));
  }

  /**
   * Translate an address (bytes). `onLoad` sees each entry's line that the walker loads, with its level.
   *
   * @returns false for a page fault
   */
  translate(
    address: number,
    table: Walkable,
    onLoad?: (level: number, line: number) => void,
  ): boolean {
    const { counts, lines } = this;
    counts.accesses++;
    const leaf = table.pageBytes === 4096 ? 1 : 2;
    const page = Math.floor(address / table.pageBytes);
    if (this.first[table.pageBytes].touch(page)) {
      counts.first++;
      return true;
    }
    // One array for both sizes: the sets are the page number's, the tags are told apart above it.
    if (this.second.touch(page + (leaf - 1) * LARGE)) {
      counts.second++;
      return true;
    }
    if (!table.path(address, lines)) {
      counts.faults++;
      return false;
    }
    counts.walks++;
    // The lowest upper entry that is cached is where the walk begins.
    let from = 5;
    for (let level = leaf + 1; level <= 4; level++) {
      const tag = Math.floor(address / 2 ** (LEVEL_SHIFT[level - 1] as number));
      if ((this.walkCaches[level - 2] as LruArray).touch(tag)) {
        from = level;
        break;
      }
    }
    for (let level = from - 1; level >= leaf; level--) {
      counts.loads[level - 1] = (counts.loads[level - 1] as number) + 1;
      onLoad?.(level, lines[level - 1] as number);
    }
    return true;
  }

  /** Another table is loaded (a write of CR3, without process-context identifiers). */
  flush(): void {
    this.first[4096].flush();
    this.first[2097152].flush();
    this.second.flush();
    for (const c of this.walkCaches) c.flush();
  }
}

/** Part of an address space that is accessed at random. */
export interface AccessClass {
  readonly bytes: number;
  /** Accesses per operation. */
  readonly accesses: number;
}

/** Expected translations of one operation. */
export interface TranslationProfile {
  /** Accesses that hit the second level only. */
  readonly second: number;
  readonly walks: number;
  /** Entries loaded at levels 1 to 4. */
  readonly loads: readonly [number, number, number, number];
}

/** Expected counts for uniformly random accesses to each class (LRU, full associativity: Che). */
export function translationProfile(
  classes: readonly AccessClass[],
  pageBytes: PageBytes,
  spec: TlbSpec,
): TranslationProfile {
  const leaf = pageBytes === 4096 ? 1 : 2;
  const cached = (entries: number, unit: number, rates: readonly number[]) =>
    hitRatios(
      classes.map((c, i) => ({ lines: Math.ceil(c.bytes / unit), accesses: rates[i] as number })),
      entries,
    );
  const all = classes.map((c) => c.accesses);
  const near = cached(spec.first[pageBytes].entries, pageBytes, all);
  const far = cached(spec.second.entries, pageBytes, all)
    .map((h, i) => Math.max(h, near[i] as number));
  const walks = classes.map((c, i) => c.accesses * (1 - (far[i] as number)));
  const loads: [number, number, number, number] = [0, 0, 0, 0];
  let open = walks;
  for (let level = leaf; level <= 4; level++) {
    loads[level - 1] = open.reduce((a, b) => a + b, 0);
    if (level === 4) break;
    const hits = cached(spec.walk[level - 1] as number, 2 ** LEVEL_SHIFT[level]!, walks);
    open = open.map((rate, i) => rate * (1 - (hits[i] as number)));
  }
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  return {
    second: sum(classes.map((c, i) => c.accesses * ((far[i] as number) - (near[i] as number)))),
    walks: sum(walks),
    loads,
  };
}
