/**
 * Liveness (chapter 6.3.4): a combiner that cannot append becomes the combiner of the replica that is
 * furthest behind as well, with memory from that replica's domain.
 */
import type { Cursor } from "./log.ts";
import type { Replaying } from "./replay.ts";
import type { Registration, Replica } from "./replica.ts";
import type { Shared } from "./shared.ts";
import { type Steps, Wait } from "./step.ts";

/** Looks at a combiner's lock before a thread tries to take it. */
export const LOOKS = 4;

/** Work on other replicas than one's own. */
export class Liveness<Op, R> {
  constructor(
    private readonly shared: Shared<Op, R>,
    private readonly replaying: Replaying<Op, R>,
  ) {}

  /** Become the combiner of a lagging replica for one replay, unless somebody is. */
  *help(thread: Registration<Op, R>, behind: Cursor, own?: Cursor): Steps {
    const replica = this.shared.find(behind);
    if (replica === undefined) return;
    // The same four looks before the swap as of any combiner.
    for (let look = 0; look < LOOKS; look++) {
      yield replica.combiner.read;
      if (replica.combiner.value !== 0) break;
    }
    if (replica.combiner.value === 0) yield replica.combiner.rmw;
    if (replica.combiner.value !== 0) {
      // Somebody else works on it. The code comes back at once, to find the same; here the thread waits
      // instead - unless there is something to replay, for which that somebody may be waiting in turn.
      const tail = this.shared.log.tail.value;
      const idle = own !== undefined && own !== behind && own.ltail.value === tail;
      if (idle) {
        const was = behind.ltail.value;
        yield new Wait(
          [replica.combiner, behind.ltail, this.shared.log.tail, this.shared.log.members],
          () =>
            replica.combiner.value === 0 || behind.ltail.value !== was ||
            this.shared.log.tail.value !== tail || this.shared.find(behind) === undefined,
        );
      }
      return;
    }
    replica.combiner.value = thread.id + 1;
    this.shared.observer?.help(thread.id, replica.id, true);
    yield this.shared.withAffinity(thread, replica.domain, this.replayAlone(thread, replica));
    this.shared.observer?.help(thread.id, replica.id, false);
    yield replica.combiner.write;
    replica.combiner.value = 0;
  }

  private *replayAlone(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps {
    replica.results.length = 0;
    yield this.replaying.lockData(replica);
    yield this.replaying.replay(thread, replica);
    yield replica.lock.releaseWrite();
    if (replica.results.length > 0) {
      throw new Error(`replica ${replica.id}: a helper replayed entries that a combiner waits for`);
    }
  }

  /** Bring a lagging replica up to everything completed now. */
  *sync(thread: Registration<Op, R>, behind: Cursor): Steps {
    yield this.shared.log.ctail.read;
    const completed = this.shared.log.ctail.value;
    for (;;) {
      const replica = this.shared.find(behind);
      if (replica === undefined) return;
      yield behind.ltail.read;
      if (behind.ltail.value >= completed) return;
      yield this.help(thread, behind);
      if (behind.ltail.value >= completed) return;
      yield new Wait(
        [behind.ltail, replica.combiner, this.shared.log.members],
        () =>
          behind.ltail.value >= completed || replica.combiner.value === 0 ||
          this.shared.find(behind) === undefined,
      );
    }
  }
}
