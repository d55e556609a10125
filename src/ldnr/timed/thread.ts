/** A thread of the timed machine. */
import {
  type CallingScript,
  CallStack,
  type Step,
  type Steps,
  type Wait,
} from "../algorithm/step.ts";

/** A thread pinned to a core. */
export class TimedThread {
  step: Step | undefined = undefined;
  /** The step has still to be begun: its turn was not yet. */
  deferred = false;
  /** The wait that the thread sleeps in, since when (in an array: it costs no allocation), and how many it has begun. */
  wait: Wait | undefined = undefined;
  readonly since: Float64Array = new Float64Array(1);
  waits = 0;
  /** Start and end of the running work, or of its running unit. */
  workStart = 0;
  workEnd = 0;
  /** In the queue, to go on at a known time. */
  scheduled = false;
  /** Its wait (or its interruptible work) can be ended by a write. */
  asleep = false;
  finished = false;
  readonly stack: CallStack;

  constructor(
    readonly id: number,
    readonly name: string,
    /** Physical core. */
    readonly core: number,
    readonly domain: number,
    body: Steps | CallingScript<void>,
    /** Place among threads that go on at the same time; unique. */
    readonly rank: number = id,
  ) {
    this.stack = new CallStack(body);
  }
}
