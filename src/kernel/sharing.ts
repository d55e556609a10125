/** Processor sharing: jobs served at the same time at weighted shares of a capacity. */
import { Level } from "./level.ts";
import type { Simulation, Timer } from "./simulation.ts";
import type { Ticks } from "./time.ts";
import { Condition, type Process, type Waiter } from "./waiting.ts";

interface Job {
  readonly weight: number;
  /** Virtual work per unit weight at which the job is complete. */
  readonly finish: number;
  readonly order: number;
  waiter: Waiter | null;
}

/**
 * Egalitarian or weighted processor sharing. With n jobs the total rate is `capacity(n)` units of work
 * per nanosecond; a job of weight w gets the share w / (sum of weights).
 */
export class Sharing {
  /** Jobs in service over time. */
  readonly jobs: Level;
  readonly #capacity: (jobs: number) => number;
  #inService: Job[] = [];
  #virtual = 0;
  #since = 0;
  #weights = 0;
  #order = 0;
  #timer: Timer | null = null;

  constructor(
    readonly sim: Simulation,
    readonly name: string,
    capacity: number | ((jobs: number) => number),
  ) {
    this.#capacity = typeof capacity === "number" ? () => capacity : capacity;
    this.jobs = new Level(sim);
    this.#since = sim.now;
  }

  /** Serves `work` units and returns the nanoseconds it took: `yield* cpu.serve(work)`. */
  *serve(work: number, weight = 1): Process<Ticks> {
    const began = this.sim.now;
    yield this.job(work, weight);
    return this.sim.now - began;
  }

  /** The same as something to wait for: `yield cpu.job(work)`; an interrupt takes the job out. */
  job(work: number, weight = 1): Condition<void> {
    if (!(work >= 0 && work < Infinity)) {
      throw new RangeError(`sharing "${this.name}" was given ${work} units of work`);
    }
    if (!(weight > 0 && weight < Infinity)) {
      throw new RangeError(`sharing "${this.name}" was given a weight of ${weight}`);
    }
    return new Served(this, work, weight);
  }

  /** Tells that the capacity function now gives other values (a quota, another frequency). */
  changed(): void {
    this.#settle();
    this.#arm();
  }

  /** @internal */
  enter(work: number, weight: number, waiter: Waiter): Job {
    this.#settle();
    const job = { weight, finish: this.#virtual + work / weight, order: this.#order++, waiter };
    this.#inService.push(job);
    this.#weights += weight;
    this.jobs.set(this.#inService.length);
    this.#arm();
    return job;
  }
  /** @internal */
  leave(job: Job): void {
    const at = this.#inService.indexOf(job);
    if (at < 0) return;
    this.#settle();
    this.#remove(at);
    this.#arm();
  }

  #remove(at: number): void {
    this.#weights -= this.#inService[at].weight;
    this.#inService.splice(at, 1);
    if (this.#inService.length === 0) this.#weights = this.#virtual = 0;
    this.jobs.set(this.#inService.length);
  }

  #rate(): number {
    const n = this.#inService.length;
    if (n === 0) return 0;
    const rate = this.#capacity(n);
    if (!(rate >= 0)) {
      throw new RangeError(`sharing "${this.name}" has a capacity of ${rate} at ${n} jobs`);
    }
    return rate / this.#weights;
  }
  #speed = 0;
  #settle(): void {
    const now = this.sim.now;
    this.#virtual += (now - this.#since) * this.#speed;
    this.#since = now;
  }
  #arm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#speed = this.#rate();
    if (this.#inService.length === 0 || this.#speed === 0) return;
    let first = Infinity;
    for (const job of this.#inService) first = Math.min(first, job.finish);
    const delay = Math.max(0, Math.ceil((first - this.#virtual) / this.#speed - 1e-6));
    if (delay === Infinity) return;
    this.#timer = this.sim.after(delay, () => this.#finish());
  }
  #finish(): void {
    this.#timer = null;
    this.#settle();
    // A job is complete when less than a nanosecond's service is missing.
    const reached = this.#virtual + this.#speed * 1e-3;
    for (let i = 0; i < this.#inService.length;) {
      const job = this.#inService[i];
      if (job.finish > reached) {
        i++;
        continue;
      }
      this.#remove(i);
      const waiter = job.waiter as Waiter;
      job.waiter = null;
      waiter.wake(undefined);
    }
    this.#arm();
  }
}

class Served extends Condition<void> {
  #job: Job | null = null;
  constructor(readonly sharing: Sharing, readonly work: number, readonly weight: number) {
    super();
  }
  subscribe(waiter: Waiter): boolean {
    if (this.work === 0) return true;
    this.#job = this.sharing.enter(this.work, this.weight, waiter);
    return false;
  }
  abandon(_waiter: Waiter): void {
    if (this.#job !== null) this.sharing.leave(this.#job);
  }
  waitingFor(): string {
    return `sharing "${this.sharing.name}"`;
  }
}
