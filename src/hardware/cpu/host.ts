/** A live host: CPUs, cgroups and threads in one simulation. */
import { type Handler, Level, type Rng, type Simulation } from "../../kernel/mod.ts";
import type { HostSpec } from "../host-spec.ts";
import { Bandwidth, type QuotaSpec } from "./bandwidth.ts";
import { Cgroup, type CgroupOptions } from "./cgroup.ts";
import { Processor } from "./processor.ts";
import type { RunQueue } from "./run-queue.ts";
import type { Policy, Thread } from "./thread.ts";

/** `sysctl_sched_migration_cost`, ns. */
const MIGRATION_COST = 500_000;
/** `cache_nice_tries` of a domain of CPUs that share a cache. */
const CACHE_NICE_TRIES = 1;

/** What a host's scheduler needs beyond the platform's description. */
export interface HostOptions {
  /** Drawn runtime expires at the refill, as in Linux 4.18 to 5.3. Default false. */
  readonly sliceExpiry?: boolean;
  /** When the first tick is, ns. Default 0. */
  readonly tickPhase?: number;
  /** How much later each CPU ticks than the one before it, ns (`skew_tick`). Default 0: together. */
  readonly tickSkew?: number;
  /** CPUs that share a last-level cache, numbered one after the other. Default: all of them. */
  readonly cacheDomain?: number;
}

/** Constants that the CPU model takes from a host's description. */
export type CpuSpec = Pick<
  HostSpec,
  | "name"
  | "cpus"
  | "tickRate"
  | "schedulerSlice"
  | "bandwidthSlice"
  | "wakeUpCost"
  | "contextSwitchCost"
  | "newidleShare"
>;

/** A host with its CPUs. Costs follow events: an idle CPU, thread or group has none. */
export class Host {
  /** CPUs that run something, over time. */
  readonly busy: Level;
  /** The CPUs, by number. */
  readonly processors: readonly Processor[];
  /** Threads of no limited group: the root of the hierarchy. */
  readonly root: Cgroup;
  /** @internal Handler of the processors' events. */
  readonly processorEvent: Handler;
  /** @internal CPUs on which a fair thread waits for its turn. */
  contended = 0;
  readonly #rules: { readonly slice: number; readonly sliceExpiry: boolean };
  readonly #tick: number;
  readonly #tickPhase: number;
  readonly #tickSkew: number;
  readonly #cacheDomain: number;
  readonly #groups: Cgroup[] = [];
  readonly #pools: Bandwidth[] = [];
  readonly #poolEvents: { readonly period: Handler; readonly slack: Handler };
  /** One bit per CPU: idle. */
  readonly #idle: Uint32Array;
  readonly #newidle: Rng;
  #homes = 0;
  #running = 0;

  /**
   * @param options kernel settings that differ from the part; @throws {RangeError} for a host
   * without CPUs.
   */
  constructor(readonly sim: Simulation, readonly spec: CpuSpec, options: HostOptions = {}) {
    const { cpus } = spec;
    if (!(Number.isInteger(cpus) && cpus >= 1)) {
      throw new RangeError(`host "${spec.name}" cannot have ${cpus} CPUs`);
    }
    this.#rules = { slice: spec.bandwidthSlice, sliceExpiry: options.sliceExpiry === true };
    this.#tick = 1e9 / spec.tickRate;
    this.#tickPhase = options.tickPhase ?? 0;
    this.#tickSkew = options.tickSkew ?? 0;
    this.#cacheDomain = options.cacheDomain ?? cpus;
    this.#newidle = sim.rng(`host ${spec.name}: newidle`);
    this.busy = new Level(sim);
    this.processorEvent = sim.handler((id) => this.processors[id].onEvent());
    this.#poolEvents = {
      period: sim.handler((id) => this.#pools[id].onPeriod()),
      slack: sim.handler((id) => this.#pools[id].onSlack()),
    };
    this.processors = Array.from({ length: cpus }, (_, id) => new Processor(this, id));
    this.#idle = new Uint32Array(Math.ceil(cpus / 32));
    for (let id = 0; id < cpus; id++) this.#idle[id >> 5] |= 1 << (id & 31);
    this.root = new Cgroup(this, "/", 0, {}, true);
    this.#groups.push(this.root);
  }

  /** A new cgroup below the root. @throws {RangeError} for limits that the kernel refuses. */
  cgroup(name: string, options: CgroupOptions = {}): Cgroup {
    const group = new Cgroup(this, name, this.#groups.length, options);
    this.#groups.push(group);
    return group;
  }

  /** A thread outside every cgroup. */
  thread(name: string, policy: Policy = "fair"): Thread {
    return this.root.thread(name, policy);
  }

  /** @internal First CPU of a new thread: each in turn. */
  home(): Processor {
    return this.processors[this.#homes++ % this.processors.length];
  }

  /** @internal A pool for a group. */
  bandwidth(group: Cgroup, spec: QuotaSpec): Bandwidth {
    const id = this.#pools.length;
    const pool = new Bandwidth(this.sim, this.#rules, group, this.#poolEvents, id, spec);
    this.#pools.push(pool);
    return pool;
  }

  /** @internal `try_to_wake_up`; `waker`: the running thread that does it and then sleeps. */
  wake(thread: Thread, waker: Thread | null = null): void {
    if (thread.lingering) {
      thread.lingering = false;
      return thread.processor.arm();
    }
    thread.active = true;
    const fifo = thread.policy === "fifo";
    const processor = fifo
      ? this.#placeFifo(thread)
      : waker === null && thread.allowed === null
      ? this.#place(thread)
      : this.#placeNear(thread, waker);
    const latency = processor.idle ? this.spec.wakeUpCost : 0;
    if (fifo) processor.enqueueFifo(thread);
    else processor.enqueue(thread);
    processor.admitted(latency);
  }

  /** @internal Takes a thread off, wherever it is. */
  stop(thread: Thread): void {
    const { processor } = thread;
    const running = processor.current === thread;
    processor.advance();
    processor.settle(thread);
    const at = processor.fifo.indexOf(thread);
    if (at >= 0) processor.fifo.splice(at, 1);
    if (running) processor.dispatch();
    else processor.arm();
  }

  /** @internal A queue's runtime was set anew by a write to the group's limit. */
  resetRuntime(queue: RunQueue): void {
    const { processor } = queue;
    processor.advance();
    // What the kernel has not accounted yet is charged to the new limit.
    queue.runtimeRemaining = 1 - (queue.current === null ? 0 : processor.unaccounted);
    if (queue.throttled) {
      const throttled = queue.group.bandwidth?.throttled ?? [];
      throttled.splice(throttled.indexOf(queue), 1);
      this.#release(queue);
    } else processor.arm();
  }

  /** @internal The pool paid a queue's debt. */
  unthrottle(queue: RunQueue): void {
    const throttled = queue.group.bandwidth?.throttled ?? [];
    throttled.splice(throttled.indexOf(queue), 1);
    this.#release(queue);
  }

  /** @internal Whether a queue's group has a quota. */
  limits(queue: RunQueue): boolean {
    const pool = queue.group.bandwidth;
    return pool !== null && pool.limited;
  }
  /** @internal Whether a queue's drawn runtime is of an earlier period and no longer counts. */
  expired(queue: RunQueue): boolean {
    const pool = queue.group.bandwidth as Bandwidth;
    return this.#rules.sliceExpiry && queue.generation !== pool.generation &&
      queue.runtimeRemaining > 0;
  }
  /** @internal `account_cfs_rq_runtime`: draws a slice where none is left; whether there is runtime. */
  account(queue: RunQueue): boolean {
    if (this.expired(queue)) queue.runtimeRemaining = 0;
    return queue.runtimeRemaining > 0 || (queue.group.bandwidth as Bandwidth).assign(queue);
  }
  /** @internal */
  assign(queue: RunQueue, target: number): boolean {
    return (queue.group.bandwidth as Bandwidth).assign(queue, target);
  }
  /** @internal */
  giveBack(queue: RunQueue): void {
    queue.group.bandwidth?.giveBack(queue);
  }
  /** @internal */
  throttled(queue: RunQueue): void {
    queue.group.bandwidth?.throttled.push(queue);
  }

  /** @internal A CPU's first tick at or after a time. */
  tickFrom(time: number, cpu: number): number {
    const phase = this.#tickPhase + cpu * this.#tickSkew;
    return Math.round(Math.ceil((time - phase) / this.#tick) * this.#tick + phase);
  }

  /** @internal A CPU's last tick up to now. */
  tickBefore(cpu: number): number {
    const phase = this.#tickPhase + cpu * this.#tickSkew;
    return Math.round(Math.floor((this.sim.now - phase) / this.#tick) * this.#tick + phase);
  }

  /** @internal `sched_balance_newidle`: an idle CPU takes a waiting thread from the longest queue. */
  pull(to: Processor): boolean {
    if (this.contended === 0) return false;
    if (!this.#newidle.bernoulli(this.spec.newidleShare)) return false;
    let from: Processor | null = null;
    let most = 0;
    for (const p of this.processors) {
      const { waiting } = p;
      if (waiting > most) [from, most] = [p, waiting];
    }
    return from !== null && this.#move(from, to);
  }

  /** @internal Whether some CPU is idle. */
  get anyIdle(): boolean {
    return this.#running < this.processors.length;
  }

  /** @internal At a tick of a CPU with waiting threads: an idle CPU is woken to take one. */
  push(from: Processor): void {
    const to = this.#firstIdle(from.id);
    if (to === null) return;
    if (!this.#move(from, to)) {
      to.failedPulls++;
      return;
    }
    to.dispatch(this.spec.wakeUpCost);
  }

  /** @internal Keeps the set of idle CPUs and the utilisation. */
  occupied(processor: Processor): void {
    const word = processor.id >> 5;
    const bit = 1 << (processor.id & 31);
    const wasIdle = (this.#idle[word] & bit) !== 0;
    if (processor.idle === wasIdle) return;
    this.#idle[word] ^= bit;
    this.#running += wasIdle ? 1 : -1;
    this.busy.set(this.#running);
  }

  #release(queue: RunQueue): void {
    const { processor } = queue;
    queue.waited(this.sim.now);
    processor.unthrottle(queue);
    if (queue.threads.length > 0) processor.admitted(this.spec.wakeUpCost);
  }

  #move(from: Processor, to: Processor): boolean {
    for (const thread of from.movable()) {
      // `throttled_lb_pair`: never between queues of which one is throttled.
      if (thread.group.queues[to.id]?.throttled === true) continue;
      if (!allows(thread, to.id)) continue;
      // `task_hot`: a thread that ran a moment ago keeps its cache, until pulling has failed twice.
      if (this.sim.now - thread.lastRan < MIGRATION_COST && to.failedPulls <= CACHE_NICE_TRIES) {
        continue;
      }
      to.failedPulls = 0;
      from.dequeue(thread);
      thread.vruntime = 0;
      to.enqueue(thread);
      from.arm();
      return thread.queue?.throttled === false;
    }
    return false;
  }

  /** `select_task_rq_fair`: the last CPU if it is idle, any idle one, else the shortest queue. */
  #place(thread: Thread): Processor {
    const last = thread.processor;
    if (last.idle) return last;
    const idle = this.#firstIdle(last.id);
    if (idle !== null) return idle;
    let best = last;
    let least = last.waiting;
    for (let i = 1; i < this.processors.length && least > 0; i++) {
      const p = this.processors[(last.id + i) % this.processors.length];
      const { waiting } = p;
      if (waiting < least) [best, least] = [p, waiting];
    }
    return best;
  }

  /**
   * The same with a waker or an affinity (`wake_affine_idle`, `select_idle_sibling`): the search begins at
   * the waker's CPU if it runs nothing else and the thread may go there, else at the thread's last one; its
   * last CPU if that is idle and shares a cache with it, else an idle one that does, else that CPU itself.
   */
  #placeNear(thread: Thread, waker: Thread | null): Processor {
    const last = thread.processor;
    const affine = waker !== null && waker.processor.waiting === 0 &&
      allows(thread, waker.processor.id);
    const target = affine ? (waker as Thread).processor : last;
    const domain = Math.floor(target.id / this.#cacheDomain);
    if (last.idle && Math.floor(last.id / this.#cacheDomain) === domain) return last;
    const from = domain * this.#cacheDomain;
    const to = Math.min(from + this.#cacheDomain, this.processors.length);
    for (let i = 0; i < to - from; i++) {
      const p = this.processors[from + (target.id - from + i) % (to - from)] as Processor;
      if (p.idle && allows(thread, p.id)) return p;
    }
    return target;
  }

  #placeFifo(thread: Thread): Processor {
    const last = thread.processor;
    const free = (p: Processor) => p.current === null || p.current.policy === "fair";
    return free(last) ? last : this.processors.find(free) ?? last;
  }

  /** The first idle CPU after `from`, cyclically. */
  #firstIdle(from: number): Processor | null {
    const words = this.#idle.length;
    const start = from >> 5;
    for (let i = 0; i <= words; i++) {
      let bits = this.#idle[(start + i) % words];
      if (i === 0) bits &= ~0 << (from & 31);
      if (bits !== 0) {
        const id = ((start + i) % words) * 32 + 31 - Math.clz32(bits & -bits);
        return this.processors[id];
      }
    }
    return null;
  }
}

/** Whether a thread's affinity lets it run on a CPU. */
function allows(thread: Thread, cpu: number): boolean {
  return thread.allowed === null || (cpu >= thread.allowed[0] && cpu <= thread.allowed[1]);
}
