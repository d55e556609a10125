/** Putting operations on the log, and garbage collection by the appender that crosses the threshold. */
import type { Cursor } from "./log.ts";
import type { Replaying } from "./replay.ts";
import type { Registration, Replica } from "./replica.ts";
import type { Appended, Shared } from "./shared.ts";
import { type Steps, Sweep, Wait } from "./step.ts";

/** Own-cache reads of one round of waiting for the replica furthest behind. */
const POLLS_PER_ROUND = 20;

/** Appends, and frees what every replica has applied. */
export class Appending<Op, R> {
  constructor(
    private readonly shared: Shared<Op, R>,
    private readonly replaying: Replaying<Op, R>,
  ) {}

  /** Put `ops` on the log, freeing entries first or afterwards where the threshold demands it. */
  *append(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    ops: readonly Op[],
  ): Steps<Appended> {
    const { log, observer } = this.shared;
    for (;;) {
      observer?.phase(thread.id, replica.id, "reserve");
      yield log.tail.read;
      const tail = log.tail.value;
      yield log.head.read;
      const head = log.head.value;
      if (log.isFull(tail, head)) {
        observer?.phase(thread.id, replica.id, "free");
        yield this.replaying.replayLocked(thread, replica);
        if (this.shared.options.gcSpins === Infinity) {
          // 0.1 leaves it to the appender that crossed the threshold, and looks again when that has come on.
          const changed = () => log.head.value !== head || log.tail.value !== tail;
          yield new Wait([log.head, log.tail], changed);
          continue;
        }
        const stuck = yield this.advanceHead(thread, replica);
        if (stuck !== undefined) return { appended: false, stuck };
        continue;
      }
      const collect = log.isFull(tail + ops.length, head);
      yield log.tail.rmw;
      if (log.tail.value !== tail) continue;
      log.tail.value = tail + ops.length;
      observer?.phase(thread.id, replica.id, "fill");
      yield log.fill(tail, ops, replica.cursor, this.shared.options.aggregate);
      if (collect) observer?.phase(thread.id, replica.id, "free");
      const stuck = collect ? yield this.advanceHead(thread, replica) : undefined;
      return { appended: true, stuck };
    }
  }

  /** Free every entry that all replicas have applied; the replica furthest behind if none can be freed. */
  *advanceHead(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
  ): Steps<Cursor | undefined> {
    const log = this.shared.log;
    for (let round = 1;; round++) {
      if (this.shared.options.concurrentMembership) yield this.lockCollection();
      yield log.head.read;
      const head = log.head.value;
      yield log.tail.read;
      const tail = log.tail.value;
      let last = log.cursors[0] as Cursor;
      let min = Infinity;
      const cursors = [...log.cursors];
      yield new Sweep(cursors.map((c) => c.ltail));
      for (const cursor of cursors) {
        if (cursor.ltail.value < min) {
          min = cursor.ltail.value;
          last = cursor;
        }
      }
      const advanced = min > head;
      if (advanced) {
        yield log.head.write;
        log.head.value = min;
        this.shared.counts.collections++;
        this.shared.observer?.collected(min, log.tail.value);
      }
      if (this.shared.options.concurrentMembership) yield this.unlockCollection();
      if (advanced && !log.isFull(tail + 1, min)) return undefined;
      if (!advanced && round >= this.shared.options.gcSpins) return last;
      const replayed = yield this.replaying.replayLocked(thread, replica);
      if (replayed > 0 || advanced) continue;
      const { gcSpins } = this.shared.options;
      // Rounds in which nothing can change cost no steps.
      const changed = () =>
        last.ltail.value !== min || log.tail.value !== tail || log.head.value !== head;
      const polls = gcSpins === Infinity ? undefined : (gcSpins - round) * POLLS_PER_ROUND;
      yield new Wait([last.ltail, log.tail, log.head, log.members], changed, polls);
      if (!changed() && gcSpins !== Infinity) return last;
    }
  }

  *lockCollection(): Steps {
    const lock = this.shared.log.gcLock;
    for (;;) {
      yield lock.rmw;
      if (lock.value === 0) break;
      yield new Wait([lock], () => lock.value === 0);
    }
    lock.value = 1;
  }

  *unlockCollection(): Steps {
    yield this.shared.log.gcLock.write;
    this.shared.log.gcLock.value = 0;
  }
}
