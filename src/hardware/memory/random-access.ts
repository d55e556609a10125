/** What one random access to a large table costs: lines, page-table walks, and where each is found. */
import { hitRatios, type LineClass } from "./cache.ts";
import type { MemoryValues } from "./parts/part.ts";

const LINE = 64;
const PTE = 8;

/** A region that an operation touches at random. */
export interface Region {
  readonly bytes: number;
  /** Dependent accesses to it per operation. */
  readonly accesses: number;
}

/** A table as seen by random operations. */
export interface TableShape {
  readonly regions: readonly Region[];
  /** 4 KiB or 2 MiB (or any other) pages. */
  readonly pageBytes: number;
}

/** Where the accesses of one operation are found, in expected counts. */
export interface AccessProfile {
  /** Loads (data and page table) that go to the table's home memory. */
  readonly memory: number;
  /** Loads found in the socket's L3. */
  readonly l3: number;
  /** Loads found in the core's L2. */
  readonly l2: number;
  /** Of all loads, those of leaf page-table entries. */
  readonly walks: number;
  /** Bytes that cross from the home memory. */
  readonly bytes: number;
}

/**
 * Expected places of an operation's loads. `threads` of one socket share its L3; each has its own L2.
 * Every data access needs a translation: found in the TLB, or a leaf entry is loaded (upper levels stay
 * in the paging-structure caches).
 */
export function accessProfile(table: TableShape, values: MemoryValues): AccessProfile {
  const pages = table.regions.reduce((sum, r) => sum + r.bytes / table.pageBytes, 0);
  const tlbMiss = 1 - Math.min(1, values.tlbEntries / Math.max(1, pages));
  const classes: LineClass[] = [];
  for (const region of table.regions) {
    classes.push({ lines: region.bytes / LINE, accesses: region.accesses });
    const entries = region.bytes / table.pageBytes;
    classes.push({
      lines: Math.max(1, entries * PTE / LINE),
      accesses: region.accesses * tlbMiss,
    });
  }
  const inL2 = hitRatios(classes, values.l2 / LINE);
  const inBoth = hitRatios(classes, (values.l2 + values.l3) / LINE);
  let [memory, l3, l2, walks] = [0, 0, 0, 0];
  classes.forEach((c, i) => {
    const near = inL2[i] as number;
    const far = Math.max(near, inBoth[i] as number);
    l2 += c.accesses * near;
    l3 += c.accesses * (far - near);
    memory += c.accesses * (1 - far);
    if (i % 2 === 1) walks += c.accesses;
  });
  return { memory, l3, l2, walks, bytes: memory * LINE };
}
