/**
 * What NR and LD-NR share: flat combining per replica, append, replay and garbage collection of the log
 * (chapter 6.2.1 and 6.3.4; the Rust library node-replication, versions 0.1 and 0.2).
 */
import type { Context } from "./context.ts";
import type { Cursor, SharedLog } from "./log.ts";
import type { ReaderState, Registration, Replica } from "./replica.ts";
import { type Steps, Sweep, Wait, type Word, Work } from "./step.ts";

/** Own-cache reads of one round of waiting for the replica furthest behind. */
const POLLS_PER_ROUND = 20;

/** How the protocol behaves where versions differ. */
export interface ProtocolOptions {
  /**
   * Rounds that a combiner waits for the replica furthest behind before it reports it as stuck: 128 in
   * NR 0.2 and LD-NR; Infinity in NR 0.1, which only warns and so can stall.
   */
  readonly gcSpins: number;
  /** Polls of its own answer after which a thread tries to combine again (2^29; LD-NR 2^24). */
  readonly responseSpins: number;
  /** The combiner holds its replica's write lock while it appends (NR 0.2 and LD-NR). */
  readonly lockDuringAppend: boolean;
  /** Price runs of log entries at once; the exact form takes one step per entry. */
  readonly aggregate: boolean;
  /** Replicas may join and leave while other combiners run (LD-NR's finer freeze). */
  readonly concurrentMembership: boolean;
}

/** What an append came to. */
interface Appended {
  readonly appended: boolean;
  /** The replica that is too far behind for space to be freed. */
  readonly stuck: Cursor | undefined;
}

/** Counters of what happened, for tests and reports. */
export interface ProtocolCounts {
  rounds: number;
  combined: number;
  replayed: number;
  collections: number;
  escapes: number;
}

/** The combining protocol over one log. Subclassed only by composition: NR and LD-NR hold one. */
export class Protocol<Op, R> {
  readonly counts: ProtocolCounts = {
    rounds: 0,
    combined: 0,
    replayed: 0,
    collections: 0,
    escapes: 0,
  };
  /** Told at the borders of combining phases, for traces. */
  onPhase: ((thread: number, replica: number, phase: string) => void) | undefined = undefined;

  constructor(
    readonly log: SharedLog<Op>,
    readonly options: ProtocolOptions,
    private readonly threads: readonly Registration<Op, R>[],
    private readonly find: (cursor: Cursor) => Replica<Op, R> | undefined,
    /** Run `body` while memory comes from `domain`. */
    private readonly withAffinity: <T>(
      thread: Registration<Op, R>,
      domain: number,
      body: Steps<T>,
    ) => Steps<T>,
  ) {}

  /** Carry out a changing operation on `replica`: enqueue, combine or be combined, return the answer. */
  *write(thread: Registration<Op, R>, replica: Replica<Op, R>, op: Op): Steps<R> {
    const context = thread.context;
    const index = context.tail.value;
    yield context.enqueue(op);
    for (;;) {
      yield this.tryCombine(thread, replica);
      yield context.comb.read;
      if (context.comb.value > index) return context.result(index);
      yield context.untilAnswered(index, this.options.responseSpins);
      if (context.comb.value > index) return context.result(index);
    }
  }

  /** Wait until `replica` has applied everything completed before, helping if nobody combines. */
  *catchUp(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps {
    yield this.log.ctail.read;
    const completed = this.log.ctail.value;
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
        (yield this.tryCombine(thread, replica));
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
    const { ctail } = this.log;
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
    const { ctail } = this.log;
    const { ltail } = replica.cursor;
    const writer = replica.lock.writer;
    const combiner = replica.combiner;
    const words = outside === undefined ? [ctail, writer] : [ctail, writer, outside];
    const state: ReaderState = {
      completed: 0,
      entry: new Sweep([ctail, ltail, writer], false, true),
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

  /** Become the replica's combiner for one round, unless somebody is. */
  *tryCombine(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps<boolean> {
    const combiner = replica.combiner;
    // Three more looks at a line just fetched take no time worth an event.
    for (let look = this.options.aggregate ? 3 : 0; look < 4; look++) {
      yield combiner.read;
      if (combiner.value !== 0) return false;
    }
    yield combiner.rmw;
    if (combiner.value !== 0) return false;
    combiner.value = thread.id + 1;
    const stuck: Cursor | undefined = yield this.withAffinity(
      thread,
      replica.domain,
      this.combine(thread, replica),
    );
    yield combiner.write;
    combiner.value = 0;
    // Appended and answered, but nothing could be freed: now bring the one behind up to date.
    if (stuck !== undefined) yield this.sync(thread, stuck);
    return true;
  }

  /** One round of the combiner: collect, append, replay, answer. */
  private *combine(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
  ): Steps<Cursor | undefined> {
    const { lockDuringAppend, concurrentMembership, aggregate } = this.options;
    const ops: Op[] = [];
    const served: { context: Context<Op, R>; count: number }[] = [];
    this.counts.rounds++;
    this.onPhase?.(thread.id, replica.id, "collect");
    // Replays during the append may already meet this round's own entries.
    replica.results.length = 0;
    const name = concurrentMembership ? replica.cursor.id : undefined;
    yield new Work("round", replica.threads.length, thread.domain);
    if (aggregate) yield this.contextSweep(replica);
    for (const other of replica.threads) {
      const context = (this.threads[other] as Registration<Op, R>).context;
      // After the sweep, the indices of idle contexts need no second look.
      if (aggregate && context.tail.value === context.comb.value) continue;
      let count: number;
      if (aggregate && name === undefined) {
        yield context.slots.peek;
        count = context.take(ops);
      } else count = yield context.collect(ops, name);
      if (count > 0) served.push({ context, count });
    }
    let outcome: Appended = { appended: true, stuck: undefined };
    while (ops.length > 0) {
      this.onPhase?.(thread.id, replica.id, "append");
      if (lockDuringAppend) yield this.lockData(replica);
      outcome = yield this.append(thread, replica, ops);
      if (lockDuringAppend) yield replica.lock.releaseWrite();
      if (outcome.appended) break;
      // No room: become the combiner of the replica that is furthest behind as well, then try again.
      this.counts.escapes++;
      this.onPhase?.(thread.id, (outcome.stuck as Cursor).replica, "help");
      yield this.help(thread, outcome.stuck as Cursor, replica.cursor);
    }
    this.onPhase?.(thread.id, replica.id, "replay");
    yield this.lockData(replica);
    yield this.replay(thread, replica);
    yield replica.lock.releaseWrite();
    this.onPhase?.(thread.id, replica.id, "answer");
    let from = 0;
    for (const { context, count } of served) {
      yield context.slots.post;
      context.give(replica.results, from, count);
      yield context.comb.post;
      context.comb.value += count;
      from += count;
    }
    this.counts.combined += from;
    this.onPhase?.(thread.id, replica.id, "");
    // If the one behind was this replica itself, the replay above has caught up.
    if (outcome.stuck === undefined || outcome.stuck === replica.cursor) return undefined;
    this.counts.escapes++;
    return outcome.stuck;
  }

  private contextSweep(replica: Replica<Op, R>): Sweep {
    return replica.contextSweep ??= new Sweep(
      replica.threads.flatMap((t) => {
        const { comb, tail } = (this.threads[t] as Registration<Op, R>).context;
        return [comb, tail];
      }),
    );
  }

  /** Take the write lock; with prices by run, the readers' counters are looked through at once. */
  private lockData(replica: Replica<Op, R>): Steps {
    if (!this.options.aggregate) return replica.lock.acquireWrite(this.readersOf(replica));
    const slots = this.readersOf(replica) ?? this.threads.map((t) => t.id);
    replica.readerSweep ??= new Sweep(slots.map((t) => replica.lock.readers[t] as Word), true);
    return replica.lock.acquireWriteSwept(replica.readerSweep);
  }

  private readersOf(replica: Replica<Op, R>): readonly number[] | undefined {
    return this.options.concurrentMembership ? undefined : replica.threads;
  }

  /** Put `ops` on the log, freeing entries first or afterwards where the threshold demands it. */
  private *append(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
    ops: readonly Op[],
  ): Steps<Appended> {
    const log = this.log;
    for (;;) {
      yield log.tail.read;
      const tail = log.tail.value;
      yield log.head.read;
      const head = log.head.value;
      if (log.isFull(tail, head)) {
        yield this.replayLocked(thread, replica);
        const stuck = yield this.advanceHead(thread, replica);
        if (stuck !== undefined) return { appended: false, stuck };
        continue;
      }
      const collect = log.isFull(tail + ops.length, head);
      yield log.tail.rmw;
      if (log.tail.value !== tail) continue;
      log.tail.value = tail + ops.length;
      yield log.fill(tail, ops, replica.cursor, thread.place, this.options.aggregate);
      const stuck = collect ? yield this.advanceHead(thread, replica) : undefined;
      return { appended: true, stuck };
    }
  }

  /** Free every entry that all replicas have applied; the replica furthest behind if none can be freed. */
  private *advanceHead(
    thread: Registration<Op, R>,
    replica: Replica<Op, R>,
  ): Steps<Cursor | undefined> {
    const log = this.log;
    for (let round = 1;; round++) {
      if (this.options.concurrentMembership) yield this.lockCollection();
      yield log.head.read;
      const head = log.head.value;
      yield log.tail.read;
      const tail = log.tail.value;
      let last = log.cursors[0] as Cursor;
      let min = Infinity;
      for (const cursor of [...log.cursors]) {
        yield cursor.ltail.peek;
        if (cursor.ltail.value < min) {
          min = cursor.ltail.value;
          last = cursor;
        }
      }
      const advanced = min > head;
      if (advanced) {
        yield log.head.write;
        log.head.value = min;
        this.counts.collections++;
      }
      if (this.options.concurrentMembership) yield this.unlockCollection();
      if (advanced && !log.isFull(tail, min)) return undefined;
      if (!advanced && round > this.options.gcSpins) return last;
      const replayed = yield this.replayLocked(thread, replica);
      if (replayed > 0 || advanced) continue;
      const { gcSpins, aggregate } = this.options;
      if (gcSpins !== Infinity && !aggregate) continue;
      // Rounds in which nothing can change cost no steps.
      const changed = () =>
        last.ltail.value !== min || log.tail.value !== tail || log.head.value !== head;
      const polls = gcSpins === Infinity ? undefined : (gcSpins - round + 1) * POLLS_PER_ROUND;
      yield new Wait([last.ltail, log.tail, log.head, log.members], changed, polls);
      if (!changed() && gcSpins !== Infinity) return last;
    }
  }

  *lockCollection(): Steps {
    const lock = this.log.gcLock;
    for (;;) {
      yield lock.rmw;
      if (lock.value === 0) break;
      yield new Wait([lock], () => lock.value === 0);
    }
    lock.value = 1;
  }

  *unlockCollection(): Steps {
    yield this.log.gcLock.write;
    this.log.gcLock.value = 0;
  }

  /** Replay while appending: the write lock is either held already or taken for this. */
  private *replayLocked(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps<number> {
    if (this.options.lockDuringAppend) return yield this.replay(thread, replica);
    yield this.lockData(replica);
    const count = yield this.replay(thread, replica);
    yield replica.lock.releaseWrite();
    return count;
  }

  private *replay(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps<number> {
    const count = yield this.log.replay(
      replica.cursor,
      (op, mine) => {
        const answer = replica.data.apply(op, thread.policy);
        if (mine) replica.results.push(answer);
      },
      (n, place) => {
        const work = new Work("put", n, replica.domain);
        work.place = place;
        return work;
      },
      this.options.aggregate,
    );
    this.counts.replayed += count;
    return count;
  }

  /** Become the combiner of a lagging replica for one replay, unless somebody is. */
  *help(thread: Registration<Op, R>, behind: Cursor, own?: Cursor): Steps {
    const replica = this.find(behind);
    if (replica === undefined) return;
    yield replica.combiner.rmw;
    if (replica.combiner.value !== 0) {
      // Somebody else works on it. With prices by run, wait instead of coming back at once - unless
      // there is something to replay here, for which that somebody may be waiting in turn.
      const tail = this.log.tail.value;
      const idle = own !== undefined && own !== behind && own.ltail.value === tail;
      if (this.options.aggregate && idle) {
        const was = behind.ltail.value;
        yield new Wait(
          [replica.combiner, behind.ltail, this.log.tail, this.log.members],
          () =>
            replica.combiner.value === 0 || behind.ltail.value !== was ||
            this.log.tail.value !== tail || this.find(behind) === undefined,
        );
      }
      return;
    }
    replica.combiner.value = thread.id + 1;
    yield this.withAffinity(thread, replica.domain, this.replayAlone(thread, replica));
    yield replica.combiner.write;
    replica.combiner.value = 0;
  }

  private *replayAlone(thread: Registration<Op, R>, replica: Replica<Op, R>): Steps {
    replica.results.length = 0;
    yield this.lockData(replica);
    yield this.replay(thread, replica);
    yield replica.lock.releaseWrite();
    if (replica.results.length > 0) {
      throw new Error(`replica ${replica.id}: a helper replayed entries that a combiner waits for`);
    }
  }

  /** Bring a lagging replica up to everything completed now. */
  *sync(thread: Registration<Op, R>, behind: Cursor): Steps {
    yield this.log.ctail.read;
    const completed = this.log.ctail.value;
    for (;;) {
      const replica = this.find(behind);
      if (replica === undefined) return;
      yield behind.ltail.read;
      if (behind.ltail.value >= completed) return;
      yield this.help(thread, behind);
      if (behind.ltail.value >= completed) return;
      yield new Wait(
        [behind.ltail, replica.combiner, this.log.members],
        () =>
          behind.ltail.value >= completed || replica.combiner.value === 0 ||
          this.find(behind) === undefined,
      );
    }
  }
}
