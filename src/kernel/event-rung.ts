/** One level of the ladder: buckets of equal width over a span of time. */

/** Buckets that a rung may have. */
export const MAX_BUCKETS = 1 << 20;
const OCCUPANCY = 1; // events aimed at per bucket: lists are chains of cache misses, so short ones pay

/** The width: the power of two that gives n events over `range` about OCCUPANCY each; at least 1 ns. */
export function widthFor(range: number, n: number): number {
  const ideal = Math.max((range * OCCUPANCY) / n, (2 * range) / MAX_BUCKETS);
  return ideal <= 1 ? 1 : 2 ** Math.floor(Math.log2(ideal));
}

/** Chooses the spans of time whose events leave the top for a rung together. */
export class Epochs {
  #dice = 12345;

  /**
   * The next epoch of the first `n` of `times`, from `start` to before `end`, and the width of its
   * buckets. Half of the events lie before the median: their density there sets the width.
   */
  next(times: Float64Array, n: number): { start: number; end: number; width: number } {
    let start = Infinity;
    let most = 0;
    for (let i = 0; i < n; i++) {
      const t = times[i];
      if (t < start) start = t;
      if (t > most) most = t;
    }
    const sample = new Float64Array(63);
    for (let i = 0; i < 63; i++) {
      this.#dice = (Math.imul(this.#dice, 1664525) + 1013904223) | 0;
      sample[i] = times[(this.#dice >>> 0) % n];
    }
    sample.sort();
    const span = Math.max(1, sample[31] - start);
    const width = widthFor(2 * span, n);
    const end = Math.min(most + 1, start + Math.max(4 * span, 64), start + width * MAX_BUCKETS);
    return { start, end, width };
  }
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
