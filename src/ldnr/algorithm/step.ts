/**
 * The steps from which every algorithm of this room is written: one shared-memory access, a spin, or a
 * stretch of private work. A thread is a generator of steps. It announces the step, the machine decides
 * when it takes effect, and the code up to the next `yield` runs atomically at that moment. The same
 * generators run on an interleaving machine (any order, for correctness) and on a timed machine (costs
 * of the memory floor, for throughput).
 */
import { CacheLine } from "../../hardware/memory/line.ts";
import type { CallingScript, Script } from "./call-stack.ts";

/** Kinds of steps: an access to a word, and the other classes. */
export const ACCESS = 0, WAIT = 1, WORK = 2, SWEEP = 3;

// Own constants for the getters below, which V8 then compiles into the code.
const LOAD = 0, STORE = 1, CHANGE = 2, BESIDE = 4;

/** The access modes of the memory floor. */
export const READ: 0 = LOAD, WRITE: 1 = STORE, RMW: 2 = CHANGE;
/**
 * Added to a mode: the access is independent of those around it, and the core keeps several such misses in flight, or
 * does not wait for the store.
 */
export const OVERLAPPED: 4 = BESIDE;

const mode = new Int32Array(32);
/**
 * How the word is accessed that has just been said to be the next step: a register (hardware/memory/registers.ts),
 * since a word with an object for each of its modes takes thrice the memory. To be taken before anybody goes on.
 */
export const MODE: Int32Array = mode;

/** What the other classes of steps have in common, by which the machine tells them from called pieces. */
export abstract class AnyStep<Kind extends number> {
  // Here, so that it is in the same place in all of them.
  constructor(readonly kind: Kind) {}
}

/** Home of words that stand for something else's change: reading or writing them costs nothing. */
export const NOWHERE = -1;

/**
 * Two parties share a word: its owner, and whoever `other` says. If `other` names a thread (its number
 * plus 1; 0: nobody now), that one; otherwise whoever has made `other` not 0. With `ANYBODY` as owner it is not known.
 */
export interface Pair {
  readonly owner: number;
  readonly other: Word;
  readonly named: boolean;
}

/** Owner of words whose parties are not known, and which are read and written without waiting for their lines. */
export const ANYBODY: number = 2 ** 30;
/** Owner of words that everybody may touch. */
export const EVERYBODY = -1;

/**
 * A word of shared memory on a cache line of its own (crossbeam's CachePadded): it is that line as well. It is also
 * the step of accessing it, in the mode that `MODE` says: by `read`, `write` and so on, evaluated where they are yielded.
 */
export class Word extends CacheLine {
  readonly kind = ACCESS;
  // What every access looks at comes first: it then lies together in this machine's memory.
  value: number;
  /** The two who may touch it, as in `Pair`; `EVERYBODY`. */
  owner = EVERYBODY;
  other: Word = this;
  named = false;
  /** How many entries the lists of waiters have; they may be longer. */
  waiting = 0;
  /** Threads that spin on this word, and which of their waits each entry means; kept by the machine. */
  readonly waiters: unknown[] = [];
  readonly waits: number[] = [];

  /** @param home domain of its memory, or `NOWHERE` */
  constructor(value: number, home = 0) {
    super(home);
    this.value = value;
  }

  /** Load. */
  get read(): this {
    mode[0] = LOAD;
    return this;
  }
  /** Load that does not depend on those around it. */
  get peek(): this {
    mode[0] = LOAD | BESIDE;
    return this;
  }
  /** Store. */
  get write(): this {
    mode[0] = STORE;
    return this;
  }
  /** Store whose latency the core does not wait for, one of several independent ones. */
  get post(): this {
    mode[0] = STORE | BESIDE;
    return this;
  }
  /** Locked read-modify-write. */
  get rmw(): this {
    mode[0] = CHANGE;
    return this;
  }

  /** Say who alone touches it. */
  share(pair: Pair): void {
    this.owner = pair.owner;
    this.other = pair.other;
    this.named = pair.named;
  }
}

/** Spin until `until()` holds; it can change only when one of `words` is written. */
export class Wait extends AnyStep<typeof WAIT> {
  constructor(
    readonly words: readonly Word[],
    readonly until: () => boolean,
    /** Polls after which the thread gives up spinning and goes on anyway (undefined: never). */
    readonly spins?: number,
    /** Word that names (by number plus 1) the only thread that can end the wait, while it names one. */
    readonly by?: Word,
  ) {
    super(WAIT);
  }
}

/** What private work a thread does; the timed machine prices it, the interleaving one only interrupts it. */
export type Activity =
  | "get"
  | "put"
  | "extra"
  | "local"
  | "round"
  | "log-fill"
  | "dispatch"
  | "affinity"
  | "clone"
  | "release"
  | "idle"
  | (string & Record<never, never>);

/**
 * What a thread does between a piece of work and the same piece again, if all of it hits in its own cache:
 * a shorter way to say the steps that its algorithm yields, for machines that can tell that it is so.
 */
export interface Again extends Tally {
  /** Lines of the words that are read. */
  readonly lines: readonly CacheLine[];
  /** The thread's own counter, lowered and raised again. */
  readonly counter: Word;
  /** Kinds of the accesses in between, in order. */
  readonly path: readonly (0 | 1 | 2)[];
  /** Whether the words that are read let it go on. */
  clear(): boolean;
}

/** Who counts pieces of work. */
export interface Tally {
  /** The piece of work is over; whether it is to be done again. */
  more(): boolean;
}

/** Work that is done, and priced, unit by unit. */
const IN_UNITS: ReadonlySet<string> = new Set(["get", "put", "log-fill"]);
/** Work whose time follows from nothing that changes, and after which nothing shared is looked at. */
const FIXED: ReadonlySet<string> = new Set(["cpu", "round", "dispatch", "affinity"]);

/** `count` times an activity on memory of `domain`. */
export class Work extends AnyStep<typeof WORK> {
  readonly inUnits: boolean;
  readonly fixed: boolean;
  constructor(
    readonly activity: Activity,
    public count: number,
    readonly domain: number,
    /** End early, at the next whole unit, when one of these words is written and this holds. */
    readonly words: readonly Word[] = NONE,
    readonly until: () => boolean = NEVER,
  ) {
    super(WORK);
    this.inUnits = words.length === 0 && IN_UNITS.has(activity);
    this.fixed = FIXED.has(activity);
  }
  /** First of the log's entries, one a unit, that the work reads or fills; -1: none. */
  entry = -1;
  /** Units done so far, and when it has ended. Set by the machine. */
  done = 0;
  /** What a unit's end changes, seen by others at once; and the word that stands for it. */
  each: ((unit: number) => void) | undefined = undefined;
  shows: Word | undefined = undefined;
  again: Again | undefined = undefined;
}

const NONE: readonly Word[] = [];
const NEVER = () => false;

/** Reads of several words that do not depend on each other: all in flight at once, seen together. */
export class Sweep extends AnyStep<typeof SWEEP> {
  constructor(readonly words: readonly Word[]) {
    super(SWEEP);
  }
}

/** One step of a thread. */
export type Step = Word | Wait | Work | Sweep;

/**
 * A piece of an algorithm: yields steps, gives a result. It calls another piece by yielding it (not by
 * `yield*`, through whose levels every step would have to climb); the machine runs that piece and sends
 * back its result.
 */
export interface Steps<R = void> extends Generator<Step | Piece<any>, R, any> {}

/** A piece in any of its forms. */
export type Piece<R> = Steps<R> | Script<R> | CallingScript<R>;
