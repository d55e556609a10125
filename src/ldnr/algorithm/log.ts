/**
 * NR's shared log (chapter 6.2.1; Calciu et al., ASPLOS 2017; the Rust library node-replication):
 * a ring of operations that every replica applies in the same order.
 */
import { NOWHERE, type Steps, Wait, Word, Work } from "./step.ts";
import { LdnrError } from "./errors.ts";

/** Sizes and limits of a log. */
export interface LogOptions {
  /** Bytes of the ring; the library's default is 2 MiB, its hash-map benchmark uses 32 MiB. */
  readonly logBytes: number;
  /** Operations that one thread may have pending (32 in NR, 1 in LD-NR). */
  readonly pendingOps: number;
  /** Threads that a replica may have (256 in NR, 32 in LD-NR). */
  readonly threadsPerReplica: number;
  /** One entry: operation, replica, alive flag, padded to a cache line. */
  readonly entryBytes?: number;
}

/** Entries of the ring: `logBytes` in entries, rounded up to a power of two. */
export function logEntries(o: LogOptions): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, o.logBytes / (o.entryBytes ?? 64))));
}

/** Entries kept free ahead of the oldest one, so that appends already reserved always fit. */
export function gcFromHead(o: LogOptions): number {
  return o.pendingOps * o.threadsPerReplica;
}

/** Where one replica is in the log. It outlives no replica, but lives outside of it (chapter 6.3.1). */
export interface Cursor {
  /** Identity of this incarnation of the replica: entries name it, and it is never used again. */
  readonly id: number;
  /** Index of the replica (its affinity), for reports. */
  readonly replica: number;
  /** Next entry to apply. */
  readonly ltail: Word;
}

/** A ring of operations with reserve, fill, replay and garbage collection by the appender. */
export class SharedLog<Op> {
  readonly size: number;
  readonly gcFromHead: number;
  /** Oldest entry that may still be needed; next entry to reserve; completed up to here. */
  readonly head: Word = new Word(0);
  readonly tail: Word = new Word(0);
  readonly ctail: Word = new Word(0);
  /** Changes when entries are filled; wakes who waits for one. Their lines are in the price of the work. */
  readonly entries: Word = new Word(0, NOWHERE);
  /** Taken while entries are freed, if replicas come and go without freezing everyone. */
  readonly gcLock: Word = new Word(0);
  /** Counts replicas that joined or left. */
  readonly members: Word = new Word(0);
  readonly cursors: Cursor[] = [];
  // The ring's entries; the arrays grow to `size` as it is used for the first time.
  private alive: Uint8Array;
  private ops: (Op | undefined)[];
  /** Incarnation of the replica that appended each entry. */
  private origins: Int32Array;
  private nextId = 1;

  constructor(options: LogOptions) {
    this.size = logEntries(options);
    this.gcFromHead = gcFromHead(options);
    if (this.size < 2 * this.gcFromHead) {
      throw new LdnrError(
        `log of ${this.size} entries is smaller than twice its collection threshold of ` +
          `${this.gcFromHead} (pending operations x threads per replica); use a log of at least ` +
          `${2 * this.gcFromHead * (options.entryBytes ?? 64)} bytes or fewer pending operations`,
      );
    }
    const first = Math.min(this.size, 8192);
    this.alive = new Uint8Array(first);
    this.ops = new Array<Op | undefined>(first).fill(undefined);
    this.origins = new Int32Array(first);
  }

  private grow(): void {
    const longer = <T extends Uint8Array | Int32Array>(now: T, next: T): T => {
      next.set(now);
      return next;
    };
    const length = 2 * this.alive.length;
    this.alive = longer(this.alive, new Uint8Array(length));
    this.origins = longer(this.origins, new Int32Array(length));
    while (this.ops.length < length) this.ops.push(undefined);
  }

  /** A cursor for a replica that starts at the beginning, or where its model stands. */
  join(replica: number, model?: Cursor): Cursor {
    const cursor: Cursor = {
      id: this.nextId++,
      replica,
      ltail: new Word(model?.ltail.value ?? 0),
    };
    this.cursors.push(cursor);
    this.members.value++;
    return cursor;
  }

  /** Stop keeping entries for this replica. */
  leave(cursor: Cursor): void {
    const at = this.cursors.indexOf(cursor);
    if (at >= 0) this.cursors.splice(at, 1);
    this.members.value++;
  }

  /** Whether an append must first free entries. */
  isFull(tail: number, head: number): boolean {
    return tail > head + this.size - this.gcFromHead;
  }

  /** Write `ops` into the entries from `at`, reserved by the caller's compare-and-swap on the tail. */
  *fill(at: number, ops: readonly Op[], by: Cursor, aggregate: boolean): Steps {
    const run = aggregate ? ops.length : 1;
    for (let i = 0; i < ops.length; i += run) {
      const work = new Work("log-fill", run, 0);
      work.entry = at + i;
      work.each = (unit) => this.put(at + i + unit, ops[i + unit] as Op, by);
      work.shows = this.entries;
      yield work;
    }
  }

  private put(at: number, op: Op, by: Cursor): void {
    const slot = at & (this.size - 1);
    while (slot >= this.alive.length) this.grow();
    this.ops[slot] = op;
    this.origins[slot] = by.id;
    this.alive[slot] = this.filledFlag(at);
    this.entries.value++;
  }

  /** The alive flag that means "filled": it flips every lap, so that nobody has to clear the ring. */
  private filledFlag(at: number): 0 | 1 {
    return (Math.floor(at / this.size) & 1) === 0 ? 1 : 0;
  }

  /** Whether the entry at `at` has been filled in its lap. */
  isFilled(at: number): boolean {
    return this.alive[at & (this.size - 1)] === this.filledFlag(at);
  }

  /** End of the run of filled entries from `at`; `at` itself if that is not filled. */
  private endOfRun(at: number, limit: number): number {
    let end = at;
    while (end < limit && this.isFilled(end)) end++;
    return end;
  }

  /**
   * Apply every entry from the cursor to the tail seen at the start; the caller alone runs this for the
   * cursor (it holds the replica's combiner lock) and, for `apply`, the replica's write lock.
   */
  *replay(
    cursor: Cursor,
    apply: (op: Op, mine: boolean) => void,
    cost: (count: number, at: number) => Work,
    aggregate: boolean,
  ): Steps<number> {
    yield cursor.ltail.read;
    const from = cursor.ltail.value;
    yield this.tail.read;
    const to = this.tail.value;
    if (from === to) return 0;
    // The library checks its range against the head, too.
    yield this.head.read;
    for (let i = from; i < to;) {
      const end = this.endOfRun(i, aggregate ? to : i + 1);
      if (end === i) {
        // Reserved but not yet written: its appender is between its reservation and its stores.
        const at = i;
        yield new Wait([this.entries], () => this.isFilled(at));
        continue;
      }
      yield cost(end - i, i);
      for (; i < end; i++) {
        const slot = i & (this.size - 1);
        apply(this.ops[slot] as Op, this.origins[slot] === cursor.id);
      }
    }
    yield this.ctail.rmw;
    if (to > this.ctail.value) this.ctail.value = to;
    yield cursor.ltail.write;
    cursor.ltail.value = to;
    return to - from;
  }
}
