/** One CPU: who runs, until when, and what happens at the scheduler's tick. */
import type { EventId } from "../../kernel/mod.ts";
import type { Host } from "./host.ts";
import type { RunQueue } from "./run-queue.ts";
import type { Thread } from "./thread.ts";

/**
 * A CPU as the operating system counts them, with its run queues: real-time threads first, then the
 * group with the least virtual runtime, then its thread with the least (kernel/sched/fair.c). It
 * schedules one event at a time: the end of the work, or the first tick at which something changes.
 */
export class Processor {
  /** The running thread; null: idle. */
  current: Thread | null = null;
  /** Run queues with runnable threads that are not throttled. */
  readonly ready: RunQueue[] = [];
  /** Real-time threads that wait for this CPU. */
  readonly fifo: Thread[] = [];
  /** Virtual time of the CPU's fair queue. */
  floor = 0;
  /** Up to when the running thread is accounted; ahead of now while the CPU wakes up. */
  #since = 0;
  /** Since when the running thread has its turn. */
  #turn = 0;
  /** When the running thread came to the CPU, for the trace. */
  #began = 0;
  /** When the kernel last accounted the running thread, ticks apart. */
  #accounted = 0;
  #event: EventId | -1 = -1;
  #contended = false;
  /** Threads in `ready`, the running one among them. */
  #fair = 0;
  #last: Thread | null = null;
  /** `nr_balance_failed`: tries to pull work here that found only cache-hot threads. */
  failedPulls = 0;

  constructor(readonly host: Host, readonly id: number) {}

  /** Whether nothing runs here: a woken thread starts at once. */
  get idle(): boolean {
    return this.current === null;
  }

  /** Fair threads that could run here but wait for their turn. */
  get waiting(): number {
    return this.current !== null && this.current.queue !== null ? this.#fair - 1 : this.#fair;
  }

  /** `update_curr`: accounts the running thread's time up to now. */
  advance(): void {
    const { now } = this.host.sim;
    const delta = now - this.#since;
    const thread = this.current;
    if (delta <= 0 || thread === null) return;
    this.#since = now;
    thread.lastRan = now;
    thread.remaining -= delta;
    thread.cpuTime += delta;
    thread.group.accounted += delta;
    const { queue } = thread;
    if (queue === null) return;
    thread.vruntime += delta;
    queue.vruntime += delta * 1024 / queue.weight;
    queue.runtimeRemaining -= delta;
  }

  /** What the running thread has used since the kernel last looked (a tick, a switch), ns. */
  get unaccounted(): number {
    const { now } = this.host.sim;
    if (this.current?.readsClock === true) return 0;
    return Math.max(0, now - Math.max(this.#accounted, this.host.tickBefore(this.id)));
  }

  /** `enqueue_task_fair`: a thread becomes runnable here. */
  enqueue(thread: Thread): void {
    const queue = thread.group.on(this);
    this.advance();
    if (queue.current !== null) this.#charge(queue);
    thread.group.runnable++;
    thread.processor = this;
    thread.queue = queue;
    thread.vruntime = Math.max(thread.vruntime, queue.floor);
    queue.threads.push(thread);
    if (queue.threads.length === 1 && !queue.throttled) {
      if (this.host.limits(queue) && !this.host.account(queue)) this.throttle(queue);
      if (!queue.throttled) this.#admit(queue);
    } else if (!queue.throttled) this.#fair++;
    if (queue.throttled && Number.isNaN(queue.waitingSince)) {
      queue.waitingSince = this.host.sim.now;
    }
  }

  /** `dequeue_task_fair`: a thread stops being runnable here; its CPU's rest of a slice goes back. */
  dequeue(thread: Thread): void {
    const queue = thread.queue as RunQueue;
    this.advance();
    const limited = this.host.limits(queue);
    if (limited && thread === this.current) this.host.account(queue);
    queue.threads.splice(queue.threads.indexOf(thread), 1);
    thread.group.runnable--;
    thread.queue = null;
    if (!queue.throttled) this.#fair--;
    if (queue.threads.length > 0) return;
    if (queue.throttled) queue.waited(this.host.sim.now);
    else remove(this.ready, queue);
    if (!limited) return;
    this.host.giveBack(queue);
    if (queue.runtimeRemaining <= 0 && !queue.throttled) this.throttle(queue);
  }

  /** `throttle_cfs_rq`: no runtime to be had; the queue waits for the next refill. */
  throttle(queue: RunQueue): void {
    if (this.host.assign(queue, 1)) return;
    const running = queue.current;
    queue.throttled = true;
    this.host.throttled(queue);
    if (remove(this.ready, queue)) this.#fair -= queue.threads.length;
    if (queue.threads.length > 0) queue.waitingSince = this.host.sim.now;
    if (running !== null) this.#leave();
  }

  /** `unthrottle_cfs_rq`: the queue's threads can run again. */
  unthrottle(queue: RunQueue): void {
    queue.throttled = false;
    if (queue.threads.length > 0) this.#admit(queue);
  }

  /** Puts a real-time thread in line; it goes before every fair one. */
  enqueueFifo(thread: Thread): void {
    this.advance();
    thread.processor = this;
    this.fifo.push(thread);
    if (this.current !== null && this.current.queue !== null) this.preempt();
  }

  /** After a thread was added: an idle CPU starts it, a busy one looks whether the turn is over. */
  admitted(latency: number): void {
    if (this.current === null) return this.dispatch(latency);
    if (this.current.queue !== null && this.waiting > 0 && this.#turnOver()) this.#rotate();
    this.arm();
  }

  /** Takes the running thread off the CPU; it stays runnable (`put_prev_entity`). */
  preempt(): void {
    const thread = this.current;
    if (thread === null) return;
    this.advance();
    if (thread.lingering) return this.settle(thread);
    if (thread.queue !== null) this.#charge(thread.queue);
    else this.fifo.unshift(thread);
    this.#vacate();
  }

  /** Ends a thread's stay that has burnt its work and was given no more in the same instant. */
  settle(thread: Thread): void {
    thread.lingering = false;
    thread.active = false;
    if (thread.queue !== null) this.dequeue(thread);
    if (this.current === thread) this.#vacate();
  }

  /** Picks the next thread and starts it after `latency` ns; pulls work when there is none here. */
  dispatch(latency = 0): void {
    const { host } = this;
    let next = this.#pick();
    if (next === null && host.pull(this)) next = this.#pick();
    this.current = next;
    if (next !== null) {
      if (next.queue !== null) this.floor = Math.max(this.floor, next.queue.vruntime);
      else remove(this.fifo, next);
      // A thread that comes back to the CPU it left last, with none in between, is still loaded there.
      if (next !== this.#last) next.remaining += host.spec.contextSwitchCost;
      this.#last = next;
      this.#since =
        this.#turn =
        this.#accounted =
        this.#began =
          host.sim.now + latency;
    }
    host.occupied(this);
    this.arm();
  }

  /** Schedules the next event of the running thread. */
  arm(): void {
    const { host } = this;
    if (this.#event !== -1) host.sim.cancel(this.#event);
    this.#event = -1;
    const thread = this.current;
    const contended = thread !== null && thread.queue !== null && this.waiting > 0;
    if (contended !== this.#contended) {
      this.#contended = contended;
      host.contended += contended ? 1 : -1;
    }
    if (thread === null) return;
    const { now } = host.sim;
    let at = this.#since + Math.max(0, thread.remaining);
    const { queue } = thread;
    if (queue !== null && at > now) {
      if (host.limits(queue)) {
        const end = host.expired(queue) ? now : this.#since + queue.runtimeRemaining;
        at = Math.min(
          at,
          thread.readsClock ? Math.max(end, now) : this.#tick(Math.max(end, now + 1)),
        );
      }
      if (contended) {
        const end = this.#turn + host.spec.schedulerSlice;
        const over = thread.readsClock ? Math.max(end, now) : this.#tick(Math.max(end, now + 1));
        at = Math.min(at, over);
        if (host.anyIdle) at = Math.min(at, this.#tick(now + 1));
      }
    }
    this.#event = host.sim.schedule(Math.max(0, at - now), host.processorEvent, this.id);
  }

  /** The scheduled event: work done, or a tick (`task_tick_fair`). */
  onEvent(): void {
    this.#event = -1;
    const thread = this.current as Thread;
    this.advance();
    if (thread.lingering) {
      this.settle(thread);
      return this.dispatch();
    }
    if (thread.remaining <= 0) return this.#finish(thread);
    const { queue } = thread;
    if (queue !== null) {
      this.#charge(queue);
      if (this.current === null) return this.dispatch();
      if (this.waiting > 0) {
        if (this.#turnOver()) this.#rotate();
        if (this.#tick(this.host.sim.now) === this.host.sim.now) this.host.push(this);
      }
    }
    this.arm();
  }

  /** Waiting fair threads that another CPU may take, the longest waiting first. */
  *movable(): Generator<Thread> {
    for (const queue of this.ready) {
      for (const thread of queue.threads) if (thread !== this.current) yield thread;
    }
  }

  #finish(thread: Thread): void {
    thread.lingering = true;
    thread.remaining = 0;
    const waits = thread.finished();
    if (!thread.lingering) return; // it was given more to do, or taken off
    if (waits) return this.arm();
    this.settle(thread);
    this.dispatch();
  }

  /** `account_cfs_rq_runtime` at a point where the kernel looks: draws a slice, or throttles. */
  #charge(queue: RunQueue): void {
    const { host } = this;
    this.#accounted = host.sim.now;
    if (!host.limits(queue)) return;
    if (!queue.throttled && !host.account(queue)) this.throttle(queue);
  }

  #admit(queue: RunQueue): void {
    queue.vruntime = Math.max(queue.vruntime, this.floor);
    this.ready.push(queue);
    this.#fair += queue.threads.length;
  }

  #leave(): void {
    const thread = this.current as Thread;
    if (thread.lingering) this.settle(thread);
    this.#vacate();
  }

  #tick(from: number): number {
    return this.host.tickFrom(from, this.id);
  }

  #vacate(): void {
    const { host } = this;
    const { trace, now } = host.sim;
    if (trace !== null && this.current !== null && now > this.#began) {
      const { name, group } = this.current;
      trace.complete(`${host.spec.name} cpu ${this.id}`, name, this.#began, now, {
        cgroup: group.name,
      });
    }
    this.current = null;
  }

  #turnOver(): boolean {
    return this.host.sim.now - this.#turn >= this.host.spec.schedulerSlice;
  }

  /** The turn is over: the next in virtual time, which may be the same thread again. */
  #rotate(): void {
    if (this.#pick() === this.current) {
      this.#turn = this.host.sim.now;
      return;
    }
    this.preempt();
    this.dispatch();
  }

  #pick(): Thread | null {
    if (this.fifo.length > 0) return this.fifo[0];
    let queue: RunQueue | null = null;
    for (const q of this.ready) if (queue === null || q.vruntime < queue.vruntime) queue = q;
    if (queue === null) return null;
    let best = queue.threads[0];
    for (const t of queue.threads) if (t.vruntime < best.vruntime) best = t;
    queue.floor = Math.max(queue.floor, best.vruntime);
    return best;
  }
}

function remove<T>(from: T[], item: T): boolean {
  const i = from.indexOf(item);
  if (i >= 0) from.splice(i, 1);
  return i >= 0;
}
