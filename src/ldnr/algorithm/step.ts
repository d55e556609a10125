/**
 * The steps from which every algorithm of this room is written: one shared-memory access, a spin, or a
 * stretch of private work. A thread is a generator of steps. It announces the step, the machine decides
 * when it takes effect, and the code up to the next `yield` runs atomically at that moment. The same
 * generators run on an interleaving machine (any order, for correctness) and on a timed machine (costs
 * of the memory floor, for throughput).
 */
import { CacheLine } from "../../hardware/memory/line.ts";

/** Kinds of steps; the first three are the access modes of the memory floor. */
export const READ = 0, WRITE = 1, RMW = 2, WAIT = 3, WORK = 4, SWEEP = 5;

/** What the classes of steps have in common, by which the machine tells them from called pieces. */
abstract class AnyStep {}

/** A read, write or read-modify-write of one word. */
export class Access extends AnyStep {
  constructor(
    readonly kind: 0 | 1 | 2,
    readonly word: Word,
    /** Independent of the accesses around it: the core keeps several such misses in flight. */
    readonly overlapped: boolean,
  ) {
    super();
  }
}

/** Line of words that stand for something else's change: reading or writing them costs nothing. */
export const NO_LINE: Readonly<CacheLine> & CacheLine = Object.freeze(new CacheLine(-1));

/**
 * Two parties share a word: its owner, and whoever `other` says. If `other` names a thread (its number
 * plus 1; 0: nobody now), that one; otherwise whoever has made `other` not 0.
 */
export interface Pair {
  readonly owner: number;
  readonly other: Word;
  readonly named: boolean;
}

/** A word of shared memory on a cache line of its own (crossbeam's CachePadded) unless a line is given. */
export class Word {
  readonly read: Access = new Access(READ, this, false);
  readonly peek: Access = new Access(READ, this, true);
  readonly write: Access = new Access(WRITE, this, false);
  readonly rmw: Access = new Access(RMW, this, false);
  /** Store whose latency the core does not wait for, one of several independent ones. */
  readonly post: Access = new Access(WRITE, this, true);
  /** Threads that spin on this word, and which of their waits each entry means; kept by the machine. */
  readonly waiters: unknown[] = [];
  readonly waits: number[] = [];
  /** Who else may touch it; "anybody": not known, and it is read or written without waiting for its line. */
  pair: Pair | "anybody" | undefined = undefined;

  constructor(public value: number, readonly line: CacheLine = new CacheLine(0)) {}
}

/** Spin until `until()` holds; it can change only when one of `words` is written. */
export class Wait extends AnyStep {
  readonly kind = WAIT;
  constructor(
    readonly words: readonly Word[],
    readonly until: () => boolean,
    /** Polls after which the thread gives up spinning and goes on anyway (undefined: never). */
    readonly spins?: number,
    /** Word that names (by number plus 1) the only thread that can end the wait, while it names one. */
    readonly by?: Word,
  ) {
    super();
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
export interface Again {
  /** Words that are read. */
  readonly reads: readonly Word[];
  /** The thread's own counter, lowered and raised again. */
  readonly counter: Word;
  /** Kinds of the accesses in between, in order. */
  readonly path: readonly (0 | 1 | 2)[];
  /** Whether the words that are read let it go on. */
  readonly clear: () => boolean;
  /** The piece of work is over; whether it is to be done again. */
  readonly more: () => boolean;
}

/** Work that is done, and priced, unit by unit. */
const IN_UNITS: ReadonlySet<string> = new Set(["get", "put", "log-fill"]);
/** Work whose time follows from nothing that changes, and after which nothing shared is looked at. */
const FIXED: ReadonlySet<string> = new Set(["cpu", "round", "dispatch", "affinity"]);

/** `count` times an activity on memory of `domain`. */
export class Work extends AnyStep {
  readonly kind = WORK;
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
    super();
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
export class Sweep extends AnyStep {
  readonly kind = SWEEP;
  constructor(readonly words: readonly Word[]) {
    super();
  }
}

/** One step of a thread. */
export type Step = Access | Wait | Work | Sweep;

/**
 * A piece of an algorithm: yields steps, gives a result. It calls another piece by yielding it (not by
 * `yield*`, through whose levels every step would have to climb); the machine runs that piece and sends
 * back its result.
 */
export interface Steps<R = void> extends Generator<Step | Piece<any>, R, any> {}

/** A piece in any of its forms. */
export type Piece<R> = Steps<R> | Script<R> | CallingScript<R>;

/** A piece that calls no other, written as a machine of states. */
export abstract class Script<R> {
  /** Set when there is no next step. */
  result: R | undefined = undefined;
  /** The next step, when the last one has taken effect; undefined at the end. */
  abstract step(): Step | undefined;
  protected end(result: R): undefined {
    this.result = result;
    return undefined;
  }
}

/** A machine of states that may call pieces, whose results it does not get. */
export abstract class CallingScript<R> {
  /** Set when there is no next step. */
  result: R | undefined = undefined;
  /** The next step, or a piece to run first; undefined at the end. */
  abstract step(): Step | Steps<any> | undefined;
}

/** Every generator's `next`: looked up once, since each generator function has a prototype of its own. */
const NEXT = (function* (): Generator<never> {})().next as (
  this: Steps<any>,
  value: unknown,
) => IteratorResult<Step | Piece<any>, any>;

/** Pieces of one thread that have been called and not returned. */
export class CallStack {
  private readonly callers: Steps<any>[] = [];
  /** Scripts that wait for a piece which they called, and how many callers there were then. */
  private readonly waiting: CallingScript<any>[] = [];
  private readonly depths: number[] = [];
  /** The script that is on top, of the one kind or the other: few classes each, so that calls are fast. */
  private calling: CallingScript<any> | undefined = undefined;
  private script: Script<any> | undefined = undefined;

  constructor(private top: Steps<any>) {}

  /** Go on to the next step; undefined at the end of the outermost piece. */
  next(): Step | undefined {
    const { calling, script } = this;
    if (calling !== undefined) {
      const step = calling.step();
      if (step instanceof AnyStep) return step as Step;
      this.calling = undefined;
      if (step === undefined) return this.resume(calling.result);
      this.call(calling, step);
    } else if (script !== undefined) {
      const step = script.step();
      if (step !== undefined) return step;
      this.script = undefined;
      return this.resume(script.result);
    }
    return this.resume(undefined);
  }

  /** A script calls a piece. */
  private call(script: CallingScript<any>, piece: Steps<any>): void {
    this.callers.push(this.top);
    this.waiting.push(script);
    this.depths.push(this.callers.length);
    this.top = piece;
  }

  /** Go on with the piece on top, which gets `result` from the one that it called. */
  private resume(result: unknown): Step | undefined {
    const { callers, depths } = this;
    for (;;) {
      const next = NEXT.call(this.top, result);
      let { value } = next;
      result = undefined;
      if (next.done === true) {
        const depth = callers.length;
        if (depth === 0) return undefined;
        this.top = callers.pop() as Steps<any>;
        if (depths.length === 0 || depth !== depths[depths.length - 1]) {
          result = value;
          continue;
        }
        depths.pop();
        value = this.waiting.pop() as CallingScript<any>;
      }
      if (value instanceof AnyStep) return value as Step;
      if (value instanceof Script) {
        const step = value.step();
        if (step !== undefined) {
          this.script = value;
          return step;
        }
        result = value.result;
      } else if (value instanceof CallingScript) {
        const step = value.step();
        if (step instanceof AnyStep) {
          this.calling = value;
          return step as Step;
        }
        if (step === undefined) result = value.result;
        else this.call(value, step);
      } else {
        callers.push(this.top);
        this.top = value as Steps<any>;
      }
    }
  }
}
