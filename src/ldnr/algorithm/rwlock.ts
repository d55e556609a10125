/**
 * NR's distributed reader-writer lock: a flag for the writer and one counter per reader, each on its own
 * cache line, so that readers share nothing while no writer comes. A writer shuts new readers out at
 * once and then polls every reader's line.
 */
import { Enter, Leave } from "./entering.ts";
import { Poll } from "./scripts.ts";
import { type Piece, type Steps, Wait, Word } from "./step.ts";

/** What LD-NR's outer lock must offer; `slot` is the thread's number. */
export interface ReaderWriterLock {
  /** Word that is not 0 while a writer is in or coming; undefined if readers share it anyway. */
  readonly writer: Word | undefined;
  acquireRead(slot: number): Piece<void>;
  releaseRead(slot: number): Piece<void>;
  acquireWrite(slots?: readonly number[]): Steps;
  releaseWrite(): Steps;
}

/** A reader-writer lock in one word, as the example program's std RwLock: readers share its line. */
export class WordRwLock implements ReaderWriterLock {
  readonly writer = undefined;
  /** Readers inside, or -1 for a writer. */
  readonly word: Word = new Word(0);
  /** A waiting writer keeps new readers out. */
  private waiting = 0;

  *acquireRead(_slot: number): Steps {
    for (;;) {
      yield this.word.read;
      const seen = this.word.value;
      if (seen < 0 || this.waiting > 0) {
        yield new Wait([this.word], () => this.word.value >= 0 && this.waiting === 0);
        continue;
      }
      yield this.word.rmw;
      if (this.word.value !== seen || this.waiting > 0) continue;
      this.word.value = seen + 1;
      return;
    }
  }

  *releaseRead(_slot: number): Steps {
    yield this.word.rmw;
    this.word.value--;
  }

  *acquireWrite(): Steps {
    this.waiting++;
    for (;;) {
      yield this.word.rmw;
      if (this.word.value === 0) break;
      yield new Wait([this.word], () => this.word.value === 0);
    }
    this.word.value = -1;
    this.waiting--;
  }

  *releaseWrite(): Steps {
    yield this.word.rmw;
    this.word.value = 0;
  }
}

/** Each reader's ways in and out, reused. */
interface Ways {
  readonly enter: Enter;
  readonly leave: Leave;
}

/** A distributed reader-writer lock for a fixed number of reader slots. */
export class DistributedRwLock implements ReaderWriterLock {
  readonly writer: Word = new Word(0);
  readonly readers: readonly Word[];
  /** A reader's wait. */
  readonly writerGone: Wait;
  private readonly poll: Poll;
  private readonly ways: readonly Ways[];

  /** @param by word that names the only thread that may write, if there is one */
  constructor(slots: number, by?: Word) {
    const { writer } = this;
    this.writerGone = new Wait([writer], () => writer.value === 0, undefined, by);
    this.readers = Array.from({ length: slots }, (_, owner) => {
      const counter = new Word(0);
      counter.share({ owner, other: writer, named: false });
      return counter;
    });
    this.ways = this.readers.map((mine) => ({
      enter: new Enter(mine, writer, this.writerGone),
      leave: new Leave(mine),
    }));
    this.poll = new Poll(this.readers);
  }

  /** Enter as reader in `slot`; waits while a writer is in or coming. */
  acquireRead(slot: number): Enter {
    return (this.ways[slot] as Ways).enter.begin();
  }

  /** Leave as reader. */
  releaseRead(slot: number): Leave {
    return (this.ways[slot] as Ways).leave.begin();
  }

  /** Enter as the only one; polls the slots of `slots` (default: all). */
  *acquireWrite(slots?: readonly number[]): Steps {
    yield this.shutOut();
    yield this.poll.begin(slots);
  }

  /** Keep other writers and new readers out. */
  private *shutOut(): Steps {
    for (;;) {
      yield this.writer.rmw;
      if (this.writer.value === 0) {
        this.writer.value = 1;
        return;
      }
      yield this.writerGone;
    }
  }

  /** Leave as writer. */
  *releaseWrite(): Steps {
    yield this.writer.rmw;
    this.writer.value = 0;
  }
}
