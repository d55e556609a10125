/** One group's share of one CPU: Linux's `struct cfs_rq`. */
import type { Cgroup } from "./cgroup.ts";
import type { Processor } from "./processor.ts";
import type { Thread } from "./thread.ts";

/** The runnable threads of a cgroup on one CPU, with the runtime that this CPU has drawn for them. */
export class RunQueue {
  /** Runnable threads, the running one among them, in order of arrival. */
  readonly threads: Thread[] = [];
  /** `runtime_remaining`: runtime drawn from the group's pool and not used yet, ns; negative: a debt. Starts at 1 ns. */
  runtimeRemaining = 1;
  /** Whether the queue waits for runtime (`cfs_rq->throttled`). */
  throttled = false;
  /** Since when threads wait here for runtime; NaN while none does. */
  waitingSince = NaN;
  /** Generation of the pool that the drawn runtime came from (slice expiry of Linux up to 5.3). */
  generation = 0;
  /** Virtual runtime of the group on this CPU: the group's `sched_entity`, ns at weight 1024. */
  vruntime = 0;
  /** Virtual time of the queue: the least of its threads' when one was picked, ns. */
  floor = 0;

  constructor(readonly group: Cgroup, readonly processor: Processor) {}

  /** The running thread if it is of this group: `cfs_rq->curr`. */
  get current(): Thread | null {
    const running = this.processor.current;
    return running !== null && running.queue === this ? running : null;
  }

  /** Weight against the other groups on this CPU: the group's shares, split as its threads are. */
  get weight(): number {
    const { group } = this;
    if (group.shares === null) return 1024 * this.threads.length;
    return Math.max(2, group.shares * this.threads.length / group.runnable);
  }

  /** Ends a wait for runtime and books it. */
  waited(now: number): void {
    if (Number.isNaN(this.waitingSince)) return;
    const { group, processor, waitingSince } = this;
    group.throttledTime += now - waitingSince;
    const { spec, sim } = group.host;
    sim.trace?.complete(
      `${spec.name} ${group.name} on cpu ${processor.id}`,
      "throttled",
      waitingSince,
      now,
    );
    this.waitingSince = NaN;
  }
}
