/** One level of the ladder: buckets of equal width over a span of time. */

/** Buckets that a rung may have. */
export const MAX_BUCKETS = 1 << 20;
const OCCUPANCY = 1; // events aimed at per bucket: lists are chains of cache misses, so short ones pay

/** The width: the power of two that gives n events over `range` about OCCUPANCY each; at least 1 ns. */
export function widthFor(range: number, n: number): number {
  const ideal = Math.max((range * OCCUPANCY) / n, (2 * range) / MAX_BUCKETS);
  return ideal <= 1 ? 1 : 2 ** Math.floor(Math.log2(ideal));
}

/** Lists of events in buckets: `heads[i]` begins that of the times from start + i·width on. */
export class Rung {
  /** First slot of each bucket's list, -1 when empty. */
  heads: Int32Array<ArrayBuffer> = new Int32Array(64).fill(-1);
  /** Where the first bucket begins. */
  start = 0.5; // fractions, so that these fields are doubles from the first
  /** Width of a bucket, a power of two. */
  width = 0.5;
  /** 1 / width, exact. */
  inverse = 0.5;
  /** First time beyond the rung; inside or at the end of the last bucket. */
  end = 0.5;
  /** Buckets in use. */
  buckets = 0;
  /** Buckets before this one are used up. */
  current = 0;
  /** Events held. */
  count = 0;

  /** Sets an empty rung up for the times from `start` to before `end`. */
  open(start: number, end: number, width: number): void {
    const buckets = Math.ceil((end - start) / width);
    if (this.heads.length < buckets) {
      this.heads = new Int32Array(Math.max(buckets, 2 * this.heads.length)).fill(-1);
    }
    this.start = start;
    this.width = width;
    this.inverse = 1 / width;
    this.end = end;
    this.buckets = buckets;
    this.current = 0;
    this.count = 0;
  }
}
