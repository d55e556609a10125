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

/** Decides on CPU limits from telemetry; both readings of chapter 5 offer this. */
export interface CpuRules {
  /** The new limit, cores, or undefined to leave it. Books the pool itself. */
  decide(entry: Entry, message: Telemetry, pools: Pools): number | undefined;
}

const EPSILON = 1e-9;

/** The Distributed Container: what the application may use, what is given out, and to whom. */
export class Pools {
  readonly entries = new Map<number, Entry>();
  /** Sum of the containers' CPU limits, cores. */
  allocatedCpu = 0;
  allocatedMemory = 0;
  /** Cut from limits that kernels still enforce: not free yet, cores. */
  heldCpu = 0;
  /** Largest excess of the sum over the global limit so far, cores. */
  worstOverrun = 0;

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
  }

  /** Cores that nobody has; negative: overrun. */
  get freeCpu(): number {
    return this.settings.globalCpu - this.allocatedCpu - this.heldCpu;
  }
  get freeMemory(): number {
    return this.settings.globalMemory - this.allocatedMemory;
  }
  /** The equal share of a container, cores: equation (5.1). */
  get fairShare(): number {
    return this.settings.globalCpu / Math.max(this.settings.containers, this.entries.size);
  }

  /** Adds a container: its first limit is its own or the equal share, as far as the pool goes. */
  register(
    id: number,
    memory: number,
    now: number,
    overrun: boolean,
    own?: number,
  ): Entry {
    const { window, floor } = this.settings;
    const free = this.freeCpu;
    const want = own ?? this.fairShare;
    let quota = Math.min(want, free);
    if (quota < floor) quota = overrun ? floor : Math.max(quota, 0.01);
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
    this.setCpu(entry, quota);
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

  setCpu(entry: Entry, quota: number): void {
    this.allocatedCpu += quota - entry.quota;
    entry.quota = quota;
    this.worstOverrun = Math.max(this.worstOverrun, this.allocatedCpu - this.settings.globalCpu);
  }

  setMemory(entry: Entry, memory: number): void {
    this.allocatedMemory += memory - entry.memory;
    entry.memory = memory;
  }
}
