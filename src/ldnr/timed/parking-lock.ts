/**
 * parking_lot's RwLock: state in one word; a thread that cannot enter spins with growing back-off for a
 * while, then parks in the kernel and has to be woken.
 */
import { CacheLine } from "../../hardware/memory/mod.ts";
import { type Steps, Wait, Word, Work } from "../algorithm/step.ts";
import type { CostValues } from "../costs.ts";

/** A reader-writer lock that parks. */
export class ParkingRwLock {
  /** Readers inside; -1: a writer is. */
  private readonly word: Word;
  /** A writer holds or has claimed the lock and readers drain: keeps new readers out. */
  private claimed = false;
  private parked = 0;

  constructor(private readonly costs: CostValues, home: number) {
    this.word = new Word(0, new CacheLine(home));
  }

  *acquireRead(): Steps {
    for (;;) {
      yield this.word.read;
      if (this.claimed) {
        yield this.block(() => !this.claimed);
        continue;
      }
      // A compare-and-swap that finds another count of readers is repeated at once, on the line that it
      // has just fetched; only a writer turns the reader away.
      yield this.word.rmw;
      if (this.claimed) continue;
      this.word.value++;
      return;
    }
  }

  *releaseRead(): Steps {
    yield this.word.rmw;
    this.word.value--;
  }

  *acquireWrite(): Steps {
    for (;;) {
      yield this.word.rmw;
      if (!this.claimed) break;
      yield this.block(() => !this.claimed);
    }
    this.claimed = true;
    while (this.word.value > 0) yield this.block(() => this.word.value === 0);
    this.word.value = -1;
  }

  *releaseWrite(): Steps {
    yield this.word.rmw;
    this.word.value = 0;
    this.claimed = false;
    // Waking parked threads is the releaser's work.
    if (this.parked > 0) yield new Work("cpu", this.costs.futexWake / 5, 0);
  }

  /** Spin, then park: whoever waited longer than the spins pays a wake-up. */
  private *block(until: () => boolean): Steps {
    const spins = Math.round(this.costs.parkAfter / this.costs.poll);
    yield new Wait([this.word], until, spins);
    if (until()) return;
    this.parked++;
    yield new Wait([this.word], until);
    this.parked--;
    yield new Work("pause", this.costs.futexWake, 0);
  }
}
