/** Flat combining per replica (Hendler et al. 2010): one thread at a time carries out everybody's operations. */
import type { Appending } from "./appending.ts";
import { type Liveness, LOOKS } from "./liveness.ts";
import type { Cursor } from "./log.ts";
import type { Replaying } from "./replay.ts";
import type { Registration, Replica } from "./replica.ts";
import type { Appended, Shared } from "./shared.ts";
import { type Steps, Work } from "./step.ts";

/** Rounds of combiners. */
export class Combiner<Op, R> {
  constructor(
    private readonly shared: Shared<Op, R>,
    private readonly replaying: Replaying<Op, R>,
    private readonly appending: Appending<Op, R>,
    private readonly liveness: Liveness<Op, R>,
  ) {}

  /**
   * Become the replica's combiner for one round, unless somebody is.
   *
   * @param looked the caller has just seen the replica without a combiner.
   */
  *tryCombine(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    looked: boolean,
  ): Steps<boolean> {
    const combiner = replica.combiner;
    const looks = LOOKS - (looked ? 1 : 0);
    for (let look = 0; look < looks; look++) {
      yield combiner.read;
      if (combiner.value !== 0) return false;
    }
    yield combiner.rmw;
    if (combiner.value !== 0) return false;
    combiner.value = thread.id + 1;
    const stuck: Cursor | undefined = yield this.shared.withAffinity(
      thread,
      replica.domain,
      this.combine(thread, replica),
    );
    yield combiner.write;
    combiner.value = 0;
    // Appended and answered, but nothing could be freed: now bring the one behind up to date.
    if (stuck !== undefined) yield this.liveness.sync(thread, stuck);
    return true;
  }

  /** One round of the combiner: collect, append (reserve and fill), replay, answer. */
  private *combine(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
  ): Steps<Cursor | undefined> {
    const { lockDuringAppend, concurrentMembership } = this.shared.options;
    const { ops } = replica.round;
    this.shared.counts.rounds++;
    this.shared.observer?.phase(thread.id, replica.id, "collect");
    // Replays during the append may already meet this round's own entries.
    replica.results.length = 0;
    const name = concurrentMembership ? replica.cursor.id : undefined;
    yield new Work("round", replica.threads.length, thread.domain);
    // The set may change while a round goes on (finer freeze).
    const { threads } = replica;
    const contexts = threads.map((t) => (this.shared.threads[t] as Registration<Op, R>).context);
    yield replica.round.collect.begin(contexts, name);
    this.shared.observer?.took(replica.id, replica.round.tookFrom(threads, contexts));
    let outcome: Appended = { appended: true, stuck: undefined };
    while (ops.length > 0) {
      if (lockDuringAppend) {
        this.shared.observer?.phase(thread.id, replica.id, "lock");
        yield this.replaying.lockData(replica);
      }
      outcome = yield this.appending.append(thread, replica, ops);
      if (lockDuringAppend) yield replica.lock.releaseWrite();
      if (outcome.appended) break;
      // No room: become the combiner of the replica that is furthest behind as well, then try again.
      this.shared.counts.escapes++;
      this.shared.observer?.phase(thread.id, replica.id, "help");
      yield this.liveness.help(thread, outcome.stuck as Cursor, replica.cursor);
    }
    this.shared.observer?.phase(thread.id, replica.id, "lock");
    yield this.replaying.lockData(replica);
    this.shared.observer?.phase(thread.id, replica.id, "replay");
    yield this.replaying.replay(thread, replica);
    yield replica.lock.releaseWrite();
    this.shared.observer?.phase(thread.id, replica.id, "answer");
    const answered = yield replica.round.answer.begin();
    this.shared.counts.combined += answered;
    this.shared.observer?.phase(thread.id, replica.id, "");
    // If the one behind was this replica itself, the replay above has caught up.
    if (outcome.stuck === undefined || outcome.stuck === replica.cursor) return undefined;
    this.shared.counts.escapes++;
    return outcome.stuck;
  }
}
