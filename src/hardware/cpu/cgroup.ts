/** A control group: threads under common shares and a common quota. */
import { type Bandwidth, checkQuota, type PeriodReport, type QuotaSpec } from "./bandwidth.ts";
import type { Host } from "./host.ts";
import type { Processor } from "./processor.ts";
import { RunQueue } from "./run-queue.ts";
import { type Policy, Thread } from "./thread.ts";

/** How to make a group. */
export interface CgroupOptions extends Partial<QuotaSpec> {
  /** `cpu.shares` of cgroup v1 (v2: `cpu.weight` x 10.24). Default 1024. */
  readonly shares?: number;
  /** Told at the end of each of the group's periods while its timer runs. */
  readonly onPeriod?: ((report: PeriodReport, group: Cgroup) => void) | undefined;
}

/** Counters as in `cpu.stat`. */
export interface CpuStat {
  /** CPU time used by the group's threads, ns. */
  readonly usage: number;
  /** `nr_periods`: periods in which the quota was enforced. */
  readonly nrPeriods: number;
  /** `nr_throttled`: those in which the group was throttled. */
  readonly nrThrottled: number;
  /** Time that the group's CPUs had threads waiting for runtime, summed over CPUs, ns. */
  readonly throttledTime: number;
  /** `nr_bursts`: those that used more than the quota, from what was kept. */
  readonly nrBursts: number;
  /** ns */
  readonly burstTime: number;
}

/** A cgroup on a host. An idle group costs nothing: no timer, no event. */
export class Cgroup {
  /** Null for the root group: its threads compete one by one. */
  readonly shares: number | null;
  /** Number of runnable threads. */
  runnable = 0;
  /** The pool and its timers; null until a quota is first given. */
  bandwidth: Bandwidth | null = null;
  /** @internal */
  throttledTime = 0;
  /** @internal CPU time of pieces that have been accounted, ns. */
  accounted = 0;
  /** @internal Run queues by CPU, made when first used. */
  readonly queues: (RunQueue | undefined)[] = [];
  readonly #onPeriod: CgroupOptions["onPeriod"];

  /** Use `host.cgroup(name, options)`. */
  constructor(
    readonly host: Host,
    readonly name: string,
    readonly id: number,
    options: CgroupOptions,
    root = false,
  ) {
    const { shares = 1024 } = options;
    if (!(shares >= 2 && shares <= 262_144)) {
      throw new RangeError(`cgroup "${name}": ${shares} shares; expected 2 to 262144`);
    }
    this.shares = root ? null : shares;
    this.#onPeriod = options.onPeriod;
    if (options.quota !== undefined) this.setQuota({ ...options, quota: options.quota });
  }

  /** A thread of this group, asleep until it is given something to run. */
  thread(name: string, policy: Policy = "fair"): Thread {
    return new Thread(this, name, policy, this.host.home());
  }

  /**
   * Sets or changes the limit as a write to the cgroup's file does (`tg_set_cfs_bandwidth`): a full
   * pool at once, CPUs' drawn runtime and debts forgotten, everything throttled runs again.
   *
   * @throws {RangeError} for what the kernel refuses.
   */
  setQuota(spec: QuotaSpec): void {
    checkQuota(this.name, { ...(this.bandwidth && { period: this.bandwidth.period }), ...spec });
    if (this.bandwidth === null) {
      this.bandwidth = this.host.bandwidth(this, spec);
    } else this.bandwidth.set(spec);
    for (const queue of this.queues) if (queue !== undefined) this.host.resetRuntime(queue);
  }

  /** CPU time used so far, the running threads' included, ns. */
  usage(): number {
    if (this.runnable > 0) {
      for (const queue of this.queues) {
        if (queue !== undefined && queue.current !== null) queue.processor.advance();
      }
    }
    return this.accounted;
  }

  /** The counters of `cpu.stat`. */
  stat(): CpuStat {
    const { bandwidth } = this;
    let throttledTime = this.throttledTime;
    for (const queue of this.queues) {
      if (queue !== undefined && !Number.isNaN(queue.waitingSince)) {
        throttledTime += this.host.sim.now - queue.waitingSince;
      }
    }
    return {
      usage: this.usage(),
      nrPeriods: bandwidth?.nrPeriods ?? 0,
      nrThrottled: bandwidth?.nrThrottled ?? 0,
      throttledTime,
      nrBursts: bandwidth?.nrBursts ?? 0,
      burstTime: bandwidth?.burstTime ?? 0,
    };
  }

  /** @internal This group's run queue on a CPU. */
  on(processor: Processor): RunQueue {
    return this.queues[processor.id] ??= new RunQueue(this, processor);
  }

  /** @internal From the pool's period timer. */
  periodEnded(report: PeriodReport): void {
    this.#onPeriod?.(report, this);
  }

  /** @internal From the pool: the next tick finds drawn runtime expired. */
  expired(): void {
    for (const queue of this.queues) {
      if (queue !== undefined && queue.current !== null) queue.processor.arm();
    }
  }

  /** @internal From the pool. */
  unthrottle(queue: RunQueue): void {
    this.host.unthrottle(queue);
  }
}
