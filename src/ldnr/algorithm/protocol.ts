/**
 * What NR and LD-NR share (chapter 6.2.1 and 6.3.4; the Rust library node-replication, versions 0.1 and
 * 0.2): the combining protocol over one log, put together from its parts.
 */
import { Appending } from "./appending.ts";
import { Combiner } from "./combiner.ts";
import { Liveness } from "./liveness.ts";
import type { Cursor, SharedLog } from "./log.ts";
import { Reading } from "./reading.ts";
import { Replaying } from "./replay.ts";
import type { Registration, Replica } from "./replica.ts";
import {
  type ProtocolCounts,
  type ProtocolObserver,
  type ProtocolOptions,
  Shared,
  type WithAffinity,
} from "./shared.ts";
import type { Piece, Steps, Tally, Work } from "./step.ts";
import { Write } from "./write.ts";

export type { ProtocolCounts, ProtocolObserver, ProtocolOptions } from "./shared.ts";

/** The combining protocol over one log. NR and LD-NR each hold one. */
export class Protocol<Op, R> {
  private readonly shared: Shared<Op, R>;
  private readonly replaying: Replaying<Op, R>;
  private readonly appending: Appending<Op, R>;
  private readonly liveness: Liveness<Op, R>;
  private readonly combiner: Combiner<Op, R>;
  private readonly reading: Reading<Op, R>;
  /** Each thread's write, reused. */
  private readonly writes: (Write<Op, R> | undefined)[] = [];

  constructor(
    readonly log: SharedLog<Op>,
    readonly options: ProtocolOptions,
    threads: readonly Registration<Op, R>[],
    find: (cursor: Cursor) => Replica<Op, R> | undefined,
    /** Run `body` while memory comes from `domain`. */
    withAffinity: WithAffinity<Op, R>,
  ) {
    this.shared = new Shared(log, options, threads, find, withAffinity);
    this.replaying = new Replaying(this.shared);
    this.appending = new Appending(this.shared, this.replaying);
    this.liveness = new Liveness(this.shared, this.replaying);
    this.combiner = new Combiner(this.shared, this.replaying, this.appending, this.liveness);
    this.reading = new Reading(this.shared, this.combiner);
  }

  /** Counters of what happened. */
  get counts(): ProtocolCounts {
    return this.shared.counts;
  }

  /** Who is told what happens, for traces. */
  set observer(observer: ProtocolObserver) {
    this.shared.observer = observer;
  }

  /** Carry out a changing operation on `replica`: enqueue, combine or be combined, return the answer. */
  write(thread: Registration<Op, R>, replica: Replica<Op, R>, op: Op): Piece<R> {
    const write = this.writes[thread.id] ??= new Write(thread, this.combiner, this.options);
    return write.begin(replica, op);
  }

  /** Wait until `replica` has applied everything completed before, helping if nobody combines. */
  catchUp(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps {
    return this.reading.catchUp(thread, replica);
  }

  /** Carry out a looking operation on `replica`, after everything completed before it. */
  read(thread: Registration<Op, R>, replica: Replica<Op, R>, op: Op, look: Work): Steps<R> {
    return this.reading.read(thread, replica, op, look);
  }

  /** Looking operations one after the other, whose answers nobody wants, until `tally` says so. */
  readMany(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    tally: Tally,
  ): Piece<number> {
    return this.reading.readMany(thread, replica, tally);
  }

  /** Become the replica's combiner for one round, unless somebody is. */
  tryCombine(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps<boolean> {
    return this.combiner.tryCombine(thread, replica, false);
  }

  /** Free every entry that all replicas have applied; the replica furthest behind if none can be freed. */
  advanceHead(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
  ): Steps<Cursor | undefined> {
    return this.appending.advanceHead(thread, replica);
  }

  /** Keep collections of the log out while replicas join or leave (finer freeze). */
  lockCollection(): Steps {
    return this.appending.lockCollection();
  }

  /** Let collections go on. */
  unlockCollection(): Steps {
    return this.appending.unlockCollection();
  }
}
