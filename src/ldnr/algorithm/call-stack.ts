/**
 * Pieces of algorithms that are machines of states instead of generators, for what runs most; and the stack of
 * pieces that a thread has called and that have not returned.
 */
import * as steps from "./step.ts";
import type { Piece, Step, Steps } from "./step.ts";

// An own copy: see hardware/memory/registers.ts.
const { AnyStep, Word } = steps;

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

/** The piece that a script has just called, until the call stack, whose turn is next, takes it: one of these or none. */
class Called {
  script: Script<any> | undefined = undefined;
  calling: CallingScript<any> | undefined = undefined;
  steps: Steps<any> | undefined = undefined;
}
/** One for all scripts, so that V8 knows where it is. */
const CALLED = new Called();

/** A machine of states that may call pieces. */
export abstract class CallingScript<R> {
  /** Set when there is no next step. */
  result: R | undefined = undefined;
  /** What came of the last call. */
  answer: any = undefined;
  /** The next step, when the last one has taken effect; undefined: a call or the end. */
  abstract step(): Step | undefined;
  /** Call a piece of whatever form. */
  protected call(piece: Piece<any>): undefined {
    if (piece instanceof CallingScript) CALLED.calling = piece;
    else if (piece instanceof Script) CALLED.script = piece;
    else CALLED.steps = piece;
    return undefined;
  }
  /** Call a generator: less to find out. */
  protected callSteps(steps: Steps<any>): undefined {
    CALLED.steps = steps;
    return undefined;
  }
  protected end(result: R): undefined {
    this.result = result;
    return undefined;
  }
}

/** Every generator's `next`: looked up once, since each generator function has a prototype of its own. */
const NEXT = (function* (): Generator<never> {})().next as (
  this: Steps<any>,
  value: unknown,
) => IteratorResult<Step | Piece<any>, any>;

/** Pieces of one thread that have been called and not returned. */
export class CallStack {
  /**
   * What goes on: a script that calls nothing; else one that does; else a generator. Few classes each, so that
   * calls are fast.
   */
  private script: Script<any> | undefined = undefined;
  private calling: CallingScript<any> | undefined = undefined;
  private generator: Steps<any> | undefined = undefined;
  private returned: unknown = undefined;
  /** Who waits for a result, from the outermost on: either a script or a generator each. */
  private readonly scripts: (CallingScript<any> | undefined)[] = [];
  private readonly generators: (Steps<any> | undefined)[] = [];
  private depth = 0;

  constructor(body: Steps<any> | CallingScript<any>) {
    if (body instanceof CallingScript) this.calling = body;
    else this.generator = body;
  }

  /** Go on to the next step; undefined at the end of the outermost piece. */
  next(): Step | undefined {
    const { script, calling } = this;
    if (script !== undefined) {
      const step = script.step();
      if (step !== undefined) return step;
      this.script = undefined;
      return this.resume(script.result);
    }
    if (calling !== undefined) {
      const step = calling.step();
      if (step !== undefined) return step;
    }
    return this.resume(undefined, calling);
  }

  /**
   * Go on with the piece on top, which gets `result` from the one that it called, through calls and returns to the
   * next step; `stopped` has just said that it has none.
   */
  private resume(result: unknown, stopped?: CallingScript<any>): Step | undefined {
    let over = stopped;
    for (;;) {
      if (over === undefined) {
        const { calling } = this;
        if (calling === undefined) {
          const step = this.resumeSteps(result);
          if (step !== undefined) return step;
          result = this.returned;
        } else {
          calling.answer = result;
          const step = calling.step();
          if (step !== undefined) return step;
          over = calling;
        }
      }
      const { script, calling, steps } = CALLED;
      if (script !== undefined) {
        CALLED.script = undefined;
        const step = script.step();
        if (step !== undefined) {
          this.script = script;
          return step;
        }
        result = script.result;
      } else if (calling !== undefined) {
        CALLED.calling = undefined;
        this.enter(calling, undefined);
        result = undefined;
      } else if (steps !== undefined) {
        CALLED.steps = undefined;
        this.enter(undefined, steps);
        result = undefined;
      } else {
        if (over !== undefined) result = over.result;
        if (!this.back()) return undefined;
      }
      over = undefined;
    }
  }

  /** Go on with the generator on top; undefined: it has called a piece or returned a result, then in `returned`. */
  private resumeSteps(result: unknown): Step | undefined {
    const { value, done } = NEXT.call(this.generator as Steps<any>, result);
    if (done === true) {
      this.returned = value;
      return undefined;
    }
    if (value instanceof Word || value instanceof AnyStep) return value as Step;
    if (value instanceof CallingScript) CALLED.calling = value;
    else if (value instanceof Script) CALLED.script = value;
    else CALLED.steps = value as Steps<any>;
    return undefined;
  }

  private enter(script: CallingScript<any> | undefined, generator: Steps<any> | undefined): void {
    const { depth } = this;
    this.scripts[depth] = this.calling;
    this.generators[depth] = this.generator;
    this.depth = depth + 1;
    this.calling = script;
    this.generator = generator;
  }

  /** Return to the caller; false if there is none. */
  private back(): boolean {
    const depth = this.depth - 1;
    if (depth < 0) return false;
    this.depth = depth;
    this.calling = this.scripts[depth];
    this.generator = this.generators[depth];
    return true;
  }
}
