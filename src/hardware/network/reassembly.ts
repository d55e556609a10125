/** The receiver's out-of-order queue: which bytes it has beyond the next one that it waits for. */

/** SACK blocks that fit beside timestamps (RFC 2018). */
const BLOCKS = 3;

/** Ranges of bytes in order of sequence, none touching another. */
export class Reassembly {
  private next = 0;
  private readonly ranges: { start: number; end: number; touched: number }[] = [];
  private clock = 0;

  /** Begins anew with `next` as the byte waited for. */
  reset(next: number): void {
    this.next = next;
    this.ranges.length = 0;
  }

  /** Whether nothing is held beyond a gap. */
  get empty(): boolean {
    return this.ranges.length === 0;
  }

  /** Takes in bytes from `start` to before `end`; gives how many of them are new. */
  add(start: number, end: number): number {
    start = Math.max(start, this.next);
    if (end <= start) return 0;
    let i = 0, known = 0;
    while (i < this.ranges.length && this.ranges[i].end < start) i++;
    let from = start, to = end, j = i;
    for (; j < this.ranges.length && this.ranges[j].start <= end; j++) {
      const range = this.ranges[j];
      known += Math.max(0, Math.min(end, range.end) - Math.max(start, range.start));
      from = Math.min(from, range.start);
      to = Math.max(to, range.end);
    }
    this.ranges.splice(i, j - i, { start: from, end: to, touched: ++this.clock });
    return end - start - known;
  }

  /** Bytes that have become contiguous with what was taken before; they leave the queue. */
  take(): number {
    const first = this.ranges[0];
    if (first === undefined || first.start > this.next) return 0;
    const bytes = first.end - this.next;
    this.next = first.end;
    this.ranges.shift();
    return bytes;
  }

  /** What to tell the sender: start, end, ... of the ranges that changed last, latest first. */
  blocks(): number[] {
    if (this.ranges.length === 0) return NONE;
    return [...this.ranges].sort((a, b) => b.touched - a.touched).slice(0, BLOCKS)
      .flatMap(({ start, end }) => [start, end]);
  }
}

const NONE: number[] = [];
