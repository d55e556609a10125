/**
 * DashMap 3's own reader-writer lock: it never parks. A reader adds itself first and takes that back if
 * a writer is in; a writer swaps the word from 0, so readers keep it out; both try again after one pause.
 */
import { type Steps, Word, Work } from "../algorithm/step.ts";
import type { CostValues } from "../costs.ts";

const WRITER = 1;
const READER = 4;

/** A reader-writer lock that only spins. */
export class SpinRwLock {
  private readonly word: Word;
  private readonly pause: Work;

  constructor(costs: CostValues, home: number) {
    this.word = new Word(0, home);
    this.pause = new Work("cpu", costs.pause, home);
  }

  *acquireRead(): Steps {
    const { word } = this;
    for (;;) {
      yield word.rmw;
      word.value += READER;
      if ((word.value & WRITER) === 0) return;
      yield word.rmw;
      word.value -= READER;
      yield this.pause;
    }
  }

  *releaseRead(): Steps {
    yield this.word.rmw;
    this.word.value -= READER;
  }

  *acquireWrite(): Steps {
    const { word } = this;
    for (;;) {
      yield word.rmw;
      if (word.value === 0) break;
      yield this.pause;
    }
    word.value = WRITER;
  }

  *releaseWrite(): Steps {
    yield this.word.rmw;
    this.word.value &= ~WRITER;
  }
}
