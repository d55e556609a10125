import type { Coordinate, Device } from "../../hardware/npu/mod.ts";
import {
  AnyComputeTile,
  AnyMemTile,
  AnyShimTile,
  type ObjectFifoHandle,
  type Placeable,
  type Placement,
  PlacementError,
  type Placer,
  type Runtime,
  Tile,
  type Worker,
} from "../interface/mod.ts";

/** Whether something still needs a tile. */
export function needsTile({ placement }: { readonly placement: Placement }): boolean {
  return !(placement instanceof Tile);
}

/** Rounds halves to the even neighbour, as Python does. */
function round(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/**
 * The placer of section 7.7.3.1: cores column by column, then memory and shim tiles in the column
 * where the FIFO's cores are on average. It checks no resources, so a design may not fit afterwards.
 */
export class SequentialPlacer implements Placer {
  readonly name: string = "sequential";

  makePlacement(
    device: Device,
    _runtime: Runtime,
    workers: readonly Worker[],
    handles: readonly ObjectFifoHandle[],
  ): void {
    const free = device.tiles("core");
    for (const worker of workers) {
      if (needsTile(worker)) continue;
      const at = worker.placement as Tile;
      const index = free.findIndex((t) => at.col === t.col && at.row === t.row);
      if (index < 0) {
        throw new PlacementError(
          `partial placement: ${worker.describe()} is at ${at}, which is no free compute tile`,
        );
      }
      free.splice(index, 1);
    }
    // The list keeps its tiles: the column of a FIFO is the mean over these, pinned ones left out.
    let next = 0;
    for (const worker of workers) {
      if (needsTile(worker)) {
        if (next >= free.length) {
          throw new PlacementError(
            `ran out of compute tiles: ${device.id} has ${device.tiles("core").length}, ` +
              `no tile is left for ${worker.describe()}`,
          );
        }
        worker.place(tileAt(free[next++]));
      }
      for (const buffer of worker.buffers) {
        if (needsTile(buffer)) buffer.place(worker.placement as Tile);
      }
    }
    const fifos = new Set(handles.map((handle) => handle.fifo));
    for (const fifo of fifos) {
      const ends = fifo.handles.map((handle) => handle.endpoint);
      const columns = ends.flatMap(({ placement }) =>
        placement instanceof Tile &&
          free.some((t) => t.col === placement.col && t.row === placement.row)
          ? [placement.col]
          : []
      );
      const mean = columns.reduce((a, b) => a + b, 0) / Math.max(columns.length, 1);
      const column = round(mean);
      for (const end of ends) {
        if (needsTile(end)) end.place(tileAt(firstTile(device, end, column)));
      }
    }
  }
}

/** A tile object for a place. */
export function tileAt({ col, row }: Coordinate): Tile {
  return new Tile(col, row);
}

/** The kind of tile that a hint asks for. */
export function hintedKind(end: Placeable): "shim" | "mem" | "core" {
  const { placement } = end;
  if (placement === AnyShimTile) return "shim";
  if (placement === AnyMemTile) return "mem";
  if (placement === AnyComputeTile) return "core";
  throw new PlacementError(`${end.describe()} has neither a tile nor a hint for one`);
}

function firstTile(device: Device, end: Placeable, column: number): Coordinate {
  const kind = hintedKind(end);
  const found = device.tiles(kind).find((t) => t.col === column);
  if (found === undefined) {
    throw new PlacementError(
      `${end.describe()}: ${device.id} has no ${kind} tile in column ${column}`,
    );
  }
  return found;
}
