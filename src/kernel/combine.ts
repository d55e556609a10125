/** Waiting for several things, or not for ever. */
import type { Simulation } from "./simulation.ts";
import type { Task } from "./task.ts";
import type { Ticks } from "./time.ts";
import { Condition, type Process, type Waitable, Waiter } from "./waiting.ts";

/** What `within` returns when the time was up first. */
export const TIMED_OUT: unique symbol = Symbol("timed out");

type Values<W extends readonly Waitable<any>[]> = {
  [K in keyof W]: W[K] extends Waitable<infer T> ? T : never;
};

/** Which of the things given to `any` came first (its place), and its value. */
export interface First<T> {
  /** Its place among the arguments, from 0. */
  readonly index: number;
  /** What it gave. */
  readonly value: T;
}

/** Waits for all of them: `const [a, b] = yield* all(x, y)`. The first error is thrown. */
export function all<W extends readonly Waitable<any>[]>(...what: W): Condition<Values<W>> {
  return new Combination(what, true) as unknown as Condition<Values<W>>;
}

/** Waits for the first of them; the others are taken back: `const { index, value } = yield* any(x, y)`. */
export function any<W extends readonly Waitable<any>[]>(
  ...what: W
): Condition<First<Values<W>[number]>> {
  return new Combination(what, false) as unknown as Condition<First<Values<W>[number]>>;
}

/**
 * Waits at most `limit` ns: the value, or `TIMED_OUT`, and then the request is taken back. A process
 * given instead of a waitable runs as a task of its own and is interrupted when the time is up (its
 * `finally` blocks run before the waiter goes on). At exactly the limit the time-out wins over whatever
 * was scheduled after this wait began.
 *
 * @throws {RangeError} for a negative limit.
 */
export function within<T>(
  limit: Ticks,
  what: Waitable<T> | Process<T>,
): Condition<T | typeof TIMED_OUT> {
  if (!(limit >= 0)) throw new RangeError(`within: a limit of ${limit} ns`);
  return new Limited(limit, what);
}

class Branch extends Waiter {
  arrived = false;
  withdrawn = false;
  constructor(readonly parent: Parent, readonly index: number, readonly sim: Simulation) {
    super();
  }
  override wake(value: unknown): void {
    this.inbox = value;
    this.arrived = true;
    this.parent.branchWoke(this);
  }
  override fail(error: unknown): void {
    this.arrived = true;
    this.parent.branchFailed(this, error);
  }
}

interface Parent {
  branchWoke(branch: Branch): void;
  branchFailed(branch: Branch, error: unknown): void;
}

class Combination extends Condition<unknown> implements Parent {
  #branches: Branch[] = [];
  #waiter: Waiter | null = null;
  #left = 0;
  constructor(readonly what: readonly Waitable[], readonly every: boolean) {
    super();
    if (!every && what.length === 0) throw new RangeError("any() of nothing would wait for ever");
  }

  subscribe(waiter: Waiter): boolean {
    if (this.#waiter !== null) throw new Error("one all() or any() was waited for twice at a time");
    this.#branches = [];
    this.#left = this.what.length;
    for (let i = 0; i < this.what.length; i++) {
      const branch = new Branch(this, i, waiter.sim);
      this.#branches.push(branch);
      try {
        branch.arrived = this.what[i].subscribe(branch);
      } catch (error) {
        branch.withdrawn = true; // it never stood in line
        this.#withdraw(null);
        throw error;
      }
      if (!branch.arrived) continue;
      this.#left--;
      if (this.every) continue;
      this.#withdraw(branch);
      waiter.inbox = { index: i, value: branch.inbox };
      return true;
    }
    if (this.#left === 0) {
      waiter.inbox = this.#branches.map((b) => b.inbox);
      return true;
    }
    this.#waiter = waiter;
    return false;
  }
  branchWoke(branch: Branch): void {
    this.#left--;
    const waiter = this.#waiter;
    if (waiter === null || (this.every && this.#left > 0)) return;
    this.#waiter = null;
    if (this.every) return waiter.wake(this.#branches.map((b) => b.inbox));
    this.#withdraw(branch);
    waiter.wake({ index: branch.index, value: branch.inbox });
  }
  branchFailed(branch: Branch, error: unknown): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    this.#waiter = null;
    branch.withdrawn = true;
    this.#withdraw(null);
    waiter.fail(error);
  }
  abandon(_waiter: Waiter): void {
    this.#waiter = null;
    this.#withdraw(null);
  }
  waitingFor(): string {
    const open = this.what.filter((_, i) => this.#branches[i]?.arrived !== true);
    return `${this.every ? "all" : "any"} of ${open.map((w) => w.waitingFor()).join(", ")}`;
  }
  /** Takes back every request but that of `keep`, each once. */
  #withdraw(keep: Branch | null): void {
    for (const branch of this.#branches) {
      if (branch === keep || branch.withdrawn) continue;
      branch.withdrawn = true;
      this.what[branch.index].abandon(branch);
    }
  }
}

class Limited<T> extends Condition<T | typeof TIMED_OUT> implements Parent {
  #branch: Branch | null = null;
  #waiter: Waiter | null = null;
  #task: Task<T> | null = null;
  #target: Waitable<T> | null = null;
  #cancel: (() => void) | null = null;
  constructor(readonly limit: Ticks, readonly what: Waitable<T> | Process<T>) {
    super();
  }

  subscribe(waiter: Waiter): boolean {
    if (this.#waiter !== null) throw new Error("one within() was waited for twice at a time");
    const sim = waiter.sim;
    if ("subscribe" in this.what) this.#target = this.what;
    else this.#target = this.#task = sim.spawn("within", this.what);
    const branch = new Branch(this, 0, sim);
    if (this.#target.subscribe(branch)) {
      waiter.inbox = branch.inbox;
      return true;
    }
    this.#branch = branch;
    this.#waiter = waiter;
    const timer = sim.after(this.limit, () => {
      this.#waiter = null;
      this.#withdraw();
      waiter.wake(TIMED_OUT);
    });
    this.#cancel = () => timer.cancel();
    return false;
  }
  branchWoke(branch: Branch): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    this.#cancel?.();
    waiter?.wake(branch.inbox);
  }
  branchFailed(_branch: Branch, error: unknown): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    this.#cancel?.();
    waiter?.fail(error);
  }
  abandon(_waiter: Waiter): void {
    this.#waiter = null;
    this.#cancel?.();
    this.#withdraw();
  }
  waitingFor(): string {
    return `${this.#target?.waitingFor() ?? "something"} within ${this.limit} ns`;
  }
  #withdraw(): void {
    if (this.#branch !== null) this.#target?.abandon(this.#branch);
    this.#branch = null;
    this.#task?.interrupt("time is up");
  }
}
