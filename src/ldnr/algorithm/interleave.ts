/**
 * The machine for correctness: threads take one step at a time in an order chosen by a scheduler, so that
 * every interleaving of shared-memory accesses can come up. It has no clock.
 */
import { CallStack } from "./call-stack.ts";
import { ACCESS, MODE, READ, type Step, type Steps, WAIT, WORK } from "./step.ts";

/** Picks which of `n` runnable threads steps next. */
export type Scheduler = (n: number) => number;

/** A thread on the interleaving machine. */
export interface Thread {
  readonly name: string;
  readonly stack: CallStack;
  step: Step | undefined;
  /** Whether the step is one that writes a word. */
  writes: boolean;
  finished: boolean;
}

/** How a run ended. */
export interface Outcome {
  /** `finished`: all threads ended; `stalled`: nobody can ever step again; `limit`: out of steps. */
  readonly ended: "finished" | "stalled" | "limit";
  readonly steps: number;
  /** Threads that had not finished. */
  readonly waiting: readonly string[];
}

/** Runs threads under a scheduler. */
export class InterleavingMachine {
  /** Steps taken so far: the time of invocations and responses. */
  steps = 0;
  /** Called after every step: the place to check what must always hold. */
  afterStep: (() => void) | undefined = undefined;
  private readonly threads: Thread[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  /** Add a thread; it starts when the run does (or at once, during a run). */
  spawn(name: string, body: Steps): Thread {
    const thread: Thread = {
      name,
      stack: new CallStack(body),
      step: undefined,
      writes: false,
      finished: false,
    };
    this.threads.push(thread);
    return thread;
  }

  /** Let threads step until all have finished, nobody can step, or `limit` steps are taken. */
  run(limit = 1_000_000): Outcome {
    const end = this.steps + limit;
    // Who gave up spinning since anybody last wrote: when all have, twice, nothing can change any more.
    const givenUp = new Map<Thread, number>();
    for (const thread of this.threads) if (thread.step === undefined) this.advance(thread);
    while (this.steps < end) {
      const alive = this.threads.filter((t) => !t.finished);
      if (alive.length === 0) return this.outcome("finished");
      let able = alive.filter((t) => t.step?.kind !== WAIT || t.step.until());
      // A bounded spin runs out only after very long: let it happen when nothing else can.
      const spinning = able.length === 0;
      if (spinning) {
        able = alive.filter((t) =>
          t.step?.kind === WAIT && t.step.spins !== undefined && (givenUp.get(t) ?? 0) < 2
        );
      }
      if (able.length === 0) return this.outcome("stalled");
      const thread = able[this.scheduler(able.length)] as Thread;
      if (spinning) givenUp.set(thread, (givenUp.get(thread) ?? 0) + 1);
      if (thread.writes) givenUp.clear();
      this.advance(thread);
    }
    return this.outcome("limit");
  }

  private advance(thread: Thread): void {
    this.steps++;
    const step = thread.step;
    if (step !== undefined && step.kind === WORK) {
      if (step.each === undefined) step.done = step.count;
      else {
        step.each(step.done++);
        if (step.done < step.count) {
          this.afterStep?.();
          return;
        }
      }
    }
    thread.step = thread.stack.next();
    thread.writes = thread.step?.kind === ACCESS && ((MODE[0] as number) & 3) !== READ;
    if (thread.step?.kind === WORK) thread.step.done = 0;
    thread.finished = thread.step === undefined;
    this.afterStep?.();
  }

  private outcome(ended: Outcome["ended"]): Outcome {
    const waiting = this.threads.filter((t) => !t.finished).map((t) => t.name);
    return { ended, steps: this.steps, waiting };
  }
}

/** A scheduler from a seed (xorshift32) that lets a thread run on for a while with probability `stick`. */
export function randomScheduler(seed: number, stick = 0): Scheduler {
  let state = (seed | 0) || 0x9e3779b9;
  let last = 0;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return (n) => {
    if (last < n && next() < stick) return last;
    last = Math.floor(next() * n);
    return last;
  };
}
