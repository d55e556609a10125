/** Links: object FIFOs joined over the memory of a tile. */
import type { GraphBuilder } from "../graph/builder.ts";
import { ObjectFifoEndpoint } from "./endpoint.ts";
import type { ObjectFifoHandle } from "./object-fifo.ts";
import type { Placement } from "./placeable.ts";

/** Joins FIFOs over one tile; the end of all its handles, so one placement serves them all. */
export class ObjectFifoLink extends ObjectFifoEndpoint {
  #resolving = false;

  constructor(
    readonly sources: readonly ObjectFifoHandle[],
    readonly destinations: readonly ObjectFifoHandle[],
    placement: Placement,
    readonly sourceOffsets: readonly number[],
    readonly destinationOffsets: readonly number[],
  ) {
    super(placement);
    if (sources.length === 0 || destinations.length === 0) {
      throw new RangeError("a link needs at least one source and one destination");
    }
    if (sources.length > 1 && destinations.length > 1) {
      throw new RangeError("a link has one source or one destination, not several of both");
    }
    if (sourceOffsets.length > 0 && sourceOffsets.length !== sources.length) {
      throw new RangeError(`${sources.length} sources but ${sourceOffsets.length} offsets`);
    }
    if (destinationOffsets.length > 0 && destinationOffsets.length !== destinations.length) {
      throw new RangeError(
        `${destinations.length} destinations but ${destinationOffsets.length} offsets`,
      );
    }
    for (const handle of [...sources, ...destinations]) handle.endpoint = this;
  }

  describe(): string {
    const names = (list: readonly ObjectFifoHandle[]) => list.map((h) => h.name).join(", ");
    return `the link [${names(this.sources)}] -> [${names(this.destinations)}]`;
  }

  /** Declares all FIFOs of the link, then the link. */
  resolve(graph: GraphBuilder): void {
    if (this.#resolving) return;
    this.#resolving = true;
    const handles = [...this.sources, ...this.destinations];
    for (const { fifo } of handles) fifo.resolve(graph);
    graph.link({
      sources: this.sources.map((h) => h.name),
      destinations: this.destinations.map((h) => h.name),
      sourceOffsets: this.sourceOffsets,
      destinationOffsets: this.destinationOffsets,
    });
  }
}
