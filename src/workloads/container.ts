/** A container: one service's CPU group and memory group on a host, with kill, back-off and restart. */
import { type FluidGroup, type FluidHost, MemoryCgroup, PAGE } from "../hardware/mod.ts";
import type { PeriodReport } from "../hardware/mod.ts";
import type { Service } from "./application.ts";

/** Kubernetes' back-off: the first restart is at once, then 10 s, doubled each time, at most 300 s. */
export const BACK_OFF = { first: 10e9, most: 300e9 } as const;

/** A burst of a container's start, among those of requests. */
const STARTING = 0x7ffffffe;

/** What may stand in for the kill when a charge fails: Escra's OOM hook. Calls `decide` once. */
export type OomHook = (
  container: Container,
  size: number,
  decide: (retry: boolean) => void,
) => void;

/** Where a container runs and with which limits. */
export interface ContainerOptions {
  readonly host: FluidHost;
  /** ns of CPU time per period; Infinity: none. */
  readonly quota: number;
  readonly period?: number;
  readonly phase?: number;
  /** See `FluidGroupOptions`. */
  readonly spread?: number;
  readonly sliceExpiry?: boolean;
  /** bytes */
  readonly memoryLimit: number;
  /** CPU bursts that end. */
  readonly onDone: (argument: number) => void;
}

/** One container of the application. */
export class Container {
  readonly cpu: FluidGroup;
  readonly memory: MemoryCgroup;
  readonly host: FluidHost;
  /** Answers requests. */
  up = true;
  /** Its node has failed: restarts wait. */
  nodeDown = false;
  /** Not created yet: a quota is used up. */
  pending = false;
  /** Times that its processes were ended, by OOM or with their node: what back-off counts. */
  kills = 0;
  /** Those by OOM. */
  oomKills = 0;
  restarts = 0;
  /** Requests of memory that the hook answered, and those it refused. */
  oomEvents = 0;
  /** Told at the end of each CPU period: Escra's kernel hook. */
  periodHook: ((report: PeriodReport, container: Container) => void) | null = null;
  /** Told the same, for measurement. */
  periodLog: ((report: PeriodReport, container: Container) => void) | null = null;
  /** Told before an OOM kill. */
  oomHook: OomHook | null = null;
  /** Told when it is killed and when it is up again. */
  onKilled: ((container: Container) => void) | null = null;
  /** Told of an OOM kill, before the restart. */
  onOomKill: ((container: Container) => void) | null = null;
  onStarted: ((container: Container) => void) | null = null;
  /** Anonymous heap and page cache that have grown with requests, bytes. */
  heap = 0;
  cached = 0;
  /** Requests that it has taken since its start: a runtime compiles beside the first ones. */
  #taken = 0;
  /** Most that the heap may grow to, from the memory limit at the start, bytes. */
  #heapBound = Infinity;
  /** Part of a page that the heap has grown into and that is charged with the page's first byte. */
  #pageLeft = 0;
  /** Bursts of the start that run, and whether its least time has passed. */
  #startBursts = 0;
  #startTime = false;

  constructor(readonly id: number, readonly service: Service, options: ContainerOptions) {
    this.host = options.host;
    this.cpu = options.host.group(service.name, {
      quota: options.quota,
      ...(options.period === undefined ? {} : { period: options.period }),
      ...(options.phase === undefined ? {} : { phase: options.phase }),
      spread: options.spread ?? 0,
      sliceExpiry: options.sliceExpiry ?? false,
      onDone: (argument) => {
        if (argument === STARTING) this.#startBurstEnds();
        else options.onDone(argument);
      },
      onPeriod: (report) => {
        this.periodLog?.(report, this);
        this.periodHook?.(report, this);
      },
    });
    this.memory = new MemoryCgroup(service.name, { limit: options.memoryLimit });
    this.up = service.startWork === undefined;
  }

  get name(): string {
    return this.service.name;
  }

  /**
   * A request's share of the heap's growth, in bytes to charge: whole pages, of which the rest serves
   * the next requests. 0 once the heap has its size.
   */
  growHeap(): number {
    const { heapStep } = this.service;
    const heap = Math.min(this.service.heap, this.#heapBound);
    const step = Math.min(heapStep, heap - this.heap);
    if (step <= 0) return 0;
    this.heap += step;
    const beyond = step - this.#pageLeft;
    if (beyond <= 0) {
      this.#pageLeft -= step;
      return 0;
    }
    const pages = Math.ceil(beyond / PAGE) * PAGE;
    this.#pageLeft = pages - beyond;
    return pages;
  }

  /** CPU time that a call more leaves to the runtime's own threads, ns. */
  warmUp(): number {
    const { warmUp } = this.service;
    return warmUp === undefined || this.#taken++ >= warmUp.calls ? 0 : warmUp.cpu / warmUp.calls;
  }

  /** Charges memory, through the hook when there is no room; `decide(false)`: kill. */
  charge(size: number, decide: (charged: boolean) => void): void {
    if (this.memory.charge(size)) decide(true);
    else this.ask(size, decide);
  }

  /** After a charge that failed: asks the hook for room and charges again. */
  ask(size: number, decide: (charged: boolean) => void): void {
    if (this.oomHook === null) return decide(false);
    this.oomEvents++;
    this.oomHook(this, size, (retry) => {
      if (!retry) decide(false);
      else this.charge(size, decide);
    });
  }

  /**
   * Processes end at once, memory is free; restarts after back-off and the service's start time.
   *
   * @param oom because memory has run out; else because its node has failed.
   */
  kill(oom = true): void {
    this.up = false;
    this.kills++;
    this.memory.kill();
    this.heap = this.cached = this.#pageLeft = 0;
    this.#trace(oom ? "OOM kill" : "node fails");
    this.onKilled?.(this);
    if (oom) {
      this.oomKills++;
      this.onOomKill?.(this);
    }
    const wait = this.kills === 1
      ? 0
      : Math.min(BACK_OFF.most, BACK_OFF.first * 2 ** (this.kills - 2));
    this.host.sim.after(wait, () => this.#start());
  }

  /** A restart that an operator or autoscaler orders: no back-off. */
  restart(): void {
    if (!this.up) return;
    this.evict();
    this.create();
  }

  /** Its pod is deleted; `create` makes it anew. */
  evict(): void {
    this.up = false;
    this.pending = true;
    this.restarts++;
    this.memory.kill();
    this.heap = this.cached = this.#pageLeft = 0;
    this.#trace("evicted");
    this.onKilled?.(this);
  }

  /** A pod that was pending is created: it starts. */
  create(): void {
    this.pending = false;
    this.#start();
  }

  #start(): void {
    if (this.nodeDown) {
      this.host.sim.after(1e9, () => this.#start());
      return;
    }
    this.boot();
  }

  /**
   * Starts the program: charges what it needs, bit by bit over its start time, and uses the CPU time of
   * its start. It answers when both are over; one without such work answers at once when deployed.
   */
  boot(): void {
    const { memory, start, startWork } = this.service;
    this.#trace("starts");
    const kills = this.kills, restarts = this.restarts;
    const current = () => this.kills === kills && this.restarts === restarts;
    this.#startTime = false;
    this.#startBursts = 0;
    this.#taken = 0;
    const { heapShare } = this.service;
    this.#heapBound = heapShare < 1 ? heapShare * this.memory.limit : Infinity;
    if (startWork !== undefined) {
      const { cpu, threads } = startWork;
      this.#startBursts = threads;
      for (let i = 0; i < threads; i++) this.cpu.run(cpu / threads, STARTING);
    }
    this.host.sim.after(start, () => {
      if (!current()) return;
      this.#startTime = true;
      this.#started();
    });
    const steps = Math.max(1, Math.ceil(memory / 2 ** 21));
    const next = (step: number) => {
      if (step >= steps || !current()) return;
      this.charge(memory / steps, (charged) => {
        if (!charged) return this.kill();
        this.host.sim.after(start / steps, () => next(step + 1));
      });
    };
    if (memory > 0) next(0);
  }

  #startBurstEnds(): void {
    this.#startBursts--;
    this.#started();
  }

  #started(): void {
    if (this.up || !this.#startTime || this.#startBursts > 0) return;
    this.up = true;
    this.#trace("answers");
    this.onStarted?.(this);
  }

  #trace(event: string): void {
    const { sim } = this.host;
    sim.trace?.instant(this.name, event, sim.now, {
      cores: this.cpu.quota / this.cpu.period,
      memory_limit: this.memory.limit,
    });
  }
}
