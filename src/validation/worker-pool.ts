/** The program that data/kernel was measured with: a pool of workers in a cgroup with a quota. */
import type { Cgroup, Host, Thread } from "../hardware/mod.ts";
import type { Job } from "./job-trace.ts";

/** The program: its size and its constants. */
export interface PoolOptions {
  /** Workers in the group. */
  readonly threads: number;
  /** Whether workers read their CPU clock while they burn (`Thread.readsClock`). */
  readonly readsClock: boolean;
  /** CPU time of the dispatcher for one job: wake, queue, signal; ns. */
  readonly dispatchCost: number;
  /** CPU time of a worker for one job beside the job itself: lock, take, clock readings; ns. */
  readonly jobCost: number;
}

/**
 * Replays a trace: a dispatcher outside the group, at real-time priority, puts jobs in one queue;
 * workers take them first come, first served and burn exactly their service time. Call before
 * `sim.run()`.
 *
 * @returns completion times in ns by job; NaN until it is done.
 */
export function replay(
  host: Host,
  group: Cgroup,
  jobs: readonly Job[],
  { threads, readsClock, dispatchCost, jobCost }: PoolOptions,
): Float64Array {
  const { sim } = host;
  const completed = new Float64Array(jobs.length).fill(NaN);
  const dispatcher = host.thread("dispatcher", "fifo");
  const asleep: Thread[] = [];
  let head = 0;
  let tail = 0;
  for (let i = 0; i < threads; i++) {
    const worker = group.thread(`worker ${i}`);
    worker.readsClock = readsClock;
    asleep.push(worker);
  }
  const take = (worker: Thread): void => {
    if (head === tail) {
      asleep.push(worker);
      return;
    }
    const job = head++;
    worker.start(jobCost + jobs[job].service, () => {
      completed[job] = sim.now;
      take(worker);
    });
  };
  const dispatch = (): void => {
    for (; tail < jobs.length && jobs[tail].arrival <= sim.now; tail++) {
      const worker = asleep.shift();
      worker?.start(0, () => take(worker));
    }
    if (tail === jobs.length) return;
    sim.at(jobs[tail].arrival, () => dispatcher.start(dispatchCost, dispatch));
  };
  dispatch();
  return completed;
}
