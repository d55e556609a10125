/** A reader's loop of gets as a machine of states: reads are most of what most runs simulate. */
import type { CatchUp } from "./catch-up.ts";
import type { DistributedRwLock } from "./rwlock.ts";
import { CallingScript, type Step, type Word, type Work } from "./step.ts";

/** Looking operations of one thread on one replica, one after the other. */
export class ReadMany extends CallingScript<number> {
  private state = 0;
  /** Whether to look again after this one, and whether that was answered with no already. */
  private more: () => boolean = NEVER;
  private over = false;
  /** Value of ctail that the replica has to reach. */
  private completed = 0;
  private readonly mine: Word;
  private readonly writer: Word;

  constructor(
    private readonly ctail: Word,
    private readonly ltail: Word,
    private readonly lock: DistributedRwLock,
    slot: number,
    /** One look. */
    readonly look: Work,
    private readonly catchUp: CatchUp,
  ) {
    super();
    this.mine = lock.readers[slot] as Word;
    this.writer = lock.writer;
    look.again = {
      lines: [ctail.line, ltail.line, this.writer.line],
      counter: this.mine,
      // Leave the lock; look at ctail, ltail and the writer's flag; enter it.
      path: [
        this.mine.rmw,
        ctail.read,
        ltail.read,
        this.writer.read,
        this.mine.rmw,
        this.writer.read,
      ]
        .map((access) => access.kind),
      clear: () => this.writer.value === 0 && ltail.value >= ctail.value,
      more: () => {
        const again = this.more();
        this.over = !again;
        return again;
      },
    };
  }

  /** From the start; `more` is asked after each. */
  begin(more: () => boolean): this {
    this.more = more;
    this.state = 0;
    return this;
  }

  step(): Step | undefined {
    const { mine, writer } = this;
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
        if (writer.value === 0) return mine.rmw;
        this.state = 9;
        return writer.read;
      case 5:
        mine.value++;
        return writer.read;
      case 6:
        if (writer.value !== 0) return mine.rmw;
        this.state = 8;
        return this.look;
      case 7:
        mine.value--;
        this.state = 9;
        return writer.read;
      case 8:
        this.state = 11;
        return mine.rmw;
      case 9:
        if (writer.value !== 0) return this.lock.writerGone;
        this.state = 5;
        return mine.rmw;
      case 10:
        this.state = 9;
        return writer.read;
      default:
        mine.value--;
        if (!this.over && this.more()) {
          this.state = 1;
          return this.ctail.read;
        }
        this.over = false;
        return this.end(0);
    }
  }
}

const NEVER = () => false;
