import { type Device, ExhaustedError, Router } from "../../hardware/npu/mod.ts";
import { Rng } from "../../kernel/mod.ts";
import {
  type ObjectFifoHandle,
  PlacementError,
  type Placer,
  type Runtime,
  type Worker,
} from "../interface/mod.ts";
import { Layout, overuse, wirelength } from "./layout.ts";

/** How hard `ResourcePlacer` tries. */
export interface ResourcePlacerOptions {
  /** Seed of the search (default 1). */
  readonly seed?: number;
  /** Moves per attempt (default 20000). */
  readonly moves?: number;
  /** Attempts before giving up (default 8). */
  readonly attempts?: number;
}

/**
 * A placer that respects what tiles have: DMA channels, memory, descriptors, locks and stream ports.
 * It starts from a snake over the array and anneals: fewer resources overused first, shorter streams
 * second. Cores that need more streams than they have channels end up beside each other, where
 * objects pass through shared memory. Tiles given by the designer stay.
 */
export class ResourcePlacer implements Placer {
  readonly name: string = "resource";
  readonly #options: Required<ResourcePlacerOptions>;

  constructor(options: ResourcePlacerOptions = {}) {
    this.#options = { seed: 1, moves: 20_000, attempts: 8, ...options };
  }

  /** @throws {PlacementError} listing what is overused in the best placement found. */
  makePlacement(
    device: Device,
    _runtime: Runtime,
    workers: readonly Worker[],
    handles: readonly ObjectFifoHandle[],
  ): void {
    const { seed, moves, attempts } = this.#options;
    let best: Layout | undefined, least = Infinity, reason = "";
    for (let attempt = 0; attempt < attempts; attempt++) {
      const layout = new Layout(device, workers, handles);
      anneal(layout, new Rng(seed, `placement ${attempt}`), attempt === 0 ? 0 : moves);
      const over = overuse(layout);
      let cost = over.total;
      if (cost === 0) {
        reason = routingProblem(device, layout);
        if (reason === "") {
          best = layout;
          break;
        }
        cost = 0.5;
      } else if (cost < least) reason = over.list.join("; ");
      if (cost < least) [least, best] = [cost, layout];
    }
    if (best === undefined || reason !== "") {
      throw new PlacementError(
        `no placement on ${device.id} found in ${attempts} attempts; the best one overuses ${reason}`,
      );
    }
    best.apply(workers);
  }
}

/** Simulated annealing in place; with 0 moves the layout stays as it began. */
function anneal(layout: Layout, random: Rng, moves: number): void {
  const cost = () => overuse(layout).total * 50 + wirelength(layout);
  let now = cost();
  for (let move = 0; move < moves; move++) {
    const heat = 6 * (1 - move / moves) ** 2 + 0.01;
    const undo = layout.move(random);
    if (undo === undefined) continue;
    const next = cost();
    if (next <= now || random.uniform() < Math.exp((now - next) / heat)) now = next;
    else undo();
  }
}

/** Why the streams of a layout cannot be routed; empty if they can. */
function routingProblem(device: Device, layout: Layout): string {
  const router = new Router(device);
  try {
    for (const fifo of layout.fifos) {
      if (layout.shared(fifo)) continue;
      router.connect(
        fifo.name,
        layout.tiles[fifo.ends[0].node],
        fifo.ends.slice(1).map((end) => layout.tiles[end.node]),
      );
    }
    return "";
  } catch (error) {
    if (error instanceof ExhaustedError) return error.message;
    throw error;
  }
}
