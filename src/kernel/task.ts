/** A running process. */
import type { Simulation } from "./simulation.ts";
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

/** An error that a process let through; `cause` is the original. */
export class ProcessError extends Error {
  override name = "ProcessError";
}

/**
 * A spawned process. Waiting for a task (`yield task`, `yield* task`) gives its return value once it
 * has ended; if it failed or was interrupted, the error is thrown at that `yield`.
 */
export class Task<R = unknown> extends Waiter implements Waitable<R> {
  /** Where the task stands. */
  state: TaskState = "ready";
  /** @internal Event that will resume this task; -1 if none. */
  slot = -1;
  /** @internal What is waited for, until its value has been delivered. */
  on: Waitable | null = null;
  /** @internal Error to throw at the next resumption. */
  trouble: unknown = undefined;
  /** @internal Whether `trouble` is to be thrown. */
  troubled = false;
  #result: unknown = undefined;
  #joiners: WaitQueue | null = null;

  /** @internal Use `simulation.spawn`. */
  constructor(
    readonly sim: Simulation,
    /** Place in the simulation's table of tasks. */
    readonly id: number,
    /** Name given to `spawn`; in traces, errors and deadlock reports. */
    readonly name: string,
    /** A daemon may wait for ever without that being a deadlock. */
    readonly daemon: boolean,
    private readonly body: Process<R>,
  ) {
    super();
  }

  /** Whether the process has ended, in whatever way. */
  get done(): boolean {
    return this.state === "done" || this.state === "failed" || this.state === "interrupted";
  }

  /** What the process returned. @throws if it has not ended normally. */
  get value(): R {
    if (this.state === "done") return this.#result as R;
    if (this.done) throw this.#result;
    throw new Error(`process "${this.name}" has not ended yet (it is ${this.state})`);
  }

  /**
   * Throws an `Interrupt` at the place where the process waits, in this tick. What it was waiting for
   * is taken back: a server granted but not yet seen goes to the next in line. No effect on a task
   * that has ended; a second interrupt before the first arrives is dropped.
   */
  interrupt(why?: unknown): void {
    if (this.done || this.troubled) return;
    if (this.state === "running") {
      throw new Error(`process "${this.name}" cannot interrupt itself; return or throw instead`);
    }
    if (this.slot >= 0) this.sim.cancelSlot(this.slot);
    const on = this.on;
    this.on = null;
    if (on !== null) on.abandon(this);
    this.#arrive(new Interrupt(why), true);
  }

  /** @internal */
  override wake(value: unknown): void {
    this.inbox = value;
    this.state = "ready";
    this.slot = this.sim.resumeNow(this.id);
  }

  /** @internal */
  override fail(error: unknown): void {
    this.#arrive(error, true);
  }

  #arrive(error: unknown, troubled: boolean): void {
    this.trouble = error;
    this.troubled = troubled;
    this.state = "ready";
    this.slot = this.sim.resumeNow(this.id);
  }

  /** @internal Runs the process up to its next wait. */
  step(): void {
    this.slot = -1;
    this.on = null;
    this.state = "running";
    let value = this.inbox;
    this.inbox = undefined;
    try {
      for (;;) {
        let next: IteratorResult<number | Waitable, R>;
        if (this.troubled) {
          const error = this.trouble;
          this.trouble = undefined;
          this.troubled = false;
          next = this.body.throw(error);
        } else next = this.body.next(value);
        if (next.done === true) return this.#end("done", next.value);
        const what = next.value;
        if (typeof what === "number") {
          this.state = "sleeping";
          this.slot = this.sim.resumeLater(this, what);
          return;
        }
        if (typeof what?.subscribe !== "function") {
          throw new TypeError(
            `process "${this.name}" yielded ${describe(what)}; yield a delay in ns or something ` +
              `to wait for (a Resource, Store.get(), Signal, Task, ...)`,
          );
        }
        this.on = what;
        if (!what.subscribe(this)) {
          this.state = "waiting";
          return;
        }
        this.on = null;
        value = this.inbox;
        this.inbox = undefined;
      }
    } catch (error) {
      this.#end(error instanceof Interrupt ? "interrupted" : "failed", error);
    }
  }

  #end(state: "done" | "failed" | "interrupted", result: unknown): void {
    this.state = state;
    this.#result = result;
    this.sim.taskEnded(this);
    const joiners = this.#joiners;
    this.#joiners = null;
    if (joiners === null || joiners.size === 0) {
      if (state !== "failed") return;
      const error = result as Error;
      throw new ProcessError(
        `process "${this.name}" failed at ${this.sim.now} ns: ${error?.message ?? String(error)}`,
        { cause: error },
      );
    }
    for (let w = joiners.shift(); w !== undefined; w = joiners.shift()) {
      if (state === "done") w.wake(result);
      else w.fail(result);
    }
  }

  subscribe(waiter: Waiter): boolean {
    if (this.state === "done") {
      waiter.inbox = this.#result;
      return true;
    }
    if (this.done) throw this.#result;
    (this.#joiners ??= new WaitQueue()).push(waiter);
    return false;
  }

  abandon(waiter: Waiter): void {
    this.#joiners?.remove(waiter);
  }

  waitingFor(): string {
    return `process "${this.name}"`;
  }

  *[Symbol.iterator](): Generator<number | Waitable, R, unknown> {
    return (yield this) as R;
  }
}

function describe(what: unknown): string {
  if (what === undefined) return "nothing (undefined)";
  if (typeof what === "function") return `the function ${what.name || "(anonymous)"}; call it`;
  if (typeof (what as { next?: unknown })?.next === "function") {
    return "a generator; write yield* to run it in this process, or spawn it";
  }
  return `a value of type ${what === null ? "null" : typeof what}`;
}
