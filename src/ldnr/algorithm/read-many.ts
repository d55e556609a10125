/** A reader's loop of gets as a machine of states: reads are most of what most runs simulate. */
import * as steps from "./step.ts";
import type { CacheLine } from "../../hardware/memory/line.ts";
import type { CatchUp } from "./catch-up.ts";
import type { DistributedRwLock } from "./rwlock.ts";
import { CallingScript } from "./call-stack.ts";
import type { Again, Step, Tally, Word, Work } from "./step.ts";

// Own copies: see hardware/memory/registers.ts.
const { READ, RMW } = steps;

/** From one look to the next: leave the lock; look at ctail, ltail and the writer's flag; enter the lock. */
const BETWEEN = [RMW, READ, READ, READ, RMW, READ] as const;

/** Looking operations of one thread on one replica, one after the other. */
export class ReadMany extends CallingScript<number> implements Again {
  private state = 0;
  /** Whether that there is to be another look was answered with no already. */
  private over = false;
  /** Value of ctail that the replica has to reach. */
  private completed = 0;
  /** The reader's counter. */
  readonly counter: Word;
  private readonly writer: Word;
  /** Asked after each look. */
  private tally: Tally = NO_MORE;
  readonly path: readonly (0 | 1 | 2)[] = BETWEEN;

  constructor(
    private readonly ctail: Word,
    private readonly ltail: Word,
    private readonly lock: DistributedRwLock,
    slot: number,
    /** One look. */
    readonly look: Work,
    private readonly catchUp: CatchUp,
    /** Of ctail, ltail and the writer's flag. */
    readonly lines: readonly CacheLine[],
  ) {
    super();
    this.counter = lock.readers[slot] as Word;
    this.writer = lock.writer;
    look.again = this;
  }

  /** From the start; `tally` is asked after each. */
  begin(tally: Tally): this {
    this.tally = tally;
    this.state = 0;
    return this;
  }

  clear(): boolean {
    return this.writer.value === 0 && this.ltail.value >= this.ctail.value;
  }

  more(): boolean {
    const again = this.tally.more();
    this.over = !again;
    return again;
  }

  step(): Step | undefined {
    const { counter, writer } = this;
    switch (this.state++) {
      case 0:
        return this.ctail.read;
      case 1:
        this.completed = this.ctail.value;
        return this.ltail.read;
      case 2:
        if (this.ltail.value < this.completed) return this.call(this.catchUp.begin(this.completed));
        this.state = 4;
        return writer.read;
      case 3:
        return writer.read;
      case 4:
        // The lock's own way in (`Enter`), spelled out, after a look of its own.
        if (writer.value === 0) return counter.rmw;
        this.state = 9;
        return writer.read;
      case 5:
        counter.value++;
        return writer.read;
      case 6:
        if (writer.value !== 0) return counter.rmw;
        this.state = 8;
        return this.look;
      case 7:
        counter.value--;
        this.state = 9;
        return writer.read;
      case 8:
        this.state = 11;
        return counter.rmw;
      case 9:
        if (writer.value !== 0) return this.lock.writerGone;
        this.state = 5;
        return counter.rmw;
      case 10:
        this.state = 9;
        return writer.read;
      default:
        counter.value--;
        if (!this.over && this.tally.more()) {
          this.state = 1;
          return this.ctail.read;
        }
        this.over = false;
        return this.end(0);
    }
  }
}

const NO_MORE: Tally = { more: () => false };
