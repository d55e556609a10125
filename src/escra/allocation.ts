/** The Resource Allocator's view of one application: pools, containers and their CPU limits, cores. */

/** Section 5.6.1 and the published controller; what differs between them is a rule, not a number. */
export interface AllocatorSettings {
  /** Omega: the application's CPU limit, cores. */
  readonly globalCpu: number;
  /** The application's memory limit, bytes. */
  readonly globalMemory: number;
  /** Containers that will register. */
  readonly containers: number;
  /** Upsilon: how fast a limit grows. */
  readonly upsilon: number;
  /** gamma: unused share of the limit from which it is cut. */
  readonly gamma: number;
  /** kappa: how much of the mean unused runtime is cut (text); 1 - kappa is left out of it in code. */
  readonly kappa: number;
  /** n: CPU periods in a window. */
  readonly window: number;
  /** Smallest limit, cores: one slice of 30 ms in the code. */
  readonly floor: number;
}

/** What a kernel hook says at a period's end; CPU time as shares of a period: cores. */
export interface Telemetry {
  readonly container: number;
  /** The limit that was enforced in the period, cores. */
  readonly quota: number;
  /** `cfs_b->runtime` at the end, cores. */
  readonly remaining: number;
  /** Periods that ended throttled so far. */
  readonly nrThrottled: number;
  readonly sequence: number;
}

/** One container as the controller knows it. */
export interface Entry {
  quota: number;
  /** Memory limit, bytes. */
  memory: number;
  lastThrottled: number;
  lastSeen: number;
  mismatches: number;
  readonly throttles: Window;
  readonly unused: Window;
}

/** A sliding mean over `n` periods, with a flush that forgets values but not that periods went by. */
export class Window {
  readonly #values: number[];
  #next = 0;
  #filled = 0;
  #sum = 0;

  constructor(readonly n: number) {
    this.#values = new Array(n).fill(0);
  }

  /** Adds a value; gives the mean: over all so far while there are fewer than `n`. */
  add(value: number): number {
    this.#sum += value - (this.#values[this.#next] as number);
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.n;
    if (this.#filled < this.n) this.#filled++;
    return this.mean;
  }

  get mean(): number {
    return this.#filled === 0 ? 0 : this.#sum / this.#filled;
  }

  /** All values become 0; the number of periods stays. */
  flush(): void {
    this.#values.fill(0);
    this.#sum = 0;
  }
}

/** A new limit, and which account its change goes to. */
export interface Decision {
  /** The new limit, cores. */
  readonly quota: number;
  /** Given beyond an empty pool, or taken back for that: booked as overrun instead of from the pool. */
  readonly overrun: boolean;
}

/** A decision that is booked. */
export interface Change extends Decision {
  /** The limit before, cores. */
  readonly from: number;
}

/** Decides on CPU limits from telemetry; both readings of chapter 5 offer this. */
export interface CpuRules {
  /** The new limit, or undefined to leave it. Whoever asked books it. */
  decide(entry: Entry, message: Telemetry, pools: Pools): Decision | undefined;
}

const EPSILON = 1e-9;
/** `_MAX_CPU_LOSS_IN_NS_`: 1 us of a period of 100 ms, cores. */
const LEAK = 1e-5;

/**
 * The Distributed Container: what the application may use, what is given out, and to whom. The
 * published controller keeps three counters for CPU time that are not derived from each other
 * (gregcusack/ec_gcm: stats/global/cpu_g.h): allocated, unallocated and overrun. Only what is taken
 * back from containers above the equal share makes the overrun smaller; what other cuts free is
 * unallocated and given out again while there still is an overrun.
 */
export class Pools {
  readonly entries = new Map<number, Entry>();
  /** Sum of the containers' CPU limits, cores. */
  allocatedCpu = 0;
  allocatedMemory = 0;
  /** Cut from limits that kernels still enforce: not free yet, cores. */
  heldCpu = 0;
  /** Given beyond an empty pool and not taken back yet, cores. */
  overrun = 0;
  /** Largest excess of the sum over the global limit so far, cores. */
  worstOverrun = 0;
  #unallocated: number;
  #leaked = 0;

  constructor(readonly settings: AllocatorSettings) {
    const { globalCpu, containers, floor } = settings;
    if (containers < 1) {
      throw new RangeError("a Distributed Container needs at least one container");
    }
    if (globalCpu + EPSILON < containers * floor) {
      throw new RangeError(
        `a global limit of ${globalCpu} cores is under the sum of minima: ${containers} containers ` +
          `of at least ${floor} cores each`,
      );
    }
    this.#unallocated = globalCpu;
  }

  /** Cores that may be given out now. */
  get freeCpu(): number {
    return Math.max(0, this.#unallocated - this.heldCpu);
  }
  get freeMemory(): number {
    return this.settings.globalMemory - this.allocatedMemory;
  }
  /** The equal share of a container once all have registered, cores: equation (5.1). */
  get firstShare(): number {
    return this.settings.globalCpu / Math.max(this.settings.containers, this.entries.size);
  }
  /** The equal share of those that have registered so far, cores (`update_fair_cpu_share`). */
  get fairShare(): number {
    return this.settings.globalCpu / Math.max(1, this.entries.size);
  }

  /**
   * Adds a container: its first limit is its own or the equal share, as far as the pool goes.
   *
   * @param overrun what the published code does with an empty pool: the floor, booked as overrun.
   */
  register(
    id: number,
    memory: number,
    now: number,
    overrun: boolean,
    own?: number,
  ): Entry {
    const { window, floor } = this.settings;
    const free = this.freeCpu;
    const beyond = overrun && free <= EPSILON;
    const quota = beyond ? floor : Math.max(0.01, Math.min(own ?? this.firstShare, free));
    const entry: Entry = {
      quota: 0,
      memory: 0,
      lastThrottled: 0,
      lastSeen: now,
      mismatches: 0,
      throttles: new Window(window),
      unused: new Window(window),
    };
    this.entries.set(id, entry);
    this.setCpu(entry, quota, beyond);
    this.setMemory(entry, memory);
    return entry;
  }

  /** Takes a container away: what it had is free again. */
  delete(id: number): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.setCpu(entry, 0);
    this.setMemory(entry, 0);
    this.entries.delete(id);
  }

  /**
   * The kernel has another limit than was booked: the pool gives what it has, the rest is overrun; what
   * comes back repays the overrun first. How the published code mends its counters here is not known.
   */
  adoptCpu(entry: Entry, quota: number): void {
    const more = quota - entry.quota;
    const overrun = more > 0
      ? Math.max(0, more - this.#unallocated)
      : Math.max(more, -this.overrun);
    this.setCpu(entry, entry.quota + overrun, true);
    this.setCpu(entry, quota);
  }

  /** Books a limit, cores; with `overrun` the change is the overrun's, else the pool's. */
  setCpu(entry: Entry, quota: number, overrun = false): void {
    const more = quota - entry.quota;
    this.allocatedCpu += more;
    entry.quota = quota;
    if (overrun) this.overrun = Math.max(0, this.overrun + more);
    // As published, a pool that is asked for more than it has is empty afterwards.
    else this.#unallocated = Math.max(0, this.#unallocated - more);
    const over = this.allocatedCpu - this.settings.globalCpu;
    if (over > EPSILON && over > this.worstOverrun) this.worstOverrun = over;
  }

  /** What no counter has any more is found again, as at each message of the published controller. */
  repairLeak(): void {
    this.#leaked += this.settings.globalCpu - this.allocatedCpu - this.#unallocated;
    if (this.#leaked < LEAK) return;
    this.#unallocated += this.#leaked;
    this.#leaked = 0;
  }

  setMemory(entry: Entry, memory: number): void {
    this.allocatedMemory += memory - entry.memory;
    entry.memory = memory;
  }
}
