/**
 * The fast twin of `Host`: the same limit per period and the same sharing of a host's CPUs, with time
 * as a fluid. Bursts instead of threads; no ticks, turns, slices or migrations.
 *
 * Rules kept from kernel/sched/fair.c: a period's quota is a pool that running threads draw from; an
 * empty pool throttles the group until the period ends; nr_throttled counts periods that end throttled;
 * a period in which nothing was drawn stops the timer, which restarts on its own grid; a new quota
 * refills the pool at once; a CPU whose last thread stops keeps 1 ms of what it drew, which no other
 * CPU can use. Left out: what a running CPU holds of its 5 ms slice, ticks, and who is throttled first.
 */
import type { EventId, Handler, Simulation } from "../../kernel/mod.ts";
import { checkQuota, KEPT_RUNTIME, type PeriodReport } from "./bandwidth.ts";
import type { CpuStat } from "./cgroup.ts";
import { BurstHeap } from "./burst-heap.ts";

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

/** CPUs shared by the bursts of many groups, each burst at most one CPU. */
export class FluidHost {
  /** Bursts that run now: in groups that are not throttled. */
  running = 0;
  /** CPU time that each running burst has had since the start, ns. */
  #work = 0;
  #since = 0;
  #rate = 1;
  #event: EventId | -1 = -1;
  #due = Infinity;
  readonly #active: FluidGroup[] = [];
  readonly #handler: Handler;
  readonly #periodHandler: Handler;
  readonly #groups: FluidGroup[] = [];

  /** @param cores CPUs (hardware threads). @throws {RangeError} for less than one. */
  constructor(readonly sim: Simulation, readonly name: string, readonly cores: number) {
    if (!(cores >= 1)) throw new RangeError(`host "${name}": ${cores} CPUs; expected at least 1`);
    this.#handler = sim.handler(() => this.#onEvent());
    this.#periodHandler = sim.handler((id) => (this.#groups[id] as FluidGroup).periodEnds());
  }

  /** A group with its own limit. @throws {RangeError} for a quota or period that Linux refuses. */
  group(name: string, options: FluidGroupOptions): FluidGroup {
    const group = new FluidGroup(this, name, this.#groups.length, this.#periodHandler, options);
    this.#groups.push(group);
    return group;
  }

  /** CPU time that a burst that always ran would have had, ns. */
  work(): number {
    return this.#work + (this.sim.now - this.#since) * this.#rate;
  }

  /** @internal Brings every clock to now; call before changing who runs. */
  settle(): void {
    const now = this.sim.now;
    if (now === this.#since) return;
    this.#work += (now - this.#since) * this.#rate;
    this.#since = now;
  }

  /** @internal After a change of who runs. */
  changed(group: FluidGroup): void {
    if (group.eligible) {
      if (group.place < 0) group.place = this.#active.push(group) - 1;
    } else if (group.place >= 0) {
      const last = this.#active.pop() as FluidGroup;
      if (last !== group) {
        this.#active[group.place] = last;
        last.place = group.place;
      }
      group.place = -1;
    }
    this.#rate = this.running <= this.cores ? 1 : this.cores / this.running;
    this.#arm();
  }

  #arm(): void {
    let next = Infinity;
    const active = this.#active;
    for (let i = 0; i < active.length; i++) {
      const at = (active[i] as FluidGroup).nextAt;
      if (at < next) next = at;
    }
    const due = next === Infinity
      ? Infinity
      : this.#since + Math.max(0, Math.ceil((next - this.#work) / this.#rate));
    // An event that comes too early finds nothing to do; only one that comes too late is moved.
    if (due >= this.#due) return;
    if (this.#event !== -1) this.sim.cancel(this.#event);
    this.#due = due;
    this.#event = this.sim.schedule(due - this.sim.now, this.#handler);
  }

  #onEvent(): void {
    this.#event = -1;
    this.#due = Infinity;
    this.settle();
    const active = this.#active;
    for (let i = active.length - 1; i >= 0; i--) {
      const group = active[i] as FluidGroup;
      if (group !== undefined && group.nextAt <= this.#work + 0.5) group.advance(true);
    }
    this.#arm();
  }
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
