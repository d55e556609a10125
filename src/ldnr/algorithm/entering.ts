/** A reader's way into and out of the distributed lock, as machines of states: every look goes it. */
import { Script } from "./call-stack.ts";
import type { Step, Wait, Word } from "./step.ts";

/** Enter as reader; waits while a writer is in or coming. */
export class Enter extends Script<void> {
  private state = 0;

  constructor(
    private readonly mine: Word,
    private readonly writer: Word,
    private readonly writerGone: Wait,
  ) {
    super();
  }

  /** From the start. */
  begin(): this {
    this.state = 0;
    return this;
  }

  step(): Step | undefined {
    const { mine, writer } = this;
    switch (this.state++) {
      case 0:
        return writer.read;
      case 1:
        if (writer.value === 0) return mine.rmw;
        this.state = 0;
        return this.writerGone;
      case 2:
        mine.value++;
        return writer.read;
      case 3:
        if (writer.value === 0) return this.end(undefined);
        return mine.rmw;
      default:
        mine.value--;
        this.state = 1;
        return writer.read;
    }
  }
}

/** Leave as reader. */
export class Leave extends Script<void> {
  private left = false;

  constructor(private readonly mine: Word) {
    super();
  }

  /** From the start. */
  begin(): this {
    this.left = false;
    return this;
  }

  step(): Step | undefined {
    if (this.left) {
      this.mine.value--;
      return this.end(undefined);
    }
    this.left = true;
    return this.mine.rmw;
  }
}
