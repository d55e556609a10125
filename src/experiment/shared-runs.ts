/**
 * Runs that several scenarios of one command need, by key over all that a run depends on: the first
 * scenario has them done, the others wait for it.
 */
import type { RunResult } from "./run.ts";

/** Results together larger than this are not kept for a later scenario, in cells. */
const MOST_CELLS = 4_000_000;

interface Begun {
  readonly result: Promise<RunResult>;
  settle(result: RunResult): void;
  give(error: unknown): void;
}

/** The runs of one command. */
export class SharedRuns {
  readonly #begun = new Map<string, Begun>();
  #cells = 0;

  /**
   * The result of a run that a scenario has begun, or will give; undefined if none has. Rejects if
   * that scenario was interrupted before its end.
   */
  get(key: string): Promise<RunResult> | undefined {
    return this.#begun.get(key)?.result;
  }

  /** A scenario has this run done, and will `settle` or `giveUp` it. */
  begin(key: string): void {
    const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
    promise.catch(() => {}); // Nobody may be waiting.
    this.#begun.set(key, { result: promise, settle: resolve, give: reject });
  }

  /** It has ended. One that is too large to keep is forgotten: who comes later does it again. */
  settle(key: string, result: RunResult): void {
    this.#begun.get(key)?.settle(result);
    if (!result.ok) return;
    const cells = result.rows.count * result.rows.columns.length;
    if (this.#cells + cells > MOST_CELLS) this.#begun.delete(key);
    else this.#cells += cells;
  }

  /** It will not be done. Nothing happens if it has been. */
  giveUp(key: string, error: unknown): void {
    this.#begun.get(key)?.give(error);
  }
}
