/** CPU bandwidth control of one cgroup: Linux's `struct cfs_bandwidth` (kernel/sched/fair.c). */
import type { EventId, Handler, Simulation } from "../../kernel/mod.ts";
import type { RunQueue } from "./run-queue.ts";

const MS = 1e6;
/** `min_cfs_rq_runtime`: what a CPU keeps of its slice when its last thread stops, ns. */
export const KEPT_RUNTIME = 1 * MS;
/** `cfs_bandwidth_slack_period`: returned runtime is handed on this much later, ns. */
export const SLACK_PERIOD = 5 * MS;
/** `min_bandwidth_expiration`: runtime is not handed on this shortly before a refill, ns. */
export const MIN_EXPIRATION = 2 * MS;
/** Smallest quota and period (`min_cfs_quota_period`), ns. */
export const MIN_QUOTA = 1 * MS;
/** Largest period (`max_cfs_quota_period`), ns. */
export const MAX_PERIOD = 1000 * MS;

/** A limit: `cpu.max` and `cpu.max.burst` of cgroup v2, `cpu.cfs_*` of v1. */
export interface QuotaSpec {
  /** CPU time per period, ns; `Infinity`: no limit. */
  readonly quota: number;
  /** Length of a period, ns. Default 100 ms. */
  readonly period?: number;
  /** Unused quota that may be kept for later periods, ns. Default 0. */
  readonly burst?: number;
  /**
   * When the first period ends, ns from the group's making. Linux draws it at random since 6.4
   * (`init_cfs_bandwidth`). Default: one period.
   */
  readonly phase?: number;
}

/** What is known at the end of a period, before the refill: what Escra's kernel hook reports. */
export interface PeriodReport {
  /** Quota of the period that ends, ns. */
  readonly quota: number;
  /** CPU time that the group's threads used in the period, ns. */
  readonly used: number;
  /** `cfs_b->runtime`: left in the global pool; slices held by CPUs are not in it, ns. */
  readonly pool: number;
  /** Whether a run queue was throttled when the period ended; counted in `nrThrottled`. */
  readonly throttled: boolean;
  /** Whether nothing was drawn during the period: the timer stops here, no reports until it restarts. */
  readonly idle: boolean;
  /** Periods and throttled periods so far, this one included. */
  readonly nrPeriods: number;
  /** See `nrPeriods`. */
  readonly nrThrottled: number;
}

/** What the pool asks of the scheduler. */
export interface BandwidthOwner {
  /** Makes a throttled queue's threads runnable again (`unthrottle_cfs_rq`). */
  unthrottle(queue: RunQueue): void;
  /** What CPUs have drawn is of an earlier period now; only with slice expiry. */
  expired(): void;
  /** CPU time used by the group so far, ns. */
  usage(): number;
  /** Told at each period's end. */
  periodEnded(report: PeriodReport): void;
}

/** Constants of the kernel that a host runs. */
export interface BandwidthRules {
  /** `sched_cfs_bandwidth_slice`, ns. */
  readonly slice: number;
  /** Drawn runtime expires at the refill (Linux 4.18 to 5.3). */
  readonly sliceExpiry: boolean;
}

/** Checks a limit as `tg_set_cfs_bandwidth` does. @throws {RangeError} saying what is accepted. */
export function checkQuota(name: string, { quota, period = 100 * MS, burst = 0 }: QuotaSpec): void {
  const refuse = (what: string) => {
    throw new RangeError(`cgroup "${name}": ${what}`);
  };
  if (!(period >= MIN_QUOTA && period <= MAX_PERIOD)) {
    refuse(`a period of ${period / MS} ms; expected 1 ms to 1 s`);
  }
  if (!(quota >= MIN_QUOTA)) refuse(`a quota of ${quota / MS} ms; expected at least 1 ms`);
  if (!(burst >= 0 && (burst === 0 || burst <= quota))) {
    refuse(`a burst of ${burst / MS} ms; expected 0 up to the quota`);
  }
}

/** The global pool of a limited group, its period timer and its slack timer. */
export class Bandwidth {
  quota: number;
  period: number;
  burst: number;
  /** `cfs_b->runtime`: left in the pool, ns. */
  runtime: number;
  nrPeriods = 0;
  nrThrottled = 0;
  nrBursts = 0;
  /** CPU time used beyond the quota of its period, from the burst, ns. */
  burstTime = 0;
  /** Counts refills, for slice expiry. */
  generation = 0;
  /** `throttled_cfs_rq`: who waits for runtime, first come first served. */
  readonly throttled: RunQueue[] = [];
  /** When the running period ends, or when the last one did while the timer is stopped. */
  #expires: number;
  #active = false;
  #idle = false;
  #snapshot: number;
  #usedBefore = 0;
  #timer: EventId | -1 = -1;
  #slackStarted = false;

  constructor(
    readonly sim: Simulation,
    readonly rules: BandwidthRules,
    readonly owner: BandwidthOwner,
    private readonly handlers: { readonly period: Handler; readonly slack: Handler },
    private readonly argument: number,
    spec: QuotaSpec,
  ) {
    const { quota, period = 100 * MS, burst = 0, phase = period } = spec;
    this.quota = quota;
    this.period = period;
    this.burst = burst;
    this.runtime = quota;
    this.#snapshot = quota;
    this.#expires = sim.now + phase;
  }

  /** Whether the quota limits at all. */
  get limited(): boolean {
    return this.quota !== Infinity;
  }

  /**
   * A new limit, as a write to `cpu.max` does it (`tg_set_cfs_bandwidth`): the pool is refilled at
   * once, a running period keeps its end. The caller resets and unthrottles the run queues.
   */
  set({ quota, period = this.period, burst = this.burst }: QuotaSpec): void {
    this.quota = quota;
    this.period = period;
    this.burst = burst;
    this.#refill();
    if (this.limited) this.#start();
  }

  /** `__assign_cfs_rq_runtime`: fills a CPU's drawn runtime up to `target` as far as the pool goes. */
  assign(queue: RunQueue, target: number = this.rules.slice): boolean {
    const wanted = target - queue.runtimeRemaining;
    let amount = wanted;
    if (this.limited) {
      this.#start();
      amount = 0;
      if (this.runtime > 0) {
        amount = Math.min(this.runtime, wanted);
        this.runtime -= amount;
        this.#idle = false;
      }
    }
    queue.runtimeRemaining += amount;
    queue.generation = this.generation;
    return queue.runtimeRemaining > 0;
  }

  /** `__return_cfs_rq_runtime`: a CPU without threads gives all but 1 ms back. */
  giveBack(queue: RunQueue): void {
    const slack = queue.runtimeRemaining - KEPT_RUNTIME;
    if (slack <= 0) return;
    if (this.limited && !(this.rules.sliceExpiry && queue.generation !== this.generation)) {
      this.runtime += slack;
      if (this.runtime > this.rules.slice && this.throttled.length > 0) this.#startSlack();
    }
    queue.runtimeRemaining -= slack;
  }

  /** `do_sched_cfs_period_timer`: counts, refills, and wakes those who wait. */
  onPeriod(): void {
    const { owner, throttled } = this;
    this.#timer = -1;
    if (!this.limited) {
      this.#active = false;
      return;
    }
    const waits = throttled.length > 0;
    const idle = this.#idle && !waits;
    const used = owner.usage();
    const pool = this.runtime;
    this.nrPeriods++;
    if (waits) this.nrThrottled++;
    owner.periodEnded({
      quota: this.quota,
      used: used - this.#usedBefore,
      pool,
      throttled: waits,
      idle,
      nrPeriods: this.nrPeriods,
      nrThrottled: this.nrThrottled,
    });
    this.#usedBefore = used;
    this.#refill();
    if (idle) {
      this.#active = false;
      return;
    }
    this.#expires += this.period;
    this.#arm();
    this.#idle = !waits;
    while (throttled.length > 0 && this.runtime > 0) this.#distribute();
    if (this.rules.sliceExpiry) owner.expired();
  }

  /** `do_sched_cfs_slack_timer`: hands returned runtime to those who wait. */
  onSlack(): void {
    this.#slackStarted = false;
    if (this.#refillWithin(MIN_EXPIRATION)) return;
    if (this.limited && this.runtime > this.rules.slice) this.#distribute();
  }

  /** `start_cfs_bandwidth`: the period timer runs on its own grid, whenever it was stopped. */
  #start(): void {
    if (this.#active) return;
    this.#active = true;
    const { now } = this.sim;
    if (this.#expires <= now) {
      this.#expires += (Math.floor((now - this.#expires) / this.period) + 1) * this.period;
    }
    this.#arm();
  }

  #arm(): void {
    this.#timer = this.sim.schedule(
      this.#expires - this.sim.now,
      this.handlers.period,
      this.argument,
    );
  }

  /** `__refill_cfs_bandwidth_runtime`: the quota, plus what is left up to the burst. */
  #refill(): void {
    if (!this.limited) return;
    this.generation++;
    this.runtime += this.quota;
    const over = this.#snapshot - this.runtime;
    if (over > 0) {
      this.burstTime += over;
      this.nrBursts++;
    }
    this.runtime = Math.min(this.runtime, this.quota + this.burst);
    this.#snapshot = this.runtime;
  }

  /** `distribute_cfs_runtime`: pays debts in order of waiting, one nanosecond over each. */
  #distribute(): void {
    for (let n = this.throttled.length; n > 0 && this.runtime > 0; n--) {
      const queue = this.throttled[0];
      const amount = Math.min(-queue.runtimeRemaining + 1, this.runtime);
      this.runtime -= amount;
      queue.runtimeRemaining += amount;
      queue.generation = this.generation;
      if (queue.runtimeRemaining <= 0) return;
      this.owner.unthrottle(queue);
    }
  }

  /** `start_cfs_slack_bandwidth`. */
  #startSlack(): void {
    if (this.#slackStarted || this.#refillWithin(SLACK_PERIOD + MIN_EXPIRATION)) return;
    this.#slackStarted = true;
    this.sim.schedule(SLACK_PERIOD, this.handlers.slack, this.argument);
  }

  /** `runtime_refresh_within`. */
  #refillWithin(span: number): boolean {
    return this.#timer !== -1 && this.#expires - this.sim.now < span;
  }
}
