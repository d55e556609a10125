/** What an object FIFO's handle may belong to. */
import { Placeable, Tile } from "./placeable.ts";

/** What stands at a handle's end: a worker, the runtime, or a link. */
export abstract class ObjectFifoEndpoint extends Placeable {
  /** Whether it is the same end as another (the runtime's ends are, when on the same tile). */
  sameAs(other: ObjectFifoEndpoint): boolean {
    return this === other;
  }
}

/** The runtime at an end of a FIFO. */
export class RuntimeEndpoint extends ObjectFifoEndpoint {
  describe(): string {
    return "the runtime";
  }
  override sameAs(other: ObjectFifoEndpoint): boolean {
    if (!(other instanceof RuntimeEndpoint)) return false;
    const a = this.placement, b = other.placement;
    return a instanceof Tile ? a.equals(b) : a === b;
  }
}
