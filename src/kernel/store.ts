/** Stores: items that pass from one process to another. */
import { Level } from "./level.ts";
import type { Simulation } from "./simulation.ts";
import { Condition, type Waiter, WaitQueue } from "./waiting.ts";

/**
 * A first-in, first-out store of items, unbounded or with a capacity. An item handed to a process that
 * is interrupted before it goes on is put back in front; an item that has been sent stays.
 */
export class Store<T> {
  /** Items held over time. */
  readonly size: Level;
  /** Most items held; Infinity: no limit. */
  readonly capacity: number;
  #items: T[] = [];
  #first = 0;
  #getters = new WaitQueue();
  #putters = new WaitQueue();
  #get: Condition<T>;

  /** @throws {RangeError} for a capacity that is not above 0. */
  constructor(
    readonly sim: Simulation,
    readonly name: string,
    options: { readonly capacity?: number } = {},
  ) {
    this.capacity = options.capacity ?? Infinity;
    if (!(this.capacity > 0)) {
      throw new RangeError(`store "${name}" cannot have a capacity of ${this.capacity}`);
    }
    this.size = new Level(sim);
    this.#get = new Getting(this);
  }

  /** Items held now. */
  get count(): number {
    return this.#items.length - this.#first;
  }

  /** Puts an item in at once. @throws if the store is full: then `yield store.send(item)` waits. */
  put(item: T): void {
    if (!this.tryPut(item)) {
      throw new Error(`store "${this.name}" is full (${this.capacity} items)`);
    }
  }
  /** Puts an item in if there is room. */
  tryPut(item: T): boolean {
    if (this.count >= this.capacity) return false;
    const getter = this.#getters.shift();
    if (getter !== undefined) getter.wake(item);
    else {
      this.#items.push(item);
      this.size.set(this.count);
    }
    return true;
  }
  /** Waits for room and puts an item in: `yield store.send(item)`. */
  send(item: T): Condition<void> {
    return new Sending(this, item);
  }
  /** Waits for an item: `const item = yield* store.get()`. */
  get(): Condition<T> {
    return this.#get;
  }
  /** Takes an item if there is one. */
  tryGet(): T | undefined {
    return this.count > 0 ? this.#take() : undefined;
  }

  #take(): T {
    const item = this.#items[this.#first++];
    if (this.#first > 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    const putter = this.#putters.shift();
    if (putter !== undefined) {
      this.#items.push(putter.inbox as T);
      putter.wake(undefined);
    }
    this.size.set(this.count);
    return item;
  }

  /** @internal */
  subscribeGet(waiter: Waiter): boolean {
    if (this.count > 0) {
      waiter.inbox = this.#take();
      return true;
    }
    this.#getters.push(waiter);
    return false;
  }
  /** @internal */
  abandonGet(waiter: Waiter): void {
    if (this.#getters.remove(waiter)) return;
    const item = waiter.inbox as T;
    waiter.inbox = undefined;
    const next = this.#getters.shift();
    if (next !== undefined) next.wake(item);
    else {
      this.#items.splice(this.#first, 0, item);
      this.size.set(this.count);
    }
  }
  /** @internal */
  subscribePut(waiter: Waiter, item: T): boolean {
    if (this.tryPut(item)) {
      waiter.inbox = undefined;
      return true;
    }
    waiter.inbox = item;
    this.#putters.push(waiter);
    return false;
  }
  /** @internal */
  abandonPut(waiter: Waiter): void {
    this.#putters.remove(waiter);
  }
}

class Getting<T> extends Condition<T> {
  constructor(readonly store: Store<T>) {
    super();
  }
  subscribe(waiter: Waiter): boolean {
    return this.store.subscribeGet(waiter);
  }
  abandon(waiter: Waiter): void {
    this.store.abandonGet(waiter);
  }
  waitingFor(): string {
    return `an item of store "${this.store.name}"`;
  }
}

class Sending<T> extends Condition<void> {
  constructor(readonly store: Store<T>, readonly item: T) {
    super();
  }
  subscribe(waiter: Waiter): boolean {
    return this.store.subscribePut(waiter, this.item);
  }
  abandon(waiter: Waiter): void {
    this.store.abandonPut(waiter);
  }
  waitingFor(): string {
    return `room in store "${this.store.name}"`;
  }
}
