/**
 * A process's page table as x86-64 has it: four levels of 512 entries, leaves of 4 KiB (level 1) or 2 MiB
 * (level 2). Nodes really exist, so that their number, walks and clones are what they would be.
 */
import type { PageBytes, Walkable } from "../../hardware/memory/mod.ts";
import type { Structure } from "../../ldnr/mod.ts";

const FANOUT = 512;
/** Cache lines of a table, of eight entries each. */
const LINES = 64;
/** Bytes of a table at any level. */
export const TABLE_BYTES = 4096;

/** A change of the address space: map or unmap a range of whole pages. */
export interface MapOperation {
  readonly kind: "map" | "unmap";
  readonly at: number;
  readonly bytes: number;
}

/** Leaf tables mark present pages, in an array only while they are neither empty nor full; upper ones point to tables. */
interface Table {
  /** Tables are told apart by a serial number: their frame. */
  readonly id: number;
  present: Uint8Array | undefined;
  readonly children: (Table | undefined)[] | undefined;
  used: number;
}

/** Mapped pages, and the tables that map them. */
export class PageTable implements Structure<MapOperation, number>, Walkable {
  /** Tables at each level: [PT, PD, PDPT, PML4]. */
  readonly tables: number[] = [0, 0, 0, 0];
  private root: Table;
  private nextId = 0;
  private readonly leafLevel: number;
  readonly pageBytes: PageBytes;

  /** @throws {RangeError} for pages that the hardware does not have. */
  constructor(pageBytes: number) {
    if (pageBytes !== 4096 && pageBytes !== 2097152) {
      throw new RangeError(`pages of ${pageBytes} bytes do not exist; use 4 KiB or 2 MiB`);
    }
    this.pageBytes = pageBytes;
    this.leafLevel = pageBytes === 4096 ? 0 : 1;
    this.root = this.make(3);
  }

  /** Pages that changed. */
  apply(op: MapOperation): number {
    if (op.at % this.pageBytes !== 0 || op.bytes % this.pageBytes !== 0) {
      throw new RangeError(
        `${op.kind} of ${op.bytes} bytes at ${op.at}: not whole pages of ${this.pageBytes} bytes`,
      );
    }
    return this.change(
      this.root,
      3,
      op.at / this.pageBytes,
      op.bytes / this.pageBytes,
      op.kind === "map",
    );
  }

  /** Levels of a walk to the page at an address; 0 when it is not mapped (a fault). */
  walk(at: number): number {
    let table: Table | undefined = this.root;
    for (let level = 3; table !== undefined; level--) {
      const index = Math.floor(at / this.span(level)) % FANOUT;
      if (level === this.leafLevel) return isPresent(table, index) ? 4 - level : 0;
      table = table.children?.[index];
    }
    return 0;
  }

  /** Lines of the entries on the way to a page: 64 of a table's 4096 bytes each (see `Walkable`). */
  path(at: number, lines: number[]): boolean {
    let table: Table | undefined = this.root;
    for (let level = 3; table !== undefined; level--) {
      const index = Math.floor(at / this.span(level)) % FANOUT;
      lines[level] = table.id * LINES + (index >> 3);
      if (level === this.leafLevel) return isPresent(table, index);
      table = table.children?.[index];
    }
    return false;
  }

  read(op: MapOperation): number {
    return this.walk(op.at);
  }

  /** A copy of every table. */
  clone(): PageTable {
    const copy = new PageTable(this.pageBytes);
    copy.tables.fill(0);
    copy.root = copy.copyOf(this.root, 3);
    return copy;
  }

  /** Bytes of all tables. */
  bytes(): number {
    return TABLE_BYTES * this.tables.reduce((a, b) => a + b, 0);
  }

  /** Bytes that an entry of a level covers. */
  private span(level: number): number {
    return 4096 * FANOUT ** level;
  }

  private make(level: number): Table {
    this.tables[level]++;
    const id = this.nextId++;
    return level === this.leafLevel
      ? { id, present: undefined, children: undefined, used: 0 }
      : { id, present: undefined, children: new Array(FANOUT).fill(undefined), used: 0 };
  }

  private copyOf(table: Table, level: number): Table {
    const copy = this.make(level);
    copy.used = table.used;
    copy.present = table.present?.slice();
    table.children?.forEach((child, i) => {
      if (child !== undefined && copy.children) copy.children[i] = this.copyOf(child, level - 1);
    });
    return copy;
  }

  /** `from` and `count` in pages, relative to what the table covers. */
  private change(table: Table, level: number, from: number, count: number, map: boolean): number {
    if (level === this.leafLevel) {
      // Nothing or everything is mapped, most of the time: then there is nothing to look at.
      const whole = table.used === 0 || table.used === FANOUT;
      let changed = whole && map === (table.used === 0) ? count : 0;
      if (whole && changed === 0) return 0;
      const present = table.present ??= new Uint8Array(FANOUT).fill(table.used === 0 ? 0 : 1);
      if (!whole) {
        for (let i = from; i < from + count; i++) if (present[i] !== (map ? 1 : 0)) changed++;
      }
      present.fill(map ? 1 : 0, from, from + count);
      table.used += map ? changed : -changed;
      if (table.used === 0 || table.used === FANOUT) table.present = undefined;
      return changed;
    }
    const children = table.children as (Table | undefined)[];
    const each = FANOUT ** (level - this.leafLevel);
    let changed = 0;
    for (let page = from; page < from + count;) {
      const index = Math.floor(page / each);
      const inside = page - index * each;
      const run = Math.min(each - inside, from + count - page);
      let child = children[index];
      if (child === undefined && map) {
        child = children[index] = this.make(level - 1);
        table.used++;
      }
      if (child !== undefined) {
        changed += this.change(child, level - 1, inside, run, map);
        if (child.used === 0) {
          children[index] = undefined;
          table.used--;
          this.tables[level - 1]--;
        }
      }
      page += run;
    }
    return changed;
  }
}

/** Whether a leaf table maps its page `index`. */
function isPresent(table: Table, index: number): boolean {
  return table.used === FANOUT || table.present?.[index] === 1;
}
