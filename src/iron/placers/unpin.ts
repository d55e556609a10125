import {
  AnyComputeTile,
  AnyMemTile,
  AnyShimTile,
  type Placeable,
  type Program,
  Tile,
} from "../interface/mod.ts";

/** Everything in a program that a placer would place: workers and ends of FIFOs. */
function placeables(program: Program): Placeable[] {
  const ends = program.handles.map((handle) => handle.endpoint);
  return [...new Set<Placeable>([...program.runtime.workers, ...ends])];
}

/** How many of a program's placeables the designer has put on a tile, and how many there are. */
export function pinned(program: Program): { tiles: number; of: number } {
  const all = placeables(program);
  return { tiles: all.filter((p) => p.placement instanceof Tile).length, of: all.length };
}

/** Takes all tiles that a designer has chosen back to hints, to see what a placer makes of it. */
export function unpin(program: Program): void {
  for (const end of placeables(program)) {
    if (!(end.placement instanceof Tile)) continue;
    const kind = program.device.kind(end.placement);
    end.forget(kind === "shim" ? AnyShimTile : kind === "mem" ? AnyMemTile : AnyComputeTile);
  }
}
