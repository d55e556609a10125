/** A thread: burns CPU time on a host, one piece of work at a time. */
import { Condition, type Process, type Waiter } from "../../kernel/mod.ts";
import type { Cgroup } from "./cgroup.ts";
import type { Processor } from "./processor.ts";
import type { RunQueue } from "./run-queue.ts";

/** `fair`: SCHED_OTHER. `fifo`: SCHED_FIFO, goes before every fair thread and knows no quota. */
export type Policy = "fair" | "fifo";

/** A thread of a cgroup. `yield* thread.run(ns)` returns when it has had that much CPU time. */
export class Thread extends Condition<void> {
  /** CPU that it runs on or last ran on. */
  processor: Processor;
  /** Where it is runnable; null while it sleeps (and always for `fifo`). */
  queue: RunQueue | null = null;
  /** CPU time still to burn, ns. */
  remaining = 0;
  /** CPU time burnt so far, costs of switching included, ns. */
  cpuTime = 0;
  /** Virtual runtime within its queue, ns. */
  vruntime = 0;
  /** When it last ran, ns. */
  lastRan = -Infinity;
  /** Whether it is runnable or running. */
  active = false;
  /**
   * Whether its program reads its own CPU clock all the time, as a loop that burns an exact amount
   * does: each read accounts the thread (`task_sched_runtime` calls `update_curr`), so that a quota is
   * enforced at once instead of at the next tick.
   */
  readsClock = false;
  /** CPUs that it may run on, from and to (`sched_setaffinity`); null: all. */
  allowed: readonly [from: number, to: number] | null = null;
  /** @internal Its work is done in this instant; it leaves its CPU unless it is given more. */
  lingering = false;
  #asked = 0;
  #waiter: Waiter | null = null;
  #done: (() => void) | null = null;

  /** Use `group.thread(name)`. */
  constructor(
    readonly group: Cgroup,
    readonly name: string,
    readonly policy: Policy,
    processor: Processor,
  ) {
    super();
    this.processor = processor;
  }

  /**
   * Burns `cpu` ns of CPU time. An interrupt takes the thread off its CPU.
   *
   * @throws {RangeError} for a time that is negative or not finite, or while the thread is at work.
   */
  *run(cpu: number): Process {
    this.#check(cpu);
    this.#asked = cpu;
    yield this;
  }

  /**
   * The callback form of `run`: calls `done` when `cpu` ns have been burnt. With `waker`, a running thread
   * that is about to sleep wakes it (WF_SYNC, as a message on a socket does): see `Host`'s placement.
   */
  start(cpu: number, done: () => void, waker: Thread | null = null): void {
    this.#check(cpu);
    this.#done = done;
    this.#begin(cpu, waker);
  }

  /**
   * Binds it to the CPUs `from` to `to` (both included) and puts it on the first of them.
   *
   * @throws {RangeError} for CPUs that the host does not have, or while the thread is at work
   */
  bind(from: number, to: number, at = from): void {
    const { processors } = this.group.host;
    if (!(from >= 0 && from <= at && at <= to && to < processors.length)) {
      throw new RangeError(
        `thread "${this.name}" cannot be bound to CPUs ${from} to ${to}; the host has 0 to ${
          processors.length - 1
        }`,
      );
    }
    if (this.active) throw new RangeError(`thread "${this.name}" is at work and cannot be bound`);
    this.allowed = [from, to];
    this.processor = processors[at] as Processor;
  }

  /** Gives up the current work, if any; its `done` is not called. */
  stop(): void {
    if (!this.active) return;
    this.#waiter = null;
    this.#done = null;
    this.group.host.stop(this);
  }

  /** @internal The work is done. True: a process is told, in this instant but later. */
  finished(): boolean {
    const waiter = this.#waiter;
    const done = this.#done;
    this.#waiter = null;
    this.#done = null;
    done?.();
    waiter?.wake(undefined);
    return waiter !== null;
  }

  subscribe(waiter: Waiter): boolean {
    this.#waiter = waiter;
    this.#begin(this.#asked);
    return false;
  }

  abandon(waiter: Waiter): void {
    if (this.#waiter === waiter) this.stop();
  }

  waitingFor(): string {
    return `CPU time of thread "${this.name}" in cgroup "${this.group.name}"`;
  }

  #begin(cpu: number, waker: Thread | null = null): void {
    this.remaining = Math.round(cpu);
    this.group.host.wake(this, waker);
  }

  #check(cpu: number): void {
    if (!(cpu >= 0 && cpu < Infinity)) {
      throw new RangeError(`thread "${this.name}" was asked to run ${cpu} ns`);
    }
    if (this.active && !this.lingering) {
      throw new RangeError(`thread "${this.name}" is already running something`);
    }
  }
}
