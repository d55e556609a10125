/** A changing operation from its enqueuing to its answer, as a machine of states. */
import type { Combiner } from "./combiner.ts";
import type { Registration, Replica } from "./replica.ts";
import type { ProtocolOptions } from "./shared.ts";
import { CallingScript } from "./call-stack.ts";
import type { Step } from "./step.ts";

/** One thread's write; one at a time. */
export class Write<Op, R> extends CallingScript<R> {
  private state = 0;
  private replica: Replica<Op, R> | undefined = undefined;
  private op: Op | undefined = undefined;
  /** Number of the operation. */
  private index = 0;

  constructor(
    private readonly thread: Registration<Op, R>,
    private readonly combiner: Combiner<Op, R>,
    private readonly options: ProtocolOptions,
  ) {
    super();
  }

  /** From the start. */
  begin(replica: Replica<Op, R>, op: Op): this {
    this.replica = replica;
    this.op = op;
    this.state = 0;
    return this;
  }

  step(): Step | undefined {
    const { thread } = this;
    const { context } = thread;
    const replica = this.replica as Replica<Op, R>;
    const { combiner } = replica;
    switch (this.state++) {
      case 0:
        this.index = context.tail.value;
        return context.slots.post;
      case 1:
        context.put(this.op as Op);
        return context.tail.post;
      case 2:
        context.tail.value++;
        return combiner.read;
      case 3:
        if (combiner.value === 0) {
          return this.callSteps(this.combiner.tryCombine(thread, replica, true));
        }
        this.state = 5;
        return context.comb.read;
      case 4:
        // Having combined, or having come too late to.
        return context.comb.read;
      case 5:
        if (context.comb.value > this.index) return this.end(context.result(this.index));
        return context.untilAnswered(this.index, this.options.responseSpins, combiner);
      default:
        if (context.comb.value > this.index) return this.end(context.result(this.index));
        // It has spun for long: is there a combiner at all?
        this.state = 3;
        return combiner.read;
    }
  }
}
