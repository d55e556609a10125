/**
 * How far a thread may go ahead of the clock without any other thread being able to notice, or to do
 * anything that it would have noticed: the whole difference between the fast form and the slow twin.
 *
 * - A hit in the own cache: whoever has a line keeps it until the first request for it is done. A
 *   request takes at least `Coherence.shortest`, so what is not in flight now comes later than that.
 * - A word that only two parties touch: neither has anything to fear before the other's next event.
 */
import * as memory from "../../hardware/memory/mod.ts";
import * as steps from "../algorithm/step.ts";
import * as places from "./clock.ts";
import type { Coherence } from "../../hardware/memory/mod.ts";
import type { Again, Word } from "../algorithm/step.ts";
import type { TimedThread } from "./thread.ts";
import type { Waits } from "./waiting.ts";
import type { ThreadQueue } from "./thread-queue.ts";

// Own copies: see hardware/memory/registers.ts.
const { REGISTERS, ACCESS, SURE } = memory;
const { EVERYBODY, READ } = steps;
const { CLOCK: clock, AT, BOUND, NOW } = places;

/** The bounds. */
export class Lookahead {
  private path: readonly (0 | 1 | 2)[] = [];
  private readonly pathTime: Float64Array = new Float64Array(1);

  constructor(
    private readonly coherence: Coherence,
    private readonly queue: ThreadQueue,
    private readonly waits: Waits,
    /** Threads whose numbers are those by which words know them, and their ranks. */
    private readonly known: number,
  ) {}

  /**
   * Puts into `BOUND` the time before which an access of `thread` to `word` is nobody else's business; -1: it must be
   * an event of its own.
   */
  bound(word: Word, kind: 0 | 1 | 2, thread: TimedThread): void {
    const { owner } = word;
    if (owner === EVERYBODY) {
      // Whoever spins on it is to be woken at the time of the write.
      if (kind !== READ && word.waiting > 0) clock[BOUND] = -1;
      else this.sure(word, kind, thread);
      return;
    }
    const { id } = thread;
    clock[BOUND] = -1;
    // Nobody who is not known, or not one of these.
    if (id >= this.known || owner >= this.known) return;
    if (id !== owner) {
      this.nextOf(owner, thread);
      return;
    }
    const other = word.other.value;
    if (other === 0) {
      // To become the other party, somebody has to take this line first.
      this.sure(word.other, READ, thread);
      return;
    }
    if (word.named !== true) return;
    if (other - 1 === id) clock[BOUND] = Infinity;
    else if (other - 1 < this.known) this.nextOf(other - 1, thread);
  }

  private sure(word: Word, kind: 0 | 1 | 2, thread: TimedThread): void {
    const { coherence } = this;
    REGISTERS[ACCESS] = clock[NOW] as number;
    coherence.lookUp(word, kind, thread.core);
    clock[BOUND] = REGISTERS[SURE] as number;
  }

  /** Whether `thread` is sure to hit all along the way to the same work again; then it has, by its time in the clock. */
  again(again: Again, thread: TimedThread): boolean {
    const { counter } = again;
    if (thread.id >= this.known || !again.clear() || counter.waiting > 0) return false;
    const { coherence } = this;
    const now = clock[NOW] as number;
    if (again.path !== this.path) this.measure(again.path);
    const at = now + (this.pathTime[0] as number);
    clock[AT] = at;
    REGISTERS[ACCESS] = now;
    coherence.lookUpAll(again.lines, counter, thread.core);
    return at < (REGISTERS[SURE] as number);
  }

  /** Keep the time that a path of hits takes; most are the same. */
  private measure(path: readonly (0 | 1 | 2)[]): void {
    this.path = path;
    const { hits } = this.coherence;
    this.pathTime[0] = path.reduce<number>((sum, kind) => sum + (hits[kind] as number), 0);
  }

  /** Puts into `BOUND` the time before which thread `id` does nothing, as far as `asking` knows. */
  private nextOf(id: number, asking: TimedThread): void {
    const { queue, waits } = this;
    const waiting = waits.on[id] !== 0;
    if (waiting === true) {
      const by = waits.by[id];
      if (by === undefined || by.value - 1 !== asking.id) {
        clock[BOUND] = -1;
        return;
      }
    }
    if (queue.has(id) === true) clock[BOUND] = queue.times[id] as number;
    else clock[BOUND] = waiting === true ? Infinity : -1;
  }
}
