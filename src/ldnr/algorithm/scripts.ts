/**
 * What every round of a combiner goes through many times, as small machines of states instead of generators: the same
 * kind of steps, without what resuming a generator costs.
 */
import type { Context } from "./context.ts";
import { Script } from "./call-stack.ts";
import { type Step, Wait, type Word } from "./step.ts";

/** The combiner's look through contexts: what is pending is copied, context by context. */
export class Collect<Op, R> extends Script<void> {
  private contexts: readonly Context<Op, R>[] = [];
  private at = 0;
  private state = 0;
  private from = 0;
  private to = 0;
  private name: number | undefined = undefined;

  constructor(
    private readonly ops: Op[],
    /** A context and how much was taken from it, in turn. */
    private readonly served: (Context<Op, R> | number)[],
  ) {
    super();
  }

  /**
   * When threads may change replicas while combiners run, `name` is the combiner's replica: an operation
   * belongs to it only if the thread is inside that replica and, read again afterwards, has not been
   * answered meanwhile.
   */
  begin(contexts: readonly Context<Op, R>[], name?: number): this {
    this.contexts = contexts;
    this.name = name;
    this.at =
      this.state =
      this.ops.length =
      this.served.length =
        0;
    return this;
  }

  step(): Step | undefined {
    for (;;) {
      if (this.at >= this.contexts.length) return this.end(undefined);
      const context = this.contexts[this.at] as Context<Op, R>;
      switch (this.state++) {
        case 0:
          return context.comb.peek;
        case 1:
          this.from = context.comb.value;
          return context.tail.peek;
        case 2:
          this.to = context.tail.value;
          if (this.from === this.to) break;
          if (this.name !== undefined) return context.inside.peek;
          this.state = 5;
          return context.slots.read;
        case 3:
          if (context.inside.value !== this.name) break;
          return context.comb.peek;
        case 4:
          if (context.comb.value !== this.from) break;
          return context.slots.read;
        default:
          context.take(this.from, this.to, this.ops);
          this.served.push(context, this.to - this.from);
      }
      this.state = 0;
      this.at++;
    }
  }
}

/** The combiner's answers, to each context that it took from. */
export class Answer<Op, R> extends Script<number> {
  private at = 0;
  private from = 0;
  private state = 0;

  constructor(
    private readonly results: readonly R[],
    private readonly served: readonly (Context<Op, R> | number)[],
  ) {
    super();
  }

  begin(): this {
    this.at = this.from = this.state = 0;
    return this;
  }

  step(): Step | undefined {
    for (;;) {
      if (this.at >= this.served.length) return this.end(this.from);
      const context = this.served[this.at] as Context<Op, R>;
      const count = this.served[this.at + 1] as number;
      switch (this.state++) {
        case 0:
          return context.slots.post;
        case 1:
          context.give(this.results, this.from, count);
          return context.comb.post;
        default:
          context.comb.value += count;
          this.from += count;
          this.at += 2;
          this.state = 0;
      }
    }
  }
}

/** A writer's look at the readers' counters: each is waited for until it is 0. */
export class Poll extends Script<void> {
  private at = 0;
  private peeked = false;
  private slots: readonly number[] | undefined = undefined;
  /** The wait for each reader, reused. */
  private readonly waits: (Wait | undefined)[] = [];

  constructor(private readonly readers: readonly Word[]) {
    super();
  }

  /** Of all readers, or of `slots`. */
  begin(slots?: readonly number[]): this {
    this.slots = slots;
    this.at = 0;
    this.peeked = false;
    return this;
  }

  step(): Step | undefined {
    const { slots } = this;
    const n = slots === undefined ? this.readers.length : slots.length;
    for (; this.at < n; this.at++) {
      const slot = slots === undefined ? this.at : slots[this.at] as number;
      const reader = this.readers[slot] as Word;
      if (!this.peeked) {
        this.peeked = true;
        return reader.peek;
      }
      if (reader.value !== 0) return this.waits[slot] ?? this.waitFor(slot);
      this.peeked = false;
    }
    return this.end(undefined);
  }

  /** In a method of its own: a closure costs whoever makes it an allocation even when it is not made. */
  private waitFor(slot: number): Wait {
    const reader = this.readers[slot] as Word;
    return this.waits[slot] = new Wait([reader], () => reader.value === 0);
  }
}
