/** A thread's place to hand operations to a combiner and get answers back (NR's `Context`). */
import { ANYBODY, type Pair, Wait, Word } from "./step.ts";

/** One thread's ring of pending operations; only the thread enqueues, only a combiner answers. */
export class Context<Op, R> {
  /** Operations enqueued by the thread, and answered by a combiner. */
  readonly tail: Word = new Word(0);
  readonly comb: Word = new Word(0);
  /** The slots' line: operation in, answer out. */
  readonly slots: Word = new Word(0);
  /** Incarnation of the replica that the thread is operating on, 0 outside (finer freeze only). */
  readonly inside: Word = new Word(0);
  private readonly ops: (Op | undefined)[];
  private readonly answers: (R | undefined)[];

  /** Number of the operation that the thread waits for, and its wait; reused to allocate nothing. */
  private awaited = 0;
  private answered: Wait | undefined = undefined;

  constructor(readonly pendingOps: number) {
    const anybody = { owner: ANYBODY, other: this.inside, named: false };
    this.share(anybody);
    this.inside.share(anybody);
    this.ops = new Array<Op | undefined>(pendingOps).fill(undefined);
    this.answers = new Array<R | undefined>(pendingOps).fill(undefined);
  }

  /** Say who besides the thread touches its operations and answers. */
  share(pair: Pair): void {
    this.tail.share(pair);
    this.comb.share(pair);
    this.slots.share(pair);
  }

  /** The thread's side: put an operation into its slot; raising `tail` then shows it to combiners. */
  put(op: Op): void {
    if (this.tail.value - this.comb.value >= this.pendingOps) {
      throw new RangeError(`a thread has ${this.pendingOps} operations pending already`);
    }
    this.ops[this.tail.value % this.pendingOps] = op;
  }

  /** The combiner's side: copy the pending operations `from` to `to` to the end of `into`. */
  take(from: number, to: number, into: Op[]): void {
    for (let i = from; i < to; i++) into.push(this.ops[i % this.pendingOps] as Op);
  }

  /** Spin until operation number `index` is answered, or for `spins` polls. */
  untilAnswered(index: number, spins: number, combiner: Word): Wait {
    this.awaited = index;
    const { answered } = this;
    return answered !== undefined && answered.by === combiner
      ? answered
      : this.waitForAnswer(spins, combiner);
  }

  private waitForAnswer(spins: number, combiner: Word): Wait {
    const answered = () => this.comb.value > this.awaited;
    return this.answered = new Wait([this.comb], answered, spins, combiner);
  }

  /** The combiner's side: store the answers of the `count` oldest pending operations; `comb` then passes them. */
  give(results: readonly R[], from: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.answers[(this.comb.value + i) % this.pendingOps] = results[from + i];
    }
  }

  /** The answer to operation number `index` of this thread, once `comb` has passed it. */
  result(index: number): R {
    return this.answers[index % this.pendingOps] as R;
  }
}
