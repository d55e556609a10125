/** Applying the log to a replica: by its combiner, under the replica's write lock. */
import type { Registration, Replica } from "./replica.ts";
import type { Shared } from "./shared.ts";
import { type Steps, Sweep, type Word, Work } from "./step.ts";

/** Brings replicas up to date. */
export class Replaying<Op, R> {
  constructor(private readonly shared: Shared<Op, R>) {}

  /** Take the write lock; with prices by run, the readers' counters are looked through at once. */
  lockData(replica: Replica<Op, R>): Steps {
    if (!this.shared.options.aggregate) return replica.lock.acquireWrite(this.readersOf(replica));
    const slots = this.readersOf(replica) ?? this.shared.threads.map((t) => t.id);
    replica.readerSweep ??= new Sweep(slots.map((t) => replica.lock.readers[t] as Word), true);
    return replica.lock.acquireWriteSwept(replica.readerSweep);
  }

  private readersOf(replica: Replica<Op, R>): readonly number[] | undefined {
    return this.shared.options.concurrentMembership ? undefined : replica.threads;
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
