/** The primitive's world in a real JavaScript runtime: promises and the monotonic clock. */
import process from "node:process";
import type { Driver, Gate, Steps } from "./steps.ts";

/** What steps wait for in a JavaScript runtime. */
export type Awaitable = PromiseLike<unknown>;

class PromiseGate implements Gate<Awaitable> {
  readonly #promise: Promise<void>;
  #open!: () => void;
  constructor() {
    this.#promise = new Promise((resolve) => this.#open = resolve);
  }
  *wait(): Steps<Awaitable, void> {
    yield this.#promise;
  }
  open(): void {
    this.#open();
  }
}

/** Runs on promises. The clock is the process's monotonic one (no model uses this driver). */
export const asyncDriver: Driver<Awaitable> = {
  now: () => Number(process.hrtime.bigint()),
  gate: () => new PromiseGate(),
};

/** Steps that wait for one promise. */
export function* awaiting<T>(promise: PromiseLike<T>): Steps<Awaitable, T> {
  return (yield promise) as T;
}

/** Runs steps to their end. */
export async function runSteps<R>(steps: Steps<Awaitable, R>): Promise<R> {
  let result = steps.next();
  while (result.done !== true) {
    let value: unknown;
    try {
      value = await result.value;
    } catch (error) {
      result = steps.throw(error);
      continue;
    }
    result = steps.next(value);
  }
  return result.value;
}
