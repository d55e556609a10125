/** Placing: tiles, hints, and what can be placed (chapter 7, section 7.5.0.4). */
import { type Coordinate, place } from "../../hardware/npu/mod.ts";

/** A concrete tile. */
export class Tile {
  constructor(readonly col: number, readonly row: number) {}
  /** Whether two are the same place. */
  equals(other: unknown): boolean {
    return other instanceof Tile && other.col === this.col && other.row === this.row;
  }
  toString(): string {
    return place(this);
  }
}

/** "Any tile of this kind": what a placer has still to decide. */
export type TileHint = typeof AnyShimTile | typeof AnyMemTile | typeof AnyComputeTile;
/** Any shim tile. */
export const AnyShimTile = Symbol("AnyShimTile");
/** Any memory tile. */
export const AnyMemTile = Symbol("AnyMemTile");
/** Any compute tile. */
export const AnyComputeTile = Symbol("AnyComputeTile");

/** A tile, a hint, or nothing yet. */
export type Placement = Tile | TileHint | undefined;

/** Thrown when something that has a tile is placed again. */
export class AlreadyPlacedError extends Error {
  override name = "AlreadyPlacedError";
}

/** Thrown when a design is resolved and something in it has no tile, or has not been resolved. */
export class NotResolvedError extends Error {
  override name = "NotResolvedError";
}

/** Thrown by a placer that finds no placement. */
export class PlacementError extends RangeError {
  override name = "PlacementError";
}

/** Something that needs a tile before the design can be resolved. */
export abstract class Placeable {
  #placement: Placement;

  constructor(placement: Placement) {
    this.#placement = placement;
  }

  /** What it is, for errors. */
  abstract describe(): string;

  /** Where it is, or what is known of that. */
  get placement(): Placement {
    return this.#placement;
  }

  /** Gives it a tile. @throws {AlreadyPlacedError} if it has one. */
  place(tile: Tile): void {
    if (this.#placement instanceof Tile) {
      throw new AlreadyPlacedError(
        `${this.describe()} is already placed at ${this.#placement}; cannot place it at ${tile}`,
      );
    }
    this.#placement = tile;
  }

  /** Takes the placement back to a hint, to have a placed design placed anew. */
  forget(hint: TileHint | undefined): void {
    this.#placement = hint;
  }

  /** Its tile. @throws {NotResolvedError} if it has none. */
  get tile(): Coordinate {
    if (this.#placement instanceof Tile) {
      return { col: this.#placement.col, row: this.#placement.row };
    }
    const hint = this.#placement === undefined ? "no placement" : this.#placement.description;
    throw new NotResolvedError(
      `${this.describe()} is not placed (${hint}): give it a Tile, or resolve with a placer`,
    );
  }
}
