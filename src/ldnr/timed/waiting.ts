/** Who waits on a word, and who of them a write wakes. */
import type { Wait, Word } from "../algorithm/step.ts";
import type { TimedThread } from "./thread.ts";

/**
 * Which threads wait, and for whom: by their numbers, in arrays, since a combiner asks it of all threads of its replica
 * one after the other.
 */
export class Waits {
  /** 1: waits. */
  readonly on: Uint8Array;
  /** Word that names the only thread that can end the wait, while it names one. */
  readonly by: (Word | undefined)[];

  /** @param known threads, the first, for which this is kept */
  constructor(known: number) {
    this.on = new Uint8Array(known);
    this.by = new Array<Word | undefined>(known).fill(undefined);
  }

  begin(thread: number, wait: Wait): void {
    if (thread >= this.on.length) return;
    this.on[thread] = 1;
    this.by[thread] = wait.by;
  }

  end(thread: number): void {
    if (thread < this.on.length) this.on[thread] = 0;
  }
}

/** Note that a thread's present wait can be ended by a write of `word`. */
export function subscribe(word: Word, thread: TimedThread): void {
  // Waits that are over stay in the list until it is looked through.
  if (word.waiting >= 64 && word.waiting % 64 === 0) takeWoken(word, () => false, []);
  const at = word.waiting++;
  word.waiters[at] = thread;
  word.waits[at] = thread.waits;
}

/**
 * Take from the list of `word` those whose wait is over by `ended`, first come first, to the front of `woken`, which
 * keeps its length; how many they are.
 */
export function takeWoken(
  word: Word,
  ended: (thread: TimedThread) => boolean,
  woken: TimedThread[],
): number {
  const { waits } = word;
  const waiters = word.waiters as TimedThread[];
  let kept = 0;
  let ends = 0;
  for (let i = 0, n = word.waiting; i < n; i++) {
    const thread = waiters[i] as TimedThread;
    const wait = waits[i] as number;
    if (thread.waits !== wait || !thread.asleep) continue;
    if (ended(thread)) {
      let at = ends++;
      while (at > 0 && later(woken[at - 1] as TimedThread, thread)) {
        woken[at] = woken[at - 1] as TimedThread;
        at--;
      }
      woken[at] = thread;
    } else {
      waiters[kept] = thread;
      waits[kept++] = wait;
    }
  }
  // The arrays keep their length: what is behind the last entry is not looked at.
  word.waiting = kept;
  return ends;
}

function later(a: TimedThread, b: TimedThread): boolean {
  const since = a.since[0] as number;
  const other = b.since[0] as number;
  return since > other || (since === other && a.rank > b.rank);
}
