/**
 * One connection of DeathStarBench's wrk2 (delimitrou/DeathStarBench, wrk2/src/wrk.c and wrk.h): a number for
 * each request that is written and for each reply, and a ring of send times by number. A reply is held for the
 * send of its own number. What a connection loses when it is closed or reset keeps its numbers, so that every
 * later reply is held for an older request, to the end of the run.
 */
import type { SendTimes } from "./arrivals.ts";

/** How replies are matched with sends: as wrk2 does, or each with its own. */
export const MATCHINGS = ["by-count", "exact"] as const;

/** One of them. */
export type Matching = typeof MATCHINGS[number];

/** Send times that wrk2 keeps of a connection: MAXO + 1 in wrk.h. */
export const RING = 16_384;

/** A connection's counters. */
export class Connection {
  /** Requests on the connection: one in the application, the rest pipelined behind it. */
  open = 0;
  /** Closed or reset, and not accepted yet. */
  broken = false;
  /** Became due while the connection was broken. */
  overdue = 0;
  /** Replies since it was last accepted. */
  replies = 0;
  #sent = 0;
  #complete = 0;
  readonly #starts = new Float64Array(RING);

  constructor(readonly next: SendTimes, readonly matching: Matching) {}

  /** A request is written, at a time in ns. */
  write(now: number): void {
    this.#starts[this.#sent++ % RING] = now;
    this.open++;
  }

  /** A reply; the send time that it is held for, ns. */
  reply(): number {
    this.open--;
    this.replies++;
    return this.#starts[this.#complete++ % RING] as number;
  }

  /** The connection ends with what is open on it. @returns how many requests are lost. */
  lose(): number {
    const lost = this.open;
    if (this.matching === "exact") this.#complete += lost;
    this.open = 0;
    this.broken = true;
    return lost;
  }
}
