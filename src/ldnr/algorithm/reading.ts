/** NR's read path: catch up with what is completed, then read the local replica under its lock. */
import type { Combiner } from "./combiner.ts";
import type { ReaderState, Registration, Replica } from "./replica.ts";
import type { Shared } from "./shared.ts";
import { CatchUp } from "./catch-up.ts";
import { ReadMany } from "./read-many.ts";
import { type Steps, type Tally, Work } from "./step.ts";

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
      yield this.stateOf(thread, replica).catchUp.begin(completed);
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

  /** Looking operations one after the other, whose answers nobody wants, until `tally` says so; gives 0. */
  readMany(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    tally: Tally,
  ): ReadMany {
    return this.stateOf(thread, replica).many.begin(tally);
  }

  private stateOf(thread: Registration<Op, R>, replica: Replica<Op, R>): ReaderState {
    return replica.reading[thread.id] ??= this.newState(thread, replica);
  }

  private newState(thread: Registration<Op, R>, replica: Replica<Op, R>): ReaderState {
    const { ltail } = replica.cursor;
    const { combiner } = replica;
    const { ctail } = this.shared.log;
    const catchUp = new CatchUp(
      ltail,
      combiner,
      () => this.combiner.tryCombine(thread, replica, true),
      (begins) => this.shared.observer?.behind(thread.id, begins),
    );
    const look = new Work("get", 1, replica.domain);
    const lines = replica.readLines ??= [ctail, ltail, replica.lock.writer];
    return {
      catchUp,
      many: new ReadMany(ctail, ltail, replica.lock, thread.id, look, catchUp, lines),
    };
  }
}
