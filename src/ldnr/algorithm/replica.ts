/** One replica: the copy of the data structure and what its combiner and readers synchronize on. */
import type { CacheLine } from "../../hardware/memory/line.ts";
import type { CatchUp } from "./catch-up.ts";
import type { Context } from "./context.ts";
import type { Cursor } from "./log.ts";
import type { ReadMany } from "./read-many.ts";
import { DistributedRwLock } from "./rwlock.ts";
import { Answer, Collect } from "./scripts.ts";
import { Word } from "./step.ts";

/** A sequential data structure that can be replicated (the library's `Dispatch` trait). */
export interface Structure<Op, R> {
  /** Carry out an operation that changes the structure; new memory comes from `domain`. */
  apply(op: Op, domain: number): R;
  /** Carry out an operation that only looks. */
  read(op: Op): R;
  /** A copy in memory of `domain`. */
  clone(domain: number): Structure<Op, R>;
}

/** A thread registered with a replicated structure. */
export interface Registration<Op, R> {
  /** Number of the thread, unique across replicas, and among the threads of its domain. */
  readonly id: number;
  readonly indexInDomain: number;
  /** NUMA domain that the thread runs on. */
  readonly domain: number;
  /** Core that the thread is pinned to. */
  readonly place: number;
  readonly context: Context<Op, R>;
  /** Domain that memory allocated by this thread comes from: what the affinity manager switches. */
  policy: number;
}

/** What one thread reuses from read to read on one replica, so that reads allocate nothing. */
export interface ReaderState {
  /** Its wait for the replica to catch up, and its looks. */
  readonly catchUp: CatchUp;
  readonly many: ReadMany;
}

/** What a combiner's round has collected, and from which contexts how much each. */
class Round<Op, R> {
  readonly ops: Op[] = [];
  private readonly served: (Context<Op, R> | number)[] = [];
  readonly collect: Collect<Op, R> = new Collect<Op, R>(this.ops, this.served);
  readonly answer: Answer<Op, R>;

  constructor(results: readonly R[]) {
    this.answer = new Answer<Op, R>(results, this.served);
  }

  /** Those of `threads`, whose contexts are `contexts`, that something was taken from. */
  tookFrom(threads: readonly number[], contexts: readonly Context<Op, R>[]): readonly number[] {
    const served = new Set(this.served);
    return threads.filter((_, i) => served.has(contexts[i] as Context<Op, R>));
  }
}

/** A replica. Its place in the log (`cursor`) and its threads are kept outside of the structure. */
export class Replica<Op, R> {
  /** 0, or 1 + the thread that combines. */
  readonly combiner: Word = new Word(0);
  /** 1 once no operation may enter any more (finer freeze). */
  readonly closed: Word = new Word(0);
  readonly lock: DistributedRwLock;
  /** Threads whose operations this replica's combiner collects. */
  threads: readonly number[] = [];
  /** Per thread, made on its first read. */
  readonly reading: (ReaderState | undefined)[] = [];
  /** Lines that every read looks at: those of ctail, ltail and the writer's flag. */
  readLines: readonly CacheLine[] | undefined = undefined;
  /** Answers to the combiner's own entries, in log order. */
  readonly results: R[] = [];
  /** The combiner's round; reused. */
  readonly round: Round<Op, R> = new Round<Op, R>(this.results);

  constructor(
    readonly id: number,
    readonly domain: number,
    readonly cursor: Cursor,
    readonly data: Structure<Op, R>,
    maxThreads: number,
  ) {
    this.lock = new DistributedRwLock(maxThreads, this.combiner);
  }
}
