/** A running process. */
import type { Simulation } from "./simulation.ts";
import { formatTicks } from "./time.ts";
import { Interrupt, type Process, type Waitable, Waiter, WaitQueue } from "./waiting.ts";

/** How far a task has come. */
export type TaskState =
  | "ready"
  | "sleeping"
  | "waiting"
  | "running"
  | "done"
  | "interrupted"
  | "failed";

const STATES: readonly TaskState[] = [
  "ready",
  "sleeping",
  "waiting",
  "running",
  "done",
  "interrupted",
  "failed",
];
const READY = 0;
const SLEEPING = 1;
const WAITING = 2;
const RUNNING = 3;
const DONE = 4;
const INTERRUPTED = 5;
const FAILED = 6;

/** An error that a process let through, or the interrupt that ended a task waited for; see `cause`. */
export class ProcessError extends Error {
  override name = "ProcessError";
}

/**
 * A spawned process. Waiting for a task (`yield task`, `yield* task`) gives its return value once it
 * has ended; if it failed or was interrupted, a `ProcessError` is thrown at that `yield`.
 *
 * A process that does not catch an interrupt ends quietly as `interrupted`. One that lets another error
 * through fails: whoever waits for it gets the error, and if nobody does, `run` throws it.
 */
export class Task<R = unknown> extends Waiter implements Waitable<R> {
  /** @internal Event that will resume this task; -1 if none. */
  slot = -1;
  /** @internal What is waited for, until its value has been delivered. */
  on: Waitable | null = null;
  // Small integers, not strings: a store of them costs no write barrier.
  private stage = READY;
  private troubled = false;
  private trouble: unknown = undefined;
  private joiners: WaitQueue | null = null;

  /** @internal Use `simulation.spawn`. */
  constructor(
    readonly sim: Simulation,
    /** Place in the simulation's table of tasks; used again after the task has ended. */
    readonly id: number,
    /** Name given to `spawn`; in traces, errors and deadlock reports. */
    readonly name: string,
    /** A daemon may wait for ever without that being a deadlock. */
    readonly daemon: boolean,
    private readonly body: Process<R>,
  ) {
    super();
  }

  /** Where the task stands. */
  get state(): TaskState {
    return STATES[this.stage];
  }

  /** Whether the process has ended, in whatever way. */
  get done(): boolean {
    return this.stage >= DONE;
  }

  /** What the process returned. @throws if it has not ended normally. */
  get value(): R {
    if (this.stage === DONE) return this.inbox as R;
    if (this.stage > DONE) throw this.inbox;
    throw new Error(`process "${this.name}" has not ended yet (it is ${this.state})`);
  }

  /**
   * Throws an `Interrupt` at the place where the process waits, in this tick. What it was waiting for
   * is taken back: a server granted but not yet seen goes to the next in line. No effect on a task
   * that has ended; a second interrupt before the first arrives is dropped.
   */
  interrupt(why?: unknown): void {
    if (this.stage >= DONE || this.troubled) return;
    if (this.stage === RUNNING) {
      throw new Error(`process "${this.name}" cannot interrupt itself; return or throw instead`);
    }
    if (this.slot >= 0) this.sim.cancelSlot(this.slot);
    const on = this.on;
    this.on = null;
    if (on !== null) on.abandon(this);
    this.inbox = undefined;
    this.fail(new Interrupt(why));
  }

  /** @internal */
  override wake(value: unknown): void {
    this.inbox = value;
    this.stage = READY;
    this.slot = this.sim.resumeNow(this.id);
  }

  /** @internal */
  override fail(error: unknown): void {
    this.trouble = error;
    this.troubled = true;
    this.stage = READY;
    this.slot = this.sim.resumeNow(this.id);
  }

  /** @internal Runs the process up to its next wait. */
  step(): void {
    this.slot = -1;
    if (this.on !== null) {
      this.on = null;
      if (this.sim.trace !== null) this.sim.trace.taskWaits(this, this.sim.now, null);
    }
    this.stage = RUNNING;
    let value = this.inbox;
    this.inbox = undefined;
    try {
      for (;;) {
        const next = this.troubled ? this.raise() : this.body.next(value);
        if (next.done === true) {
          value = next.value;
          break;
        }
        const what = next.value;
        if (typeof what === "number") {
          this.slot = this.sim.resumeLater(this, what);
          this.stage = SLEEPING;
          return;
        }
        if (typeof what?.subscribe !== "function") throw new TypeError(refusal(this.name, what));
        if (!what.subscribe(this)) {
          this.on = what;
          this.stage = WAITING;
          if (this.sim.trace !== null) this.sim.trace.taskWaits(this, this.sim.now, what);
          return;
        }
        value = this.inbox;
        this.inbox = undefined;
      }
    } catch (error) {
      return this.end(this.troubleIs(error) ? INTERRUPTED : FAILED, error);
    }
    this.end(DONE, value);
  }

  private raise(): IteratorResult<number | Waitable, R> {
    this.troubled = false;
    return this.body.throw(this.trouble);
  }

  private troubleIs(error: unknown): boolean {
    return error instanceof Interrupt && error === this.trouble;
  }

  private end(stage: number, result: unknown): void {
    this.stage = stage;
    this.trouble = undefined;
    this.sim.taskEnded(this);
    const joiners = this.joiners;
    this.joiners = null;
    if (stage === DONE) {
      this.inbox = result;
      if (joiners === null) return;
      for (let w = joiners.shift(); w !== undefined; w = joiners.shift()) w.wake(result);
      return;
    }
    const message = result instanceof Error ? result.message : String(result);
    const error = new ProcessError(
      `process "${this.name}" ${stage === FAILED ? "failed" : "was interrupted"} ` +
        `at ${formatTicks(this.sim.now)}: ${message}`,
      { cause: result },
    );
    this.inbox = error;
    if (joiners !== null && joiners.size > 0) {
      for (let w = joiners.shift(); w !== undefined; w = joiners.shift()) w.fail(error);
    } else if (stage === FAILED) throw error;
  }

  subscribe(waiter: Waiter): boolean {
    if (this.stage === DONE) {
      waiter.inbox = this.inbox;
      return true;
    }
    if (this.stage > DONE) throw this.inbox;
    (this.joiners ??= new WaitQueue()).push(waiter);
    return false;
  }

  abandon(waiter: Waiter): void {
    this.joiners?.remove(waiter);
  }

  waitingFor(): string {
    return `process "${this.name}"`;
  }

  *[Symbol.iterator](): Generator<number | Waitable, R, unknown> {
    return (yield this) as R;
  }
}

function refusal(process: string, what: unknown): string {
  let said = `a value of type ${what === null ? "null" : typeof what}`;
  if (what === undefined) said = "nothing (undefined)";
  else if (typeof what === "function") said = "a function; call it";
  else if (typeof (what as { next?: unknown })?.next === "function") {
    said = "a generator; write yield* to run it in this process, or spawn it";
  }
  return `process "${process}" yielded ${said}; yield a delay in ns or something to wait for ` +
    `(a Resource, store.get(), Signal, Task, ...)`;
}
