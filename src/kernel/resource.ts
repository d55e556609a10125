/** Resources: a number of equal servers that processes hold. */
import { Level } from "./level.ts";
import type { Simulation } from "./simulation.ts";
import { Condition, type Process, type Waiter, WaitQueue } from "./waiting.ts";

/** How to ask for servers. */
export interface RequestOptions {
  /** Lower goes first; first come, first served within. Default 0. */
  readonly priority?: number;
  /** Servers needed at the same time. Default 1. */
  readonly units?: number;
}

/**
 * `servers` equal servers with a queue in order of (priority, arrival). `yield resource` waits for one
 * server, which the process then holds until `resource.release()`; `yield* resource.use(body)` holds
 * it for the body and releases it however the body ends.
 */
export class Resource extends Condition<void> {
  /** Servers in use over time. */
  readonly busy: Level;
  /** Requests waiting over time. */
  readonly queue: Level;
  #servers: number;
  #used = 0;
  #line = new WaitQueue();

  /**
   * @param servers how many may hold it at once. @throws {RangeError} unless a whole number from 0.
   */
  constructor(readonly sim: Simulation, readonly name: string, servers: number) {
    super();
    if (!Number.isInteger(servers) || servers < 0) {
      throw new RangeError(
        `resource "${name}" cannot have ${servers} servers; give a whole number`,
      );
    }
    this.#servers = servers;
    this.busy = new Level(sim);
    this.queue = new Level(sim);
  }

  /** Number of servers. */
  get servers(): number {
    return this.#servers;
  }
  /** Servers held now. */
  get held(): number {
    return this.#used;
  }
  /** Changes the number of servers; fewer than are held take effect as they are released. */
  resize(servers: number): void {
    if (!Number.isInteger(servers) || servers < 0) {
      throw new RangeError(`resource "${this.name}" cannot have ${servers} servers`);
    }
    this.#servers = servers;
    this.#grant();
  }

  /** A request with a priority or for several servers: `yield resource.request({ priority: 1 })`. */
  request(options: RequestOptions): Condition<void> {
    return new Request(this, options);
  }

  /** Takes a server if one is free and nobody waits. */
  tryAcquire(units = 1): boolean {
    if (this.#line.size > 0 || this.#used + units > this.#servers) return false;
    this.#take(units);
    return true;
  }

  /** Gives servers back to the next in line. @throws if more are released than are held. */
  release(units = 1): void {
    if (!(units > 0 && units <= this.#used)) {
      throw new Error(
        `resource "${this.name}": ${units} servers released while ${this.#used} are held; ` +
          `release once per grant, or let use() do it`,
      );
    }
    const head = this.#line.head;
    if (head !== null && head.units === units && this.#used <= this.#servers) {
      // Handed over: the number of busy servers does not change.
      this.#line.remove(head);
      this.#queued();
      head.wake(undefined);
      return;
    }
    this.#take(-units);
    if (head !== null) this.#grant();
  }

  /** Holds servers while `body` runs; released however it ends. */
  *use<R>(body: Process<R> | number, options: RequestOptions = {}): Process<R> {
    yield this.request(options);
    try {
      if (typeof body === "number") return (yield body) as R;
      return yield* body;
    } finally {
      this.release(options.units ?? 1);
    }
  }

  subscribe(waiter: Waiter): boolean {
    return this.join(waiter, 0, 1);
  }
  /** @internal */
  join(waiter: Waiter, priority: number, units: number): boolean {
    waiter.priority = priority;
    waiter.units = units;
    if (this.tryAcquire(units)) return true;
    this.#line.push(waiter);
    this.#queued();
    if (this.#line.head === waiter) this.#grant();
    return false;
  }
  abandon(waiter: Waiter): void {
    if (!this.#line.remove(waiter)) return this.release(waiter.units);
    this.#queued();
    this.#grant();
  }
  waitingFor(): string {
    return `resource "${this.name}"`;
  }

  #take(units: number): void {
    this.#used += units;
    this.busy.set(this.#used);
    if (this.sim.trace !== null) this.#count();
  }
  #queued(): void {
    this.queue.set(this.#line.size);
    if (this.sim.trace !== null) this.#count();
  }
  #count(): void {
    const values = { busy: this.#used, queue: this.#line.size };
    this.sim.trace?.counter(this.name, this.sim.now, values);
  }
  #grant(): void {
    let head = this.#line.head;
    while (head !== null && this.#used + head.units <= this.#servers) {
      this.#line.remove(head);
      this.#queued();
      this.#take(head.units);
      head.wake(undefined);
      head = this.#line.head;
    }
  }
}

class Request extends Condition<void> {
  readonly #priority: number;
  readonly #units: number;
  constructor(readonly resource: Resource, options: RequestOptions) {
    super();
    this.#priority = options.priority ?? 0;
    this.#units = options.units ?? 1;
    if (Number.isNaN(this.#priority) || !(this.#units > 0)) {
      throw new RangeError(`resource "${resource.name}" was asked for ${this.#units} servers`);
    }
  }
  subscribe(waiter: Waiter): boolean {
    return this.resource.join(waiter, this.#priority, this.#units);
  }
  abandon(waiter: Waiter): void {
    this.resource.abandon(waiter);
  }
  waitingFor(): string {
    const many = this.#units === 1 ? "" : `${this.#units} servers of `;
    return many + this.resource.waitingFor();
  }
}
