/** Checks and cleaning shared by patterns, sequences and tilers. */

/** A list of whole numbers as callers may give it. */
export type Ints = readonly number[];

function list(what: string, values: unknown): Ints {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) {
    throw new TypeError(`${what}: expected a list of integers, got ${String(values)}`);
  }
  const items = Array.from(values as ArrayLike<unknown>);
  for (const value of items) {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      throw new TypeError(`${what}: expected integers, got ${String(value)}`);
    }
  }
  return items as number[];
}

/**
 * Tensor dimensions, checked and copied. One dimension is promoted to `[1, n]`, so that every
 * vector is also a matrix of one row. With `rank`, any other rank is refused.
 */
export function tensorDims(what: string, dims: unknown, rank?: number): Ints {
  const given = list(what, dims);
  if (given.length === 0) throw new RangeError(`${what}: expected at least one dimension, got []`);
  for (const dim of given) {
    if (dim < 1) throw new RangeError(`${what}: every dimension must be >= 1, got [${given}]`);
  }
  const promoted = given.length === 1 ? [1, given[0]] : given;
  if (rank !== undefined && promoted.length !== rank) {
    throw new RangeError(`${what}: expected ${rank} dimensions, got [${given}]`);
  }
  return Object.freeze([...promoted]);
}

/** The number of elements of a tensor. */
export function elements(dims: Ints): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** An offset inside a tensor of `total` elements. */
export function offsetInside(offset: unknown, total: number): number {
  if (typeof offset !== "number" || !Number.isSafeInteger(offset)) {
    throw new TypeError(`offset: expected an integer, got ${String(offset)}`);
  }
  if (offset < 0 || offset >= total) {
    throw new RangeError(`offset: expected 0 to ${total - 1} (the tensor's last), got ${offset}`);
  }
  return offset;
}

/** Sizes: at least one, each >= 1. */
export function sizesOf(sizes: unknown): Ints {
  const given = list("sizes", sizes);
  if (given.length === 0) throw new RangeError("sizes: expected at least one size, got []");
  for (const size of given) {
    if (size < 1) throw new RangeError(`sizes: every size must be >= 1, got [${given}]`);
  }
  return given;
}

/** Strides: at least one, each >= 0. */
export function stridesOf(strides: unknown): Ints {
  const given = list("strides", strides);
  if (given.length === 0) throw new RangeError("strides: expected at least one stride, got []");
  for (const stride of given) {
    if (stride < 0) throw new RangeError(`strides: every stride must be >= 0, got [${given}]`);
  }
  return given;
}

/**
 * Strides with those of the leading dimensions of size 1 set to 0, up to the first larger size. The
 * last stride is never touched, nor is a size-1 dimension behind a larger one: strict equality of
 * patterns depends on exactly this.
 */
export function cleanStrides(sizes: Ints, strides: Ints): Ints {
  if (sizes.length !== strides.length) {
    throw new RangeError(
      `sizes and strides: expected equal lengths, got ${sizes.length} and ${strides.length}`,
    );
  }
  const clean = [...strides];
  for (let dim = 0; dim < sizes.length - 1 && sizes[dim] === 1; dim++) clean[dim] = 0;
  return clean;
}
