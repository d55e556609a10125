/** What the parts of the combining protocol share: the log, the versions' settings, counts, who registered. */
import type { Cursor, SharedLog } from "./log.ts";
import type { Registration, Replica } from "./replica.ts";
import type { Steps } from "./step.ts";

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
  /** Fill and replay runs of log entries as one piece of work; otherwise one step per entry. */
  readonly aggregate: boolean;
  /** Replicas may join and leave while other combiners run (LD-NR's finer freeze). */
  readonly concurrentMembership: boolean;
}

/** What an append came to. */
export interface Appended {
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

/** Runs `body` while memory of `thread` comes from `domain`. */
export type WithAffinity<Op, R> = <T>(
  thread: Registration<Op, R>,
  domain: number,
  body: Steps<T>,
) => Steps<T>;

/**
 * Phases of a combiner's round: copy what is pending in the contexts, take the replica's write lock, reserve
 * entries by moving the tail, fill them, free entries that all have applied, help the replica furthest
 * behind, apply the log to the replica, answer. "" when the round is over.
 */
export type RoundPhase =
  | "collect"
  | "lock"
  | "reserve"
  | "fill"
  | "free"
  | "help"
  | "replay"
  | "answer"
  | "";

/** Who is told what happens, for traces. */
export interface ProtocolObserver {
  /** A combiner of `replica` begins a phase of its round. */
  phase(thread: number, replica: number, phase: RoundPhase): void;
  /** The round has collected operations of these threads. */
  took(replica: number, threads: readonly number[]): void;
  /** A reader begins (or ends) to wait until its replica has applied what was completed before. */
  behind(thread: number, begins: boolean): void;
  /** A thread begins (or ends) to replay the log for a replica that is behind. */
  help(thread: number, replica: number, begins: boolean): void;
  /** Entries of the log are free again up to `head`. */
  collected(head: number, tail: number): void;
}

/** State that every part of the protocol works on. */
export class Shared<Op, R> {
  readonly counts: ProtocolCounts = {
    rounds: 0,
    combined: 0,
    replayed: 0,
    collections: 0,
    escapes: 0,
  };
  observer: ProtocolObserver | undefined = undefined;

  constructor(
    readonly log: SharedLog<Op>,
    readonly options: ProtocolOptions,
    readonly threads: readonly Registration<Op, R>[],
    /** The replica whose place in the log a cursor is, while it exists. */
    readonly find: (cursor: Cursor) => Replica<Op, R> | undefined,
    readonly withAffinity: WithAffinity<Op, R>,
  ) {}
}
