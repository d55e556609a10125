/** The two sides of waiting: what can be waited for, and who waits. */
import type { Simulation } from "./simulation.ts";
import type { Ticks } from "./time.ts";

/**
 * A process: a generator that yields a number (sleep that many nanoseconds) or a `Waitable` (wait for
 * it; the `yield` then has its value). Use `yield* waitable` where the value's type matters.
 */
export type Process<R = void> = Generator<Ticks | Waitable<unknown>, R, unknown>;

/**
 * Something a process can wait for. `yield w` waits; `yield* w` waits and keeps the type of the value.
 *
 * A model seldom writes its own; one that does gives `subscribe`, `abandon` and `waitingFor`.
 */
export interface Waitable<T = unknown> {
  /**
   * Asks on behalf of `waiter`. True: there at once, its value is in `waiter.inbox`. False: the
   * waiter is queued and will be woken once by `waiter.wake` or `waiter.fail`.
   */
  subscribe(waiter: Waiter): boolean;
  /** Takes back a request: still queued, or served but not yet seen by the waiter (then it is undone). */
  abandon(waiter: Waiter): void;
  /** What is waited for, for the deadlock report: `resource "cores"`. */
  waitingFor(): string;
  /** `yield* w`: waits and returns the value. */
  [Symbol.iterator](): Generator<Ticks | Waitable<unknown>, T, unknown>;
}

/** Common part of waitables: `yield* w` in terms of `yield w`. */
export abstract class Condition<T> implements Waitable<T> {
  abstract subscribe(waiter: Waiter): boolean;
  abstract abandon(waiter: Waiter): void;
  abstract waitingFor(): string;
  *[Symbol.iterator](): Generator<Ticks | Waitable<unknown>, T, unknown> {
    return (yield this) as T;
  }
}

/**
 * Who waits: a task, or one branch of `any`, `all` or `within`. A waiter waits for one thing at a
 * time, so it carries the links of the queue it stands in; queueing allocates nothing.
 */
export abstract class Waiter {
  /** What the waitable hands over. */
  inbox: unknown = undefined;
  /** The queue stood in, or null. */
  queue: WaitQueue | null = null;
  /** Neighbours in that queue. */
  before: Waiter | null = null;
  /** Neighbours in that queue. */
  behind: Waiter | null = null;
  /** Lower goes first. */
  priority = 0;
  /** Amount asked for (servers of a resource). */
  units = 1;

  /** The simulation that this waiter lives in. */
  abstract readonly sim: Simulation;
  /** Hands over a value; the waiter goes on in the current tick, after what is already due. */
  abstract wake(value: unknown): void;
  /** Hands over an error, thrown at the waiter's `yield`. */
  abstract fail(error: unknown): void;
}

/** Waiters in order of (priority, arrival): an intrusive doubly linked list. */
export class WaitQueue {
  /** First in line, or null. */
  head: Waiter | null = null;
  /** Last in line, or null. */
  tail: Waiter | null = null;
  /** How many wait. */
  size = 0;

  /** Joins behind all of the same or a lower priority number. */
  push(w: Waiter): void {
    // From both ends at once: short when either end is near.
    let at = this.tail;
    let from = this.head;
    while (at !== null && at.priority > w.priority) {
      if ((from as Waiter).priority > w.priority) {
        at = (from as Waiter).before;
        break;
      }
      at = at.before;
      from = (from as Waiter).behind;
    }
    w.queue = this;
    w.before = at;
    w.behind = at === null ? this.head : at.behind;
    if (w.behind === null) this.tail = w;
    else w.behind.before = w;
    if (at === null) this.head = w;
    else at.behind = w;
    this.size++;
  }

  /** Leaves the line from any place; false if the waiter does not stand in it. */
  remove(w: Waiter): boolean {
    if (w.queue !== this) return false;
    if (w.before === null) this.head = w.behind;
    else w.before.behind = w.behind;
    if (w.behind === null) this.tail = w.before;
    else w.behind.before = w.before;
    w.queue = null;
    w.before = null;
    w.behind = null;
    this.size--;
    return true;
  }

  /** Takes the first in line; undefined if nobody waits. */
  shift(): Waiter | undefined {
    const w = this.head;
    if (w === null) return undefined;
    this.remove(w);
    return w;
  }
}

/** Thrown inside a process by `task.interrupt(why)`. */
export class Interrupt extends Error {
  override name = "Interrupt";
  /** @param why what `interrupt` was given. */
  constructor(readonly why: unknown = undefined) {
    super(why === undefined ? "interrupted" : `interrupted: ${String(why)}`);
  }
}
