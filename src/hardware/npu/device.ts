/** Devices: which tiles there are, what each has, and who reaches whose memory. */
import { type NpuPart, XDNA } from "./part.ts";

/** Column and row of a tile. Row 0 is the shim row. */
export interface Coordinate {
  readonly col: number;
  readonly row: number;
}

/** What a tile is. */
export type TileKind = "shim" | "mem" | "core";

/** DMA direction: memory to stream, or stream to memory. */
export type Direction = "MM2S" | "S2MM";

/** What one kind of tile has. */
export interface TileLimits {
  readonly memory: number;
  readonly locks: number;
  readonly bds: number;
  /** DMA channels in each direction. */
  readonly channels: number;
  /** Dimensions of a buffer descriptor; on a shim tile the fourth is the repeat. */
  readonly bdDims: number;
  /** Largest size of the two innermost dimensions; the innermost in 32-bit words. */
  readonly maxSize: number;
  /** Largest stride, in 32-bit words. */
  readonly maxStride: number;
  /** Stream switch ports towards each side. */
  readonly ports: { readonly north: number; readonly south: number; readonly side: number };
}

const ROWS = 6;
const SHAPES: Record<string, { columns: number; blindColumns: number }> = {
  npu1_1col: { columns: 1, blindColumns: 0 },
  npu1_2col: { columns: 2, blindColumns: 0 },
  npu1_3col: { columns: 3, blindColumns: 0 },
  npu1_4col: { columns: 4, blindColumns: 0 },
  // The whole first generation has a column whose shim tile is not connected to memory.
  npu1: { columns: 5, blindColumns: 1 },
  npu2: { columns: 8, blindColumns: 0 },
};

/** Names of the devices. */
export const DEVICE_IDS: readonly string[] = Object.keys(SHAPES);

/** One NPU, or a partition of some of its columns. */
export class Device {
  readonly columns: number;
  readonly rows = ROWS;
  readonly #blindColumns: number;
  readonly #limits: Record<TileKind, TileLimits>;

  /** @throws {RangeError} for a device that is not known, naming those that are. */
  constructor(readonly id: string, readonly part: NpuPart = XDNA) {
    const shape = SHAPES[id];
    if (shape === undefined) {
      throw new RangeError(`device "${id}" is not known; use one of ${DEVICE_IDS.join(", ")}`);
    }
    this.columns = shape.columns;
    this.#blindColumns = shape.blindColumns;
    const v = (name: keyof NpuPart) => part[name].value;
    this.#limits = {
      shim: {
        memory: 0,
        locks: v("shimLocks"),
        bds: v("shimBds"),
        channels: v("shimChannels"),
        bdDims: 4,
        maxSize: 2 ** 10 - 1,
        maxStride: 2 ** 20,
        ports: { north: 6, south: 6, side: 4 },
      },
      mem: {
        memory: v("memMemory"),
        locks: v("memLocks"),
        bds: v("memBds"),
        channels: v("memChannels"),
        bdDims: 4,
        maxSize: 2 ** 10 - 1,
        maxStride: 2 ** 17,
        ports: { north: 6, south: 4, side: 0 },
      },
      core: {
        memory: v("coreMemory"),
        locks: v("coreLocks"),
        bds: v("coreBds"),
        channels: v("coreChannels"),
        bdDims: 3,
        maxSize: 2 ** 8 - 1,
        maxStride: 2 ** 13,
        ports: { north: 6, south: 4, side: 4 },
      },
    };
  }

  /** Whether the device has a tile there. */
  has({ col, row }: Coordinate): boolean {
    return Number.isInteger(col) && Number.isInteger(row) && col >= 0 && col < this.columns &&
      row >= 0 && row < this.rows;
  }

  /** What the tile is. @throws {RangeError} outside the array. */
  kind(at: Coordinate): TileKind {
    if (!this.has(at)) {
      throw new RangeError(
        `${this.id} has no tile ${place(at)}: columns 0-${this.columns - 1}, rows 0-${
          this.rows - 1
        }`,
      );
    }
    return at.row === 0 ? "shim" : at.row === 1 ? "mem" : "core";
  }

  /** What the tile has. */
  limits(at: Coordinate): TileLimits {
    return this.#limits[this.kind(at)];
  }

  /** Whether a shim tile has DMA channels to DDR. */
  reachesDdr(at: Coordinate): boolean {
    return this.kind(at) === "shim" && at.col >= this.#blindColumns;
  }

  /** All tiles of a kind, column by column, rows upward; shim tiles only where they reach DDR. */
  tiles(kind: TileKind): Coordinate[] {
    const found: Coordinate[] = [];
    for (let col = 0; col < this.columns; col++) {
      for (let row = 0; row < this.rows; row++) {
        const at = { col, row };
        if (this.kind(at) !== kind || (kind === "shim" && !this.reachesDdr(at))) continue;
        found.push(at);
      }
    }
    return found;
  }

  /** Whether the core (or DMA) of `tile` can use the memory of `memory` directly. */
  reachesMemory(tile: Coordinate, memory: Coordinate): boolean {
    const kind = this.kind(tile), other = this.kind(memory);
    if (kind === "shim" || kind !== other) return false;
    const dc = memory.col - tile.col, dr = memory.row - tile.row;
    if (dc === 0 && dr === 0) return true;
    if (kind === "mem") return dr === 0 && Math.abs(dc) === 1;
    return (dr === 0 && dc === -1) || (dc === 0 && Math.abs(dr) === 1);
  }
}

/** `(column, row)`, as designs write it. */
export function place({ col, row }: Coordinate): string {
  return `(${col}, ${row})`;
}
