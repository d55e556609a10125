/** NR's read path: catch up with what is completed, then read the local replica under its lock. */
import type { Combiner } from "./combiner.ts";
import type { ReaderState, Registration, Replica } from "./replica.ts";
import type { Shared } from "./shared.ts";
import { ReadMany } from "./read-many.ts";
import { type Steps, Wait, Work } from "./step.ts";

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
    this.shared.observer?.behind(thread.id, true);
    for (;;) {
      yield replica.combiner.read;
      const combined: boolean = replica.combiner.value === 0 &&
        (yield this.combiner.tryCombine(thread, replica, true));
      if (!combined) {
        state.completed = completed;
        yield state.behind;
      }
      yield ltail.read;
      if (ltail.value >= completed) break;
    }
    this.shared.observer?.behind(thread.id, false);
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

  /** Looking operations one after the other, whose answers nobody wants, until `more` says so; gives 0. */
  readMany(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    more: () => boolean,
  ): ReadMany {
    return this.stateOf(thread, replica).many.begin(more);
  }

  private stateOf(thread: Registration<Op, R>, replica: Replica<Op, R>): ReaderState {
    return replica.reading[thread.id] ??= this.newState(thread, replica);
  }

  private newState(thread: Registration<Op, R>, replica: Replica<Op, R>): ReaderState {
    const { ltail } = replica.cursor;
    const { combiner } = replica;
    const { ctail } = this.shared.log;
    const state: ReaderState = {
      completed: 0,
      many: new ReadMany(
        ctail,
        ltail,
        replica.lock,
        thread.id,
        new Work("get", 1, replica.domain),
        (completed) => this.catchUpTo(thread, replica, completed),
      ),
      behind: new Wait(
        [ltail, combiner],
        () => ltail.value >= state.completed || combiner.value === 0,
        undefined,
        combiner,
      ),
    };
    return state;
  }
}
