/** A reader's wait for its replica, as a machine of states. */
import { CallingScript } from "./call-stack.ts";
import { type Piece, type Step, Wait, type Word } from "./step.ts";

/** Wait until a replica has applied everything completed before, combining if nobody does. */
export class CatchUp extends CallingScript<void> {
  private state = 0;
  /** Value of ctail that the replica has to reach. */
  private completed = 0;
  private readonly behind: Wait;

  constructor(
    private readonly ltail: Word,
    private readonly combiner: Word,
    /** Become the replica's combiner, seen free just now; whether that came about. */
    private readonly combine: () => Piece<boolean>,
    /** Told when the wait begins and when it has ended. */
    private readonly tell: (begins: boolean) => void,
  ) {
    super();
    this.behind = new Wait(
      [ltail, combiner],
      () => ltail.value >= this.completed || combiner.value === 0,
      undefined,
      combiner,
    );
  }

  /** From the start. */
  begin(completed: number): this {
    this.completed = completed;
    this.state = 0;
    return this;
  }

  step(): Step | undefined {
    switch (this.state++) {
      case 0:
        this.tell(true);
        return this.combiner.read;
      case 1:
        if (this.combiner.value === 0) return this.call(this.combine());
        this.state = 3;
        return this.behind;
      case 2:
        if (this.answer === true) {
          this.state = 4;
          return this.ltail.read;
        }
        return this.behind;
      case 3:
        return this.ltail.read;
      default:
        if (this.ltail.value >= this.completed) {
          this.tell(false);
          return this.end(undefined);
        }
        this.state = 1;
        return this.combiner.read;
    }
  }
}
