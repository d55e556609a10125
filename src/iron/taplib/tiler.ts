import { TensorAccessPattern, Tiled } from "./pattern.ts";
import { type TensorAccessSequence, tiledSequence } from "./sequence.ts";
import { cleanStrides, type Ints, tensorDims } from "./validate.ts";

/** Options of every tiler. Pairs are [height, width]; a single number n means [1, n]. */
export interface SimpleTilerOptions {
  /** The tensor, in elements. */
  readonly tensorDims: readonly number[];
  /** One tile, in elements (default: the whole tensor). Must divide the tensor. */
  readonly tileDims?: readonly number[] | undefined;
  /** Walk the elements of a tile column by column. */
  readonly tileColMajor?: boolean | undefined;
  /** Give the tiles (or groups) column by column. */
  readonly iterColMajor?: boolean | undefined;
  /** Repeat each pattern this many times. */
  readonly patternRepeat?: number | undefined;
}

/** Options of `groupTiler`: several neighbouring tiles in one pattern. */
export interface GroupTilerOptions extends SimpleTilerOptions {
  /** Elements of a tile, slowest dimension first. */
  readonly tileDims: readonly number[];
  /** Tiles in a group (default [1, 1]). */
  readonly tileGroupDims?: readonly number[] | undefined;
  /** Walk the tiles of a group column by column. */
  readonly tileGroupColMajor?: boolean | undefined;
  /** Let groups at the tensor's edge be smaller. */
  readonly allowPartial?: boolean | undefined;
}

/** Options of `stepTiler`: groups whose tiles lie `tileGroupSteps` tiles apart. */
export interface StepTilerOptions extends SimpleTilerOptions {
  /** Elements of a tile, slowest dimension first. */
  readonly tileDims: readonly number[];
  /** Tiles in a group. */
  readonly tileGroupRepeats: readonly number[];
  /** Distance between a group's tiles, in tiles (default [1, 1]: neighbours). */
  readonly tileGroupSteps?: readonly number[] | undefined;
  /** Walk the tiles of a group column by column. */
  readonly tileGroupColMajor?: boolean | undefined;
  /** Let groups at the tensor's edge be smaller. */
  readonly allowPartial?: boolean | undefined;
}

const HEIGHT = 0, WIDTH = 1;

/**
 * Generates the access patterns that tile a matrix (chapter 7, section 7.7.3.2). Every tiler gives
 * one pattern per tile or group, as a sequence.
 * @throws {RangeError} for tensors that are not 2-D, tiles or groups that do not divide the tensor
 * (groups may, with `allowPartial`), or a repeat for which the pattern has no dimension left.
 * @throws {TypeError} for arguments of the wrong type.
 */
export class TensorTiler2D {
  constructor() {
    throw new TypeError(
      "TensorTiler2D only has static methods: simpleTiler, groupTiler, stepTiler",
    );
  }

  /** One pattern per tile. */
  static simpleTiler(options: SimpleTilerOptions): TensorAccessSequence {
    given("simpleTiler", options, { tileGroupDims: 1, tileGroupRepeats: 1, tileGroupSteps: 1 });
    const tileDims = options.tileDims ?? options.tensorDims;
    return tile({ ...options, tileDims, tileGroupRepeats: [1, 1], tileGroupSteps: [1, 1] });
  }

  /** One pattern per group of neighbouring tiles. */
  static groupTiler(options: GroupTilerOptions): TensorAccessSequence {
    given("groupTiler", options, { tileGroupRepeats: 1, tileGroupSteps: 1 });
    const tileGroupRepeats = options.tileGroupDims ?? [1, 1];
    return tile({ ...options, tileGroupRepeats, tileGroupSteps: [1, 1] });
  }

  /** One pattern per group of tiles that lie some steps apart. */
  static stepTiler(options: StepTilerOptions): TensorAccessSequence {
    given("stepTiler", options, { tileGroupDims: 1 });
    return tile(options);
  }
}

/** Refuses a group option that the tiler at hand has not; its neutral value is let through. */
function given(tiler: string, options: object, foreign: Record<string, number>): void {
  if (options === null || typeof options !== "object") {
    throw new TypeError(`${tiler}: expected an object of options`);
  }
  for (const [name, neutral] of Object.entries(foreign)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || value === null) continue;
    if (Array.isArray(value) && value.every((each) => each === neutral)) continue;
    throw new TypeError(`${tiler} has no option ${name}; use groupTiler or stepTiler`);
  }
}

/** One dimension's plan: how many tiles, in groups of how many, how far apart. */
interface Plan {
  readonly tiles: number;
  readonly repeats: number;
  readonly steps: number;
  /** Patterns along this dimension. */
  readonly patterns: number;
}

const NAMES = ["height", "width"];

function plan(dim: number, T: Ints, t: Ints, r: Ints, s: Ints, allowPartial: boolean): Plan {
  const tiles = T[dim] / t[dim];
  const where = `${NAMES[dim]} ${T[dim]}`;
  if (!allowPartial && T[dim] % (t[dim] * r[dim] * s[dim]) !== 0) {
    throw new RangeError(
      `tile groups of ${t[dim]} x ${r[dim]} x ${s[dim]} do not divide the tensor's ${where}; ` +
        "use allowPartial for smaller groups at the edge",
    );
  }
  const repeats = Math.min(r[dim], Math.ceil(tiles / s[dim]));
  const steps = s[dim] > tiles ? 1 : s[dim];
  const block = steps * repeats;
  const full = Math.floor(tiles / block);
  const left = tiles - block * full;
  const leftBlock = steps * Math.floor(left / steps);
  const partial = leftBlock > 0 ? Math.floor(left / leftBlock) * steps : left;
  return { tiles, repeats, steps, patterns: full * steps + partial };
}

function flag(name: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw new TypeError(`${name}: expected true or false, got ${String(value)}`);
}

function tile(options: StepTilerOptions): TensorAccessSequence {
  const T = tensorDims("tensorDims", options.tensorDims, 2);
  const t = tensorDims("tileDims", options.tileDims, 2);
  const r = tensorDims("tileGroupRepeats", options.tileGroupRepeats, 2);
  const s = tensorDims("tileGroupSteps", options.tileGroupSteps ?? [1, 1], 2);
  const repeat = options.patternRepeat ?? 1;
  const tileColMajor = flag("tileColMajor", options.tileColMajor);
  const groupColMajor = flag("tileGroupColMajor", options.tileGroupColMajor);
  const iterColMajor = flag("iterColMajor", options.iterColMajor);
  const allowPartial = flag("allowPartial", options.allowPartial);
  for (const dim of [HEIGHT, WIDTH]) {
    if (T[dim] % t[dim] !== 0) {
      throw new RangeError(`the tensor's ${NAMES[dim]} ${T[dim]} is not a multiple of ${t[dim]}`);
    }
  }
  if (typeof repeat !== "number" || !Number.isSafeInteger(repeat)) {
    throw new TypeError(`patternRepeat: expected an integer, got ${String(repeat)}`);
  }
  if (repeat < 1) throw new RangeError(`patternRepeat: expected at least 1, got ${repeat}`);
  const rows = plan(HEIGHT, T, t, r, s, allowPartial);
  const columns = plan(WIDTH, T, t, r, s, allowPartial);

  const down = groups(rows), across = groups(columns);
  const walks: { sizes: Ints; strides: Ints }[] = [];
  // All groups but those at the edges walk alike.
  const walkOf = (y: Group, x: Group) => {
    const id = y.kind * across.length + x.kind;
    let walk = walks[id];
    if (walk === undefined) {
      const { sizes, strides } = group(T, t, y, x, tileColMajor, groupColMajor, repeat);
      walk = { sizes: Object.freeze(sizes), strides: Object.freeze(strides) };
      walks[id] = walk;
    }
    return walk;
  };
  const patterns: TensorAccessPattern[] = [];
  const add = (y: Group, x: Group) => {
    const { sizes, strides } = walkOf(y, x);
    const offset = y.first * t[0] * T[1] + x.first * t[1];
    patterns.push(new TensorAccessPattern(new Tiled(T, offset, sizes, strides)));
  };
  if (iterColMajor) { for (const x of across) for (const y of down) add(y, x); }
  else for (const y of down) for (const x of across) add(y, x);
  return tiledSequence(T, patterns);
}

interface Steps {
  readonly repeats: number;
  readonly steps: number;
}

/** The i-th group of tiles along a dimension. */
interface Group extends Steps {
  /** Its first tile. */
  readonly first: number;
  /** Equal for groups of equal steps and repeats. */
  readonly kind: number;
}

/** The groups along a dimension: where each begins, and what still fits from there on. */
function groups({ tiles, repeats, steps, patterns }: Plan): Group[] {
  const kinds: number[] = [];
  return Array.from({ length: patterns }, (_, i) => {
    const first = Math.floor(i / steps) * steps * repeats + i % steps;
    const left = tiles - first;
    const fits = Math.min(repeats, Math.ceil(left / steps)), apart = steps > left ? 1 : steps;
    const both = fits * (tiles + 1) + apart;
    let kind = kinds.indexOf(both);
    if (kind < 0) kind = kinds.push(both) - 1;
    return { first, kind, repeats: fits, steps: apart };
  });
}

/** Sizes and strides of one group of tiles. */
function group(
  T: Ints,
  t: Ints,
  rows: Steps,
  columns: Steps,
  tileColMajor: boolean,
  groupColMajor: boolean,
  patternRepeat: number,
): { sizes: Ints; strides: Ints } {
  let [height, width] = t;
  let down = rows.repeats, across = columns.repeats;
  // Tiles that follow each other in the walk's own direction are one longer tile.
  if (groupColMajor && rows.steps === 1 && down > 1 && !tileColMajor) {
    height *= down;
    down = 1;
  } else if (!groupColMajor && columns.steps === 1 && across > 1 && tileColMajor) {
    width *= across;
    across = 1;
  }
  const sizes = tileColMajor ? [1, 1, width, height] : [1, 1, height, width];
  const strides = tileColMajor ? [0, 0, 1, T[1]] : [0, 0, T[1], 1];
  const groups: [number, number][] = [];
  if (down > 1) groups.push([down, T[1] * height * rows.steps]);
  if (across > 1) groups.push([across, width * columns.steps]);
  if (groupColMajor) groups.reverse();
  groups.forEach(([size, stride], i) => {
    sizes[2 - groups.length + i] = size;
    strides[2 - groups.length + i] = stride;
  });
  // Cleaned before the repeat takes the first dimension: the strides behind it stay 0.
  const clean = cleanStrides(sizes, strides);
  if (patternRepeat !== 1) {
    if (sizes[0] !== 1 || clean[0] !== 0) {
      throw new RangeError(
        `patternRepeat ${patternRepeat}: sizes [${sizes}] have no dimension left for a repeat`,
      );
    }
    sizes[0] = patternRepeat;
  }
  return { sizes, strides: clean };
}
