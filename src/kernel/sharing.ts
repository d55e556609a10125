/** Processor sharing: jobs served at the same time, each at its share of a capacity. */
import { Level } from "./level.ts";
import type { EventId, Handler, Simulation } from "./simulation.ts";
import type { Ticks } from "./time.ts";
import { Condition, type Process, type Waiter } from "./waiting.ts";

// Virtual work beyond which its origin is moved, so that a double keeps fine steps.
const REBASE = 2 ** 40;

/**
 * Egalitarian or weighted processor sharing (one queue of CPU cores, memory bandwidth, a link).
 *
 * With n jobs in service the total rate is `capacity(n)` units of work per nanosecond, and a job of
 * weight w gets w / (sum of weights) of it. Completions fall on the nearest whole nanosecond. Each
 * change costs O(log n): virtual work per unit of weight advances at capacity / weights, and a job is
 * complete when it reaches the value fixed at its arrival (as in DSLab's throughput sharing model).
 */
export class Sharing {
  /** Jobs in service over time. */
  readonly jobs: Level;
  readonly #capacity: (jobs: number) => number;
  readonly #handler: Handler;
  readonly #heap: SharedJob[] = [];
  #weights = 0;
  #virtual = 0;
  #speed = 0; // virtual work per nanosecond since #since
  #since: Ticks;
  #order = 0;
  #pending: EventId | null = null;

  /**
   * @param capacity units of work per nanosecond, or that as a function of the number of jobs.
   * @throws {RangeError} for a capacity that is negative or not finite.
   */
  constructor(
    readonly sim: Simulation,
    readonly name: string,
    capacity: number | ((jobs: number) => number),
  ) {
    this.#capacity = typeof capacity === "number" ? () => capacity : capacity;
    if (typeof capacity === "number") this.#rate(1);
    this.jobs = new Level(sim);
    this.#since = sim.now;
    this.#handler = sim.handler(() => this.#complete());
  }

  /** Serves `work` units and returns the nanoseconds it took: `yield* cpu.serve(work)`. */
  *serve(work: number, weight = 1): Process<Ticks> {
    const began = this.sim.now;
    yield this.job(work, weight);
    return this.sim.now - began;
  }

  /**
   * The same as something to wait for; service begins with the `yield`. An interrupted or timed-out
   * job is taken out, and `job.remaining` says what was left.
   *
   * @throws {RangeError} for work that is negative or not finite, or a weight that is not positive.
   */
  job(work: number, weight = 1): SharedJob {
    if (!(work >= 0 && work < Infinity)) {
      throw new RangeError(`sharing "${this.name}" was given ${work} units of work`);
    }
    if (!(weight > 0 && weight < Infinity)) {
      throw new RangeError(`sharing "${this.name}" was given a weight of ${weight}`);
    }
    return new SharedJob(this, work, weight);
  }

  /** To be called when the capacity function gives other values from now on (a quota, a clock rate). */
  changed(): void {
    this.#settle();
    this.#arm();
  }

  /** @internal Virtual work now, up to date. */
  get virtual(): number {
    this.#settle();
    return this.#virtual;
  }

  /** @internal */
  enter(job: SharedJob): void {
    this.#settle();
    job.finish = this.#virtual + job.work / job.weight;
    job.order = this.#order++;
    this.#heap.push(job);
    this.#up(this.#heap.length - 1);
    this.#weights += job.weight;
    this.jobs.set(this.#heap.length);
    this.#arm();
  }

  /** @internal */
  leave(job: SharedJob): void {
    if (job.index < 0) return;
    this.#settle();
    this.#remove(job);
    this.#arm();
  }

  #complete(): void {
    this.#pending = null;
    this.#settle();
    // Due to the nearest nanosecond; the first is due by construction.
    const reached = this.#virtual + this.#speed * 0.5;
    do {
      const job = this.#heap[0];
      this.#remove(job);
      job.complete();
    } while (this.#heap.length > 0 && this.#heap[0].finish <= reached);
    this.#arm();
  }

  #rate(jobs: number): number {
    const rate = this.#capacity(jobs);
    if (!(rate >= 0 && rate < Infinity)) {
      throw new RangeError(`sharing "${this.name}" has a capacity of ${rate} with ${jobs} jobs`);
    }
    return rate;
  }

  #settle(): void {
    const now = this.sim.now;
    this.#virtual += (now - this.#since) * this.#speed;
    this.#since = now;
    if (this.#virtual < REBASE) return;
    const origin = this.#virtual;
    this.#virtual = this.#weights = 0;
    for (const job of this.#heap) {
      job.finish -= origin;
      this.#weights += job.weight;
    }
  }

  #arm(): void {
    if (this.#pending !== null) this.sim.cancel(this.#pending);
    this.#pending = null;
    const n = this.#heap.length;
    this.#speed = n === 0 ? 0 : this.#rate(n) / this.#weights;
    if (this.#speed === 0) return;
    const delay = Math.max(0, Math.round((this.#heap[0].finish - this.#virtual) / this.#speed));
    if (Number.isSafeInteger(delay)) this.#pending = this.sim.schedule(delay, this.#handler);
  }

  #remove(job: SharedJob): void {
    job.remainder = Math.max(0, (job.finish - this.#virtual) * job.weight);
    const last = this.#heap.pop() as SharedJob;
    if (last !== job) {
      this.#heap[last.index = job.index] = last;
      this.#up(last.index);
      this.#down(last.index);
    }
    job.index = -1;
    this.#weights -= job.weight;
    if (this.#heap.length === 0) this.#weights = this.#virtual = 0;
    this.jobs.set(this.#heap.length);
  }

  #up(i: number): void {
    const heap = this.#heap;
    const job = heap[i];
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!job.isBefore(heap[parent])) break;
      heap[i] = heap[parent];
      heap[i].index = i;
      i = parent;
    }
    heap[i] = job;
    job.index = i;
  }

  #down(i: number): void {
    const heap = this.#heap;
    const job = heap[i];
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].isBefore(heap[child])) child++;
      if (!heap[child].isBefore(job)) break;
      heap[i] = heap[child];
      heap[i].index = i;
      i = child;
    }
    heap[i] = job;
    job.index = i;
  }
}

/** A job of a `Sharing`; waiting for it serves it. */
export class SharedJob extends Condition<void> {
  /** @internal Place in the heap; -1 when not in service. */
  index = -1;
  /** @internal Virtual work per weight at which it is complete. */
  finish = 0;
  /** @internal Order of arrival. */
  order = 0;
  /** @internal */
  remainder: number;
  #waiter: Waiter | null = null;

  /** @internal Use `sharing.job`. */
  constructor(readonly sharing: Sharing, readonly work: number, readonly weight: number) {
    super();
    this.remainder = work;
  }

  /** Work not done yet. */
  get remaining(): number {
    if (this.index < 0) return this.remainder;
    const virtual = this.sharing.virtual; // may move the origin of `finish`
    return Math.max(0, (this.finish - virtual) * this.weight);
  }

  /** @internal Earlier completion, then earlier arrival. */
  isBefore(other: SharedJob): boolean {
    return this.finish < other.finish || (this.finish === other.finish && this.order < other.order);
  }
  /** @internal */
  complete(): void {
    this.remainder = 0;
    const waiter = this.#waiter as Waiter;
    this.#waiter = null;
    waiter.wake(undefined);
  }
  subscribe(waiter: Waiter): boolean {
    if (this.index >= 0) throw new Error(`a job of sharing "${this.sharing.name}" runs already`);
    if (this.remainder === 0) return true;
    this.#waiter = waiter;
    this.sharing.enter(this);
    return false;
  }
  abandon(_waiter: Waiter): void {
    this.#waiter = null;
    this.sharing.leave(this);
  }
  waitingFor(): string {
    return `service by sharing "${this.sharing.name}"`;
  }
}
