/** A cgroup of the fluid CPU model: its pool, its period timer and its bursts. The rules: fluid.ts. */
import type { EventId, Handler } from "../../kernel/mod.ts";
import { checkQuota, KEPT_RUNTIME, type PeriodReport } from "./bandwidth.ts";
import { BurstHeap } from "./burst-heap.ts";
import type { CpuStat } from "./cgroup.ts";
import type { FluidHost } from "./fluid.ts";

const MS = 1e6;

/** How to make a group. */
export interface FluidGroupOptions {
  /** CPU time per period, ns; `Infinity`: no limit (the default). */
  readonly quota?: number;
  /** ns, default 100 ms. */
  readonly period?: number;
  /** When the first period ends, ns from now; default: one period. */
  readonly phase?: number;
  /**
   * CPUs that the group's threads take turns on: each keeps 1 ms of a period's quota once a burst has
   * ended on it. Default 0: nothing is kept.
   */
  readonly spread?: number;
  /** What CPUs keep is lost at the refill (Linux 4.18 to 5.3) instead of used there. Default false. */
  readonly sliceExpiry?: boolean;
  /** Told of each burst that has had its CPU time. */
  readonly onDone: (argument: number) => void;
  /** Told at the end of each period while the timer runs, before the refill. */
  readonly onPeriod?: (report: PeriodReport, group: FluidGroup) => void;
}

/** A cgroup of a `FluidHost`. An idle group costs nothing: no timer, no event. */
export class FluidGroup {
  /** CPU time per period, ns; Infinity: no limit. */
  quota: number;
  /** ns */
  period: number;
  /** As `nr_periods` of cpu.stat. */
  nrPeriods = 0;
  /** As `nr_throttled` of cpu.stat. */
  nrThrottled = 0;
  /** @internal Index among the host's groups that run. */
  place = -1;
  /** @internal Where the host's work clock stands at this group's next event. */
  nextAt = Infinity;
  #pool: number;
  #throttled = false;
  #throttledSince = 0;
  #throttledTime = 0;
  #usage = 0;
  #usedBefore = 0;
  #expires: number;
  #timerOn = false;
  #timer: EventId | -1 = -1;
  /** CPU time that a burst which always ran has had in this group, ns; and the host's clock then. */
  #clock = 0;
  #at: number;
  /** Per CPU the period in which it last kept something. */
  readonly #keptIn: Int32Array;
  readonly #sliceExpiry: boolean;
  #turn = 0;
  #generation = 1;
  readonly #bursts = new BurstHeap();
  readonly #onDone: (argument: number) => void;
  readonly #onPeriod: FluidGroupOptions["onPeriod"];

  /** Use `host.group(name, options)`. */
  constructor(
    readonly host: FluidHost,
    readonly name: string,
    readonly id: number,
    private readonly periodHandler: Handler,
    options: FluidGroupOptions,
  ) {
    const { quota = Infinity, period = 100 * MS, phase = period, spread = 0 } = options;
    this.#keptIn = new Int32Array(spread);
    this.#sliceExpiry = options.sliceExpiry === true;
    checkQuota(name, { quota, period });
    this.quota = quota;
    this.period = period;
    this.#pool = quota;
    this.#expires = host.sim.now + phase;
    this.#onDone = options.onDone;
    this.#onPeriod = options.onPeriod;
    this.#at = host.work();
  }

  /** @internal Whether bursts of this group run. */
  get eligible(): boolean {
    return !this.#throttled && this.#bursts.size > 0;
  }
  /** Bursts that have not had their CPU time. */
  get runnable(): number {
    return this.#bursts.size;
  }
  /** Whether the pool is empty and the group waits for the period's end. */
  get throttled(): boolean {
    return this.#throttled;
  }

  /** Runs `demand` ns of CPU time on a thread of its own, then calls `onDone(argument)`. */
  run(demand: number, argument: number): void {
    this.host.settle();
    this.advance(false);
    this.#bursts.push(this.#clock + Math.max(1, demand), argument);
    if (!this.#throttled) {
      this.host.running++;
      if (this.quota !== Infinity) this.#start();
    }
    this.#plan();
  }

  /** Ends every burst without calling `onDone`; gives their arguments: the container was killed. */
  kill(): number[] {
    this.host.settle();
    this.advance(false);
    if (!this.#throttled) this.host.running -= this.#bursts.size;
    const ended = this.#bursts.clear();
    this.#plan();
    return ended;
  }

  /** A write to cpu.max: the pool is refilled at once, the running period keeps its end. */
  setQuota(quota: number, period = this.period): void {
    checkQuota(this.name, { quota, period });
    this.host.settle();
    this.advance(false);
    this.quota = quota;
    this.period = period;
    this.#pool = quota;
    this.#generation++;
    this.#release();
    if (quota !== Infinity && this.#bursts.size > 0) this.#start();
    this.#plan();
  }

  /** CPU time used so far, ns. */
  usage(): number {
    this.host.settle();
    this.advance(false);
    return this.#usage;
  }

  /** `cfs_b->runtime` now, ns: what is left in the pool of the period that runs. */
  remaining(): number {
    this.host.settle();
    this.advance(false);
    return Math.max(0, this.#pool);
  }

  /** The counters of `cpu.stat`. */
  stat(): CpuStat {
    const since = this.#throttled ? this.host.sim.now - this.#throttledSince : 0;
    return {
      usage: this.usage(),
      nrPeriods: this.nrPeriods,
      nrThrottled: this.nrThrottled,
      throttledTime: this.#throttledTime + since,
      nrBursts: 0,
      burstTime: 0,
    };
  }

  /** @internal Books the work done since the last look; with `complete`, ends what is due. */
  advance(complete: boolean): void {
    const work = this.host.work();
    const delta = work - this.#at;
    this.#at = work;
    if (!this.#throttled && this.#bursts.size > 0 && delta > 0) {
      this.#clock += delta;
      const used = delta * this.#bursts.size;
      this.#usage += used;
      this.#pool -= used;
    }
    if (!complete) return;
    while (this.#bursts.size > 0 && this.#bursts.least <= this.#clock + 0.5) {
      const argument = this.#bursts.pop();
      if (!this.#throttled) this.host.running--;
      if (this.#keptIn.length > 0) this.#keep();
      this.#onDone(argument);
    }
    if (this.#pool <= 0.5 && this.eligible) {
      this.#throttled = true;
      this.#throttledSince = this.host.sim.now;
      this.host.running -= this.#bursts.size;
    }
    this.#plan();
  }

  /** @internal The period timer (`do_sched_cfs_period_timer`). */
  periodEnds(): void {
    this.#timer = -1;
    this.host.settle();
    this.advance(true);
    if (this.quota === Infinity) {
      this.#timerOn = false;
      return;
    }
    const used = this.#usage - this.#usedBefore;
    const idle = used === 0 && this.#bursts.size === 0;
    this.nrPeriods++;
    // A pool that is empty at the very moment of its refill has held nobody up.
    const throttled = this.#throttled && this.#throttledSince < this.host.sim.now;
    if (throttled) this.nrThrottled++;
    this.#onPeriod?.({
      quota: this.quota,
      used,
      pool: Math.max(0, this.#pool),
      throttled,
      idle,
      nrPeriods: this.nrPeriods,
      nrThrottled: this.nrThrottled,
    }, this);
    this.#usedBefore = this.#usage;
    this.#pool = this.quota;
    if (this.#sliceExpiry) this.#generation++;
    this.#release();
    if (idle) this.#timerOn = false;
    else {
      this.#expires += this.period;
      this.#arm();
    }
    this.#plan();
  }

  /** `__return_cfs_rq_runtime`: the CPU whose thread stops keeps 1 ms. Threads take turns. */
  #keep(): void {
    const cpu = this.#turn++ % this.#keptIn.length;
    if (this.#keptIn[cpu] === this.#generation) return;
    this.#keptIn[cpu] = this.#generation;
    this.#pool -= Math.min(KEPT_RUNTIME, Math.max(0, this.#pool));
  }

  #release(): void {
    if (!this.#throttled) return;
    this.#throttled = false;
    this.#throttledTime += this.host.sim.now - this.#throttledSince;
    this.host.running += this.#bursts.size;
  }

  /** `start_cfs_bandwidth`: the timer runs on its own grid, whenever it was stopped. */
  #start(): void {
    if (this.#timerOn) return;
    this.#timerOn = true;
    const { now } = this.host.sim;
    if (this.#expires <= now) {
      this.#expires += (Math.floor((now - this.#expires) / this.period) + 1) * this.period;
      // The pool was full when the timer stopped; whoever ran unlimited since has used none of it.
      this.#pool = this.quota;
      this.#usedBefore = this.#usage;
    }
    this.#arm();
  }

  #arm(): void {
    const { sim } = this.host;
    this.#timer = sim.schedule(this.#expires - sim.now, this.periodHandler, this.id);
  }

  /** The group's next event on the host's clock: a burst's end, or an empty pool. */
  #plan(): void {
    const size = this.#bursts.size;
    if (this.#throttled || size === 0) this.nextAt = Infinity;
    else {
      const wait = Math.min(this.#bursts.least - this.#clock, this.#pool / size);
      this.nextAt = this.#at + Math.max(0, wait);
    }
    this.host.changed(this);
  }
}
