/** A thread of the timed machine. */
import { type CallingScript, CallStack } from "../algorithm/call-stack.ts";
import type { Step, Steps, Word } from "../algorithm/step.ts";

/** A thread pinned to a core. */
export class TimedThread {
  // What every turn looks at comes first: it then lies together in this machine's memory.
  readonly stack: CallStack;
  step: Step | undefined = undefined;
  /** How it accesses the word that is its step. */
  mode = 0;
  /** The word that it writes, until that is over and whoever waits on it is told. */
  wrote: Word | undefined = undefined;
  /** The step has still to be begun: its turn was not yet. */
  deferred = false;
  /** Its wait (or its interruptible work) can be ended by a write. */
  asleep = false;
  /** Number; physical core and its socket; place among threads that go on at the same time, unique. */
  readonly id: number;
  readonly core: number;
  readonly domain: number;
  readonly rank: number;
  /** How many waits it has begun, and since when it sleeps (in an array: it costs no allocation). */
  waits = 0;
  readonly since: Float64Array = new Float64Array(1);
  /** Start and end of the running work, or of its running unit. */
  workStart = 0;
  workEnd = 0;
  finished = false;

  constructor(
    id: number,
    readonly name: string,
    core: number,
    domain: number,
    body: Steps | CallingScript<void>,
    rank: number = id,
  ) {
    this.stack = new CallStack(body);
    this.id = id;
    this.core = core;
    this.domain = domain;
    this.rank = rank;
  }
}
