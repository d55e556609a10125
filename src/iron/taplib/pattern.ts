import {
  cleanStrides,
  elements,
  offsetInside,
  sizesOf,
  stridesOf,
  tensorDims,
} from "./validate.ts";
import { addCount, coversAll, sameStream, type Walk, walkOf, writeOrder } from "./walk.ts";

/** A map over a tensor: `data` is row-major and has the product of `shape` elements. */
export interface AccessMap {
  /** The tensor's dimensions, slowest first. */
  readonly shape: readonly number[];
  /** A number per element: the place in the order of access, or how often it is accessed. */
  readonly data: Int32Array;
}

/** What makes an access pattern. Sizes and strides are in elements, the slowest dimension first. */
export interface TensorAccessPatternOptions {
  /** The tensor's dimensions, slowest first; `[n]` is taken as `[1, n]`. */
  readonly tensorDims: readonly number[];
  /** Element at which the pattern starts, row-major. */
  readonly offset: number;
  /** Number of steps in each dimension of the walk; any number of dimensions. */
  readonly sizes: readonly number[];
  /** Elements between steps of each dimension; 0 repeats. */
  readonly strides: readonly number[];
}

/** A map of `shape`, filled with `value`. @throws {RangeError} if it would not fit an Int32Array. */
export function emptyMap(shape: readonly number[], value: 0 | -1): AccessMap {
  const total = elements(shape);
  if (total > 2 ** 31) {
    throw new RangeError(`an access map of ${total} elements ([${shape}]) is too large`);
  }
  const data = new Int32Array(total);
  if (value !== 0) data.fill(value);
  return { shape, data };
}

/** What a tiler has made: checked, cleaned and frozen, so that it need not be again. @internal */
export class Tiled implements TensorAccessPatternOptions {
  constructor(
    readonly tensorDims: readonly number[],
    readonly offset: number,
    readonly sizes: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** What a user has given, checked and cleaned. */
class Given extends Tiled {}

function checked(options: TensorAccessPatternOptions): Given {
  const dims = tensorDims("tensorDims", options.tensorDims);
  const offset = offsetInside(options.offset, elements(dims));
  const sizes = Object.freeze([...sizesOf(options.sizes)]);
  const strides = Object.freeze(cleanStrides(sizes, stridesOf(options.strides)));
  return new Given(dims, offset, sizes, strides);
}

let tiled: (pattern: TensorAccessPattern) => boolean;

/** Whether a tiler made this very pattern. @internal */
export function isTiled(pattern: TensorAccessPattern): boolean {
  return tiled(pattern);
}

/**
 * One walk over a tensor: an offset, sizes and strides (chapter 7, section 7.5.0.5). Immutable.
 *
 * Element of the k-th access: `(offset + sum(index[d] * strides[d])) mod elements`, row-major over
 * the box of `sizes`; a pattern that leaves the tensor wraps and is no error. Strides of leading
 * dimensions of size 1 read as 0 whatever was given.
 *
 * @throws {RangeError} for an empty or non-positive tensor dimension, an offset outside the tensor,
 * a size < 1, a stride < 0, or sizes and strides of different lengths.
 * @throws {TypeError} for something that is not a list of integers.
 */
export class TensorAccessPattern {
  /** What was given, checked and cleaned; a tiler's own object where one made the pattern. */
  readonly #is: Tiled;
  #walk: Walk | undefined;

  static {
    tiled = (pattern) => !(pattern.#is instanceof Given);
  }

  constructor(options: TensorAccessPatternOptions) {
    if (options === null || typeof options !== "object") {
      throw new TypeError("TensorAccessPattern: expected {tensorDims, offset, sizes, strides}");
    }
    this.#is = options instanceof Tiled ? options : checked(options);
  }

  /** The tensor's dimensions, slowest first; at least two. */
  get tensorDims(): readonly number[] {
    return this.#is.tensorDims;
  }

  /** The first element, row-major. */
  get offset(): number {
    return this.#is.offset;
  }

  /** Steps of each dimension of the walk, the slowest first. */
  get sizes(): readonly number[] {
    return this.#is.sizes;
  }

  /** Elements between steps, the slowest dimension first; cleaned. */
  get strides(): readonly number[] {
    return this.#is.strides;
  }

  /** The walk over the tensor, prepared once; see walk.ts. */
  get walk(): Walk {
    return this.#walk ??= walkOf(
      this.#is.offset,
      this.#is.sizes,
      this.#is.strides,
      elements(this.#is.tensorDims),
    );
  }

  /** `[size, stride]` of each dimension, the slowest first. */
  get transformationDims(): [number, number][] {
    return this.sizes.map((size, dim) => [size, this.strides[dim]]);
  }

  /** For each element the number of its last access, counted from 0; -1 where never accessed. */
  accessOrder(): AccessMap {
    const map = emptyMap(this.tensorDims, coversAll(this.walk) ? 0 : -1);
    writeOrder(this.walk, map.data);
    return map;
  }

  /** For each element how often it is accessed. */
  accessCount(): AccessMap {
    const map = emptyMap(this.tensorDims, 0);
    if (coversAll(this.walk)) map.data.fill(this.walk.repeats);
    else addCount(this.walk, map.data);
    return map;
  }

  /** Both maps. */
  accesses(): { order: AccessMap; count: AccessMap } {
    return { order: this.accessOrder(), count: this.accessCount() };
  }

  /** Strict equality: the same tensor, offset, sizes and (cleaned) strides. */
  equals(other: unknown): boolean {
    return other instanceof TensorAccessPattern && this.offset === other.offset &&
      sameInts(this.tensorDims, other.tensorDims) && sameInts(this.sizes, other.sizes) &&
      sameInts(this.strides, other.strides);
  }

  /**
   * Whether both touch the same flat elements in the same order. Shapes of the tensors do not
   * matter (a 4x4 and a 2x8 walk may agree); numbers of accesses do.
   * @throws {TypeError} if `other` is no TensorAccessPattern.
   */
  compareAccessOrders(other: TensorAccessPattern): boolean {
    if (!(other instanceof TensorAccessPattern)) {
      throw new TypeError(`compareAccessOrders: expected a TensorAccessPattern, got ${other}`);
    }
    return sameStream(this.walk, other.walk);
  }

  /** Access equivalence (section 7.5.0.5): equal order and count maps, over tensors of equal dims. */
  accessEquivalent(other: TensorAccessPattern): boolean {
    if (!(other instanceof TensorAccessPattern)) {
      throw new TypeError(`accessEquivalent: expected a TensorAccessPattern, got ${other}`);
    }
    if (!sameInts(this.tensorDims, other.tensorDims)) return false;
    if (sameStream(this.walk, other.walk)) return true;
    return sameInts(this.accessOrder().data, other.accessOrder().data) &&
      sameInts(this.accessCount().data, other.accessCount().data);
  }

  toString(): string {
    return `TensorAccessPattern((${this.tensorDims.join(", ")}) offset=${this.offset}, ` +
      `sizes=[${this.sizes.join(", ")}], strides=[${this.strides.join(", ")}])`;
  }
}

/** Equal lengths and elements. */
export function sameInts(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
