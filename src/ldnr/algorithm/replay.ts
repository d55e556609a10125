/** Applying the log to a replica: by its combiner, under the replica's write lock. */
import type { Registration, Replica } from "./replica.ts";
import type { Shared } from "./shared.ts";
import { type Steps, Work } from "./step.ts";

/** Brings replicas up to date. */
export class Replaying<Op, R> {
  constructor(private readonly shared: Shared<Op, R>) {}

  /** Take the write lock; readers' counters are looked at one after the other. */
  lockData(replica: Replica<Op, R>): Steps {
    // While replicas come and go, any thread may read here.
    const all = this.shared.options.concurrentMembership;
    return replica.lock.acquireWrite(all ? undefined : replica.threads);
  }

  /** Replay while appending: the write lock is either held already or taken for this. */
  *replayLocked(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps<number> {
    if (this.shared.options.lockDuringAppend) return yield this.replay(thread, replica);
    yield this.lockData(replica);
    const count = yield this.replay(thread, replica);
    yield replica.lock.releaseWrite();
    return count;
  }

  *replay(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps<number> {
    const count = yield this.shared.log.replay(
      replica.cursor,
      (op, mine) => {
        const answer = replica.data.apply(op, thread.policy);
        if (mine) replica.results.push(answer);
      },
      (n, at) => {
        const work = new Work("put", n, replica.domain);
        work.entry = at;
        return work;
      },
      this.shared.options.aggregate,
    );
    this.shared.counts.replayed += count;
    return count;
  }
}
