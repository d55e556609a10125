/** Signals: something happened. */
import type { Simulation } from "./simulation.ts";
import { Condition, type Waiter, WaitQueue } from "./waiting.ts";

/**
 * A signal. One-shot (the default): fires once; who waits later goes on at once with the same value.
 * Broadcast: each `fire` wakes those who wait at that moment and is forgotten.
 */
export class Signal<T = void> extends Condition<T> {
  /** Whether each `fire` wakes those who wait and is forgotten. */
  readonly broadcast: boolean;
  #waiters = new WaitQueue();
  #fired = false;
  #value: T | undefined = undefined;

  /** @param options `broadcast`: see the class. */
  constructor(
    readonly sim: Simulation,
    readonly name: string,
    options: { readonly broadcast?: boolean } = {},
  ) {
    super();
    this.broadcast = options.broadcast === true;
  }

  /** Whether a one-shot signal has fired. */
  get fired(): boolean {
    return this.#fired;
  }
  /** How many wait. */
  get waiters(): number {
    return this.#waiters.size;
  }

  /** Wakes all who wait, in order of arrival. @throws if a one-shot signal has fired before. */
  fire(value: T): void {
    if (!this.broadcast) {
      if (this.#fired) {
        throw new Error(`signal "${this.name}" was fired twice; reset it or make it a broadcast`);
      }
      this.#fired = true;
      this.#value = value;
    }
    for (let n = this.#waiters.size; n > 0; n--) this.#waiters.shift()?.wake(value);
  }

  /** Makes a one-shot signal ready to fire again. */
  reset(): void {
    this.#fired = false;
    this.#value = undefined;
  }

  subscribe(waiter: Waiter): boolean {
    if (this.#fired) {
      waiter.inbox = this.#value;
      return true;
    }
    this.#waiters.push(waiter);
    return false;
  }
  abandon(waiter: Waiter): void {
    this.#waiters.remove(waiter);
  }
  waitingFor(): string {
    return `signal "${this.name}"`;
  }
}
