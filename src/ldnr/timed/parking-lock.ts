/**
 * parking_lot 0.10's RwLock: state in one word. A writer's bit keeps new readers out, also while readers
 * still drain. Who cannot enter spins for a while, but only as long as nobody is parked, then parks in the
 * kernel in first-come order and is woken to try again; whoever runs may be faster.
 */
import { NOWHERE, type Steps, Wait, Word, Work } from "../algorithm/step.ts";
import type { CostValues } from "../costs.ts";

/** A parked thread. */
interface Parked {
  readonly writes: boolean;
  readonly wake: Word;
  woken: boolean;
}

/** A reader-writer lock that parks. */
export class ParkingRwLock {
  private readonly word: Word;
  /** The state's parts: readers inside, a writer's bit, somebody is parked, the writer is. */
  private readers = 0;
  private writer = false;
  private parked = false;
  private writerParked: Parked | undefined = undefined;
  /** Who is parked, in order. */
  private readonly queue: Parked[] = [];
  private readonly spins: number;

  constructor(private readonly costs: CostValues, home: number) {
    this.word = new Word(0, home);
    this.spins = Math.round(costs.parkAfter / costs.poll);
  }

  *acquireRead(): Steps {
    yield this.word.read;
    // A compare-and-swap that finds another count of readers is repeated at once, on the line that it
    // has just fetched; only a writer turns the reader away.
    yield this.enter(false, () => {
      if (this.writer) return false;
      this.readers++;
      return true;
    });
  }

  *releaseRead(): Steps {
    yield this.word.rmw;
    this.readers--;
    const { writerParked } = this;
    if (this.readers > 0 || writerParked === undefined) return;
    this.writerParked = undefined;
    yield this.unpark([writerParked]);
  }

  *acquireWrite(): Steps {
    yield this.enter(true, () => {
      if (this.writer) return false;
      this.writer = true;
      return true;
    });
    if (this.readers > 0 && this.spins > 0) {
      yield new Wait([this.word], () => this.readers === 0, this.spins);
    }
    while (this.readers > 0) {
      yield this.word.rmw;
      if (this.readers === 0) return;
      const me = parked(true);
      this.writerParked = me;
      yield this.park(me);
    }
  }

  *releaseWrite(): Steps {
    yield this.word.rmw;
    this.writer = false;
    if (!this.parked) return;
    // All readers in front of the first writer, and that writer.
    const first = this.queue.findIndex((p) => p.writes);
    const woken = this.queue.splice(0, first < 0 ? this.queue.length : first + 1);
    this.parked = this.queue.length > 0;
    yield this.unpark(woken);
  }

  private *enter(writes: boolean, tryEnter: () => boolean): Steps {
    let spun = false;
    for (;;) {
      if (!this.writer) {
        yield this.word.rmw;
        if (tryEnter()) return;
        continue;
      }
      if (!this.parked && !spun && this.spins > 0) {
        spun = true;
        yield new Wait([this.word], () => !this.writer || this.parked, this.spins);
        continue;
      }
      // Announces that somebody parks, unless that is known, and looks once more.
      yield this.parked ? this.word.read : this.word.rmw;
      if (!this.writer) continue;
      this.parked = true;
      const me = parked(writes);
      this.queue.push(me);
      yield this.park(me);
      spun = false;
      yield this.word.read;
    }
  }

  private *park(me: Parked): Steps {
    yield new Wait([me.wake], () => me.woken);
    yield new Work("pause", this.costs.futexWake, 0);
  }

  /** Waking parked threads one by one is the releaser's work. */
  private *unpark(threads: readonly Parked[]): Steps {
    for (const thread of threads) {
      yield new Work("cpu", this.costs.futexCall, 0);
      yield thread.wake.write;
      thread.woken = true;
    }
  }
}

function parked(writes: boolean): Parked {
  return { writes, wake: new Word(0, NOWHERE), woken: false };
}
