/**
 * How far a thread may go ahead of the clock without any other thread being able to notice, or to do
 * anything that it would have noticed: the whole difference between the fast form and the slow twin.
 *
 * - A hit in the own cache: whoever has a line keeps it until the first request for it is done. A
 *   request takes at least `Coherence.shortest`, so what is not in flight now comes later than that.
 * - A word that only two parties touch: neither has anything to fear before the other's next event.
 */
import type { Coherence } from "../../hardware/memory/mod.ts";
import { type Again, EVERYBODY, READ, type Word } from "../algorithm/step.ts";
import type { TimedThread } from "./thread.ts";
import type { ThreadQueue } from "./thread-queue.ts";
import { AT, NOW } from "./turns.ts";

/** The bounds. */
export class Lookahead {
  private path: readonly (0 | 1 | 2)[] = [];
  private readonly pathTime: Float64Array = new Float64Array(1);

  constructor(
    private readonly coherence: Coherence,
    private readonly threads: readonly TimedThread[],
    private readonly queue: ThreadQueue,
    /** Threads whose numbers are those by which words know them. */
    private readonly known: number,
    /** The machine's times. */
    private readonly clock: Float64Array,
  ) {}

  /**
   * Time before which an access of `thread` to `word` is nobody else's business; -1: it must be an event
   * of its own.
   */
  bound(word: Word, kind: 0 | 1 | 2, thread: TimedThread): number {
    const { owner } = word;
    const now = this.clock[NOW] as number;
    if (owner === EVERYBODY) {
      // Whoever spins on it is to be woken at the time of the write.
      if (kind !== READ && word.waiting > 0) return -1;
      return this.coherence.sureUntil(word, kind, thread.core, now);
    }
    const { id } = thread;
    // Nobody who is not known, or not one of these.
    if (id >= this.known || owner >= this.known) return -1;
    if (id !== owner) return this.nextOf(owner, thread);
    const other = word.other.value;
    if (other === 0) {
      // To become the other party, somebody has to take this line first.
      return this.coherence.sureUntil(word.other, READ, thread.core, now);
    }
    if (word.named !== true) return -1;
    if (other - 1 === id) return Infinity;
    return other - 1 < this.known ? this.nextOf(other - 1, thread) : -1;
  }

  /** Whether `thread` is sure to hit all along the way to the same work again; then it has, by its time in the clock. */
  again(again: Again, thread: TimedThread): boolean {
    const { counter } = again;
    if (thread.id >= this.known || !again.clear() || counter.waiting > 0) return false;
    const { coherence, clock } = this;
    const now = clock[NOW] as number;
    if (again.path !== this.path) this.measure(again.path);
    const at = now + (this.pathTime[0] as number);
    clock[AT] = at;
    return at < coherence.allSureUntil(again.lines, counter, thread.core, now);
  }

  /** Keep the time that a path of hits takes; most are the same. */
  private measure(path: readonly (0 | 1 | 2)[]): void {
    this.path = path;
    const { hits } = this.coherence;
    this.pathTime[0] = path.reduce<number>((sum, kind) => sum + (hits[kind] as number), 0);
  }

  /** Time before which thread `id` does nothing, as far as `asking` knows. */
  private nextOf(id: number, asking: TimedThread): number {
    const thread = this.threads[id] as TimedThread;
    const { wait, scheduled } = thread;
    if (wait === undefined) return scheduled ? this.queue.times[thread.rank] as number : -1;
    if (wait.by === undefined || wait.by.value - 1 !== asking.id) return -1;
    return scheduled ? this.queue.times[thread.rank] as number : Infinity;
  }
}
