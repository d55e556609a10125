/** NR's read path: catch up with what is completed, then read the local replica under its lock. */
import type { Combiner } from "./combiner.ts";
import type { ReaderState, Registration, Replica } from "./replica.ts";
import type { Shared } from "./shared.ts";
import { READ, RMW, type Steps, Wait, type Word, Work } from "./step.ts";

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
    const state = this.stateOf(thread, replica);
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

  /** Looking operations one after the other, whose answers nobody wants, until `more` says so. */
  *readMany(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    more: () => boolean,
  ): Steps {
    const { ctail } = this.shared.log;
    const { ltail } = replica.cursor;
    const { lock } = replica;
    const mine = lock.readers[thread.id] as Word;
    const state = this.stateOf(thread, replica);
    const { look } = state;
    state.more = more;
    do {
      yield ctail.read;
      const completed = ctail.value;
      yield ltail.read;
      if (ltail.value < completed) yield this.catchUpTo(thread, replica, completed);
      // The lock's own path, spelled out for the common case that no writer is about.
      yield lock.writer.read;
      if (lock.writer.value !== 0) yield lock.acquireRead(thread.id);
      else {
        yield mine.rmw;
        mine.value++;
        yield lock.writer.read;
        if (lock.writer.value !== 0) {
          yield mine.rmw;
          mine.value--;
          yield lock.acquireRead(thread.id);
        }
      }
      yield look;
      yield mine.rmw;
      mine.value--;
    } while (!state.over && more());
    state.over = false;
  }

  private stateOf(thread: Registration<Op, R>, replica: Replica<Op, R>): ReaderState {
    return replica.reading[thread.id] ??= this.newState(thread, replica);
  }

  private newState(thread: Registration<Op, R>, replica: Replica<Op, R>): ReaderState {
    const { ltail } = replica.cursor;
    const { combiner } = replica;
    const { ctail } = this.shared.log;
    const { writer, readers } = replica.lock;
    const state: ReaderState = {
      completed: 0,
      more: () => false,
      over: false,
      look: new Work("get", 1, replica.domain),
      behind: new Wait(
        [ltail, combiner],
        () => ltail.value >= state.completed || combiner.value === 0,
        undefined,
        combiner,
      ),
    };
    state.look.again = {
      reads: [ctail, ltail, writer],
      counter: readers[thread.id] as Word,
      // Leave the lock; look at ctail, ltail and the writer's flag; enter it.
      path: [RMW, READ, READ, READ, RMW, READ],
      clear: () => writer.value === 0 && ltail.value >= ctail.value,
      more: () => {
        const again = state.more();
        state.over = !again;
        return again;
      },
    };
    return state;
  }
}
