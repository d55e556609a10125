/** Semaphore locks in pairs: objects free to be filled, objects filled and to be emptied. */
import { Condition, type Simulation, type Waiter } from "../../kernel/mod.ts";

/** Which of a pair's two locks: the producer takes `free`, the consumer takes `filled`. */
export type Side = "free" | "filled";

/**
 * The two locks that guard a pool of buffers (AIE2 semaphore locks). Acquiring takes several at once
 * or waits; releasing on one side gives to the other. Counts who holds what for deadlock reports.
 */
export class LockPair {
  readonly #count: Record<Side, number>;
  readonly #held: Record<Side, number> = { free: 0, filled: 0 };
  readonly #owner: Record<Side, string> = { free: "nobody", filled: "nobody" };
  #waiting: { side: Side; n: number; waiter: Waiter }[] = [];

  /** `name` says what the objects are and where; `depth` objects start free. */
  constructor(readonly sim: Simulation, readonly name: string, readonly depth: number) {
    this.#count = { free: depth, filled: 0 };
  }

  /** Waits until `n` objects of `side` are there and takes them. */
  acquire(side: Side, n: number, who: string): Condition<void> {
    return new Acquire(this, side, n, who);
  }

  /** Gives back `n` objects taken from `side`: they count on the other side now. */
  release(side: Side, n: number): void {
    if (n > this.#held[side]) {
      throw new RangeError(
        `${this.#owner[side]} releases ${n} objects of ${this.name} but holds ${this.#held[side]}`,
      );
    }
    this.#held[side] -= n;
    this.#count[side === "free" ? "filled" : "free"] += n;
    this.#wake();
  }

  /** Who has what, for reports. */
  state(): string {
    const { free, filled } = this.#count;
    const hold = (side: Side) =>
      this.#held[side] === 0 ? [] : [`${this.#owner[side]} holds ${this.#held[side]}`];
    return [`${free} free`, `${filled} filled`, ...hold("free"), ...hold("filled")].join(", ");
  }

  /** @internal */
  take(side: Side, n: number, who: string, waiter: Waiter): boolean {
    this.#owner[side] = who;
    if (this.#count[side] >= n) {
      this.#count[side] -= n;
      this.#held[side] += n;
      return true;
    }
    this.#waiting.push({ side, n, waiter });
    return false;
  }

  /** @internal */
  abandon(waiter: Waiter): void {
    this.#waiting = this.#waiting.filter((w) => w.waiter !== waiter);
  }

  #wake(): void {
    for (let i = 0; i < this.#waiting.length;) {
      const { side, n, waiter } = this.#waiting[i];
      if (this.#count[side] < n) {
        i++;
        continue;
      }
      this.#count[side] -= n;
      this.#held[side] += n;
      this.#waiting.splice(i, 1);
      waiter.wake(undefined);
    }
  }
}

class Acquire extends Condition<void> {
  constructor(
    readonly pair: LockPair,
    readonly side: Side,
    readonly n: number,
    readonly who: string,
  ) {
    super();
  }
  subscribe(waiter: Waiter): boolean {
    return this.pair.take(this.side, this.n, this.who, waiter);
  }
  abandon(waiter: Waiter): void {
    this.pair.abandon(waiter);
  }
  waitingFor(): string {
    return `${this.n} ${this.side} of ${this.pair.name} (${this.pair.state()})`;
  }
}
