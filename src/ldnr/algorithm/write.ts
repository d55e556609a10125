/** A changing operation from its enqueuing to its answer, as a machine of states. */
import type { Combiner } from "./combiner.ts";
import type { Registration, Replica } from "./replica.ts";
import type { ProtocolOptions } from "./shared.ts";
import { CallingScript, type Step } from "./step.ts";

/** One thread's write; one at a time. */
export class Write<Op, R> extends CallingScript<R> {
  private state = 0;
  private replica: Replica<Op, R> | undefined = undefined;

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
    this.thread.context.enqueue.begin(op, replica.combiner, this.options.responseSpins);
    this.state = 0;
    return this;
  }

  step(): Step | undefined {
    const { thread, state } = this;
    const { context } = thread;
    const { enqueue } = context;
    if (state === 0) {
      this.state = 1;
      return this.call(enqueue);
    }
    if (state === 1 && enqueue.result === "answered") {
      return this.end(context.result(enqueue.index));
    }
    if (state === 1 && enqueue.result === "combine") {
      this.state = 2;
      return this.call(this.combiner.tryCombine(thread, this.replica as Replica<Op, R>, true));
    }
    this.state = 1;
    return this.call(enqueue.goOn());
  }
}
