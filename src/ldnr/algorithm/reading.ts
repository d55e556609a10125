/** NR's read path: catch up with what is completed, then read the local replica under its lock. */
import type { Combiner } from "./combiner.ts";
import type { ReaderState, Registration, Replica } from "./replica.ts";
import type { Shared } from "./shared.ts";
import { type Steps, Sweep, Wait, type Word, Work } from "./step.ts";

/** Looking operations. */
export class Reading<Op, R> {
  constructor(
    private readonly shared: Shared<Op, R>,
    private readonly combiner: Combiner<Op, R>,
  ) {}

  /** Wait until `replica` has applied everything completed before, helping if nobody combines. */
  *catchUp(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps {
    yield this.shared.log.ctail.read;
    const completed = this.shared.log.ctail.value;
    yield replica.cursor.ltail.read;
    if (replica.cursor.ltail.value < completed) {
      yield this.catchUpTo(thread, replica, completed);
    }
  }

  private *catchUpTo(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    completed: number,
  ): Steps {
    const state = replica.reading[thread.id] ?? this.readerState(thread, replica, undefined);
    const ltail = replica.cursor.ltail;
    for (;;) {
      yield replica.combiner.read;
      const combined: boolean = replica.combiner.value === 0 &&
        (yield this.combiner.tryCombine(thread, replica, true));
      if (!combined) {
        state.completed = completed;
        yield state.behind;
      }
      yield ltail.read;
      if (ltail.value >= completed) return;
    }
  }

  /** Carry out a looking operation on `replica`, after everything completed before it. */
  *read(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    op: Op,
    look: Work,
  ): Steps<R> {
    yield this.catchUp(thread, replica);
    yield replica.lock.acquireRead(thread.id);
    yield look;
    const answer = replica.data.read(op);
    yield replica.lock.releaseRead(thread.id);
    return answer;
  }

  /**
   * Up to `count` looking operations one after the other, as one stretch of private work: nothing that
   * another thread does shows until a writer comes or something completes elsewhere, and then the stretch
   * ends with the operation in progress. The number of operations done.
   */
  *readMany(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    count: number,
    outside: Word | undefined,
  ): Steps<number> {
    const { ctail } = this.shared.log;
    const { ltail } = replica.cursor;
    const { lock } = replica;
    const mine = lock.readers[thread.id] as Word;
    const state = replica.reading[thread.id] ?? this.readerState(thread, replica, outside);
    yield state.entry;
    const completed = ctail.value;
    if (ltail.value < completed) {
      yield this.catchUpTo(thread, replica, completed);
      yield lock.writer.read;
    }
    // The lock's own path, spelled out for the common case that no writer is about.
    if (lock.writer.value !== 0) yield lock.acquireRead(thread.id);
    else {
      yield mine.rmw;
      mine.value++;
      if (lock.writer.value !== 0) {
        yield mine.rmw;
        mine.value--;
        yield lock.acquireRead(thread.id);
      }
    }
    state.look.count = count;
    yield state.look;
    yield mine.rmw;
    mine.value--;
    return state.look.done;
  }

  private readerState(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    outside: Word | undefined,
  ): ReaderState {
    const { ctail } = this.shared.log;
    const { ltail } = replica.cursor;
    const writer = replica.lock.writer;
    const combiner = replica.combiner;
    const words = outside === undefined ? [ctail, writer] : [ctail, writer, outside];
    const state: ReaderState = {
      completed: 0,
      entry: new Sweep([ctail, ltail, writer, writer], false, true),
      look: new Work(
        "get",
        1,
        replica.domain,
        words,
        () =>
          writer.value !== 0 || ctail.value > ltail.value ||
          (outside !== undefined && outside.value !== 0),
      ),
      behind: new Wait(
        [ltail, combiner],
        () => ltail.value >= state.completed || combiner.value === 0,
      ),
    };
    return replica.reading[thread.id] = state;
  }
}
