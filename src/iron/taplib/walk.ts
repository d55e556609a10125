/**
 * How an access pattern walks over a tensor. The k-th access of a pattern touches element
 * `(offset + sum(index[d] * stride[d])) mod elements`, with the last dimension fastest.
 *
 * Most patterns never touch an element twice except by whole repeats (stride 0). For these the k of an
 * element does not depend on the order of visiting, so the loops are sorted by stride, which makes a
 * transposing pattern as cheap as a linear one. All others are walked access by access.
 */
import type { Ints } from "./validate.ts";

interface Loop {
  readonly size: number;
  readonly stride: number;
  /** How much k grows by one step of this loop. */
  readonly step: number;
}

/** A pattern's walk, prepared once. */
export interface Walk {
  readonly offset: number;
  readonly total: number;
  /** Number of accesses. */
  readonly accesses: number;
  /** In the pattern's own order; sizes of 1 left out and mergeable loops merged. */
  readonly loops: readonly Loop[];
  /** Loops by falling stride when no element is met twice except by whole repeats; else undefined. */
  readonly sorted: readonly Loop[] | undefined;
  /** Times that each element is met (product of the stride-0 sizes); with `sorted` only. */
  readonly repeats: number;
  /** What the last repeat adds to k; with `sorted` only. */
  readonly lastRepeat: number;
}

/** Prepares the walk of a pattern over `total` elements. */
export function walkOf(offset: number, sizes: Ints, strides: Ints, total: number): Walk {
  const loops: Loop[] = [];
  let step = 1;
  for (let dim = sizes.length - 1; dim >= 0; dim--) {
    const size = sizes[dim], stride = strides[dim];
    if (size > 1) {
      const inner = loops[0];
      const merges = inner !== undefined && stride === inner.stride * inner.size;
      if (merges) loops[0] = { size: size * inner.size, stride: inner.stride, step: inner.step };
      else loops.unshift({ size, stride, step });
    }
    step *= size;
  }
  let repeats = 1, lastRepeat = 0, span = 0, injective = true;
  const moving = loops.filter((loop) => loop.stride > 0).sort((a, b) => a.stride - b.stride);
  for (const loop of moving) {
    injective &&= loop.stride > span;
    span += loop.stride * (loop.size - 1);
  }
  for (const loop of loops) {
    if (loop.stride > 0) continue;
    repeats *= loop.size;
    lastRepeat += loop.step * (loop.size - 1);
  }
  // Also modulo the tensor: a walk that spans less than all of it wraps into its own gap.
  const sorted = injective && span < total ? moving.reverse() : undefined;
  return { offset, total, accesses: step, loops, sorted, repeats, lastRepeat };
}

/** Calls `run(first, firstK)` for each innermost run of `loops`; returns the innermost loop. */
function runs(walk: Walk, loops: readonly Loop[], run: (first: number, k: number) => void): void {
  const outer = loops.length - 1;
  if (outer <= 0) return run(walk.offset, 0);
  const index = new Array<number>(outer).fill(0);
  let at = walk.offset, k = 0;
  for (;;) {
    run(at, k);
    let dim = outer - 1;
    for (;; dim--) {
      if (dim < 0) return;
      const { size, stride, step } = loops[dim];
      at += stride;
      k += step;
      if (++index[dim] < size) break;
      index[dim] = 0;
      at -= stride * size;
      k -= step * size;
    }
  }
}

const ONCE: Loop = { size: 1, stride: 1, step: 1 };

/**
 * Calls `part(first, size, skipped)` for a run of a sorted walk, or for its two parts if it leaves the
 * tensor in between. Sorted walks begin inside the tensor and span less than it, so they leave it once.
 */
function inside(
  at: number,
  size: number,
  stride: number,
  total: number,
  part: (first: number, size: number, skipped: number) => void,
): void {
  if (at >= total) return part(at - total, size, 0);
  if (at + (size - 1) * stride < total) return part(at, size, 0);
  const before = Math.ceil((total - at) / stride);
  part(at, before, 0);
  part(at + before * stride - total, size - before, before);
}

/** Calls `visit(element, k)` for every access, in order of k. */
export function visitAccesses(walk: Walk, visit: (element: number, k: number) => void): void {
  const { size, stride } = walk.loops[walk.loops.length - 1] ?? ONCE;
  const { total } = walk;
  runs(walk, walk.loops, (first, k) => {
    for (let i = 0, at = first; i < size; i++, at += stride) visit(at % total, k + i);
  });
}

/** Whether each element is met, and each equally often. */
export function coversAll(walk: Walk): boolean {
  return walk.sorted !== undefined && walk.accesses === walk.total * walk.repeats;
}

/** Writes each touched element's last k into `order`. */
export function writeOrder(walk: Walk, order: Int32Array): void {
  const { sorted, loops, total, lastRepeat } = walk;
  const { size, stride, step } = (sorted ?? loops).at(-1) ?? ONCE;
  if (sorted !== undefined) {
    return runs(
      walk,
      sorted,
      (at, k) =>
        inside(
          at,
          size,
          stride,
          total,
          (first, n, skipped) =>
            numberRun(order, first, n, stride, k + lastRepeat + skipped * step, step),
        ),
    );
  }
  runs(walk, loops, (at, k) => {
    const start = at % total;
    if (start + (size - 1) * stride < total) numberRun(order, start, size, stride, k, 1);
    else for (let i = 0; i < size; i++, at += stride) order[at % total] = k + i;
  });
}

// The innermost loops are functions of their own so that each is compiled for whole numbers only.
function numberRun(
  map: Int32Array,
  at: number,
  size: number,
  stride: number,
  k: number,
  step: number,
): void {
  const end = at + size * stride;
  if (stride === 0) map[at] = k + (size - 1) * step;
  else if (stride === 1) { for (; at < end; at++, k += step) map[at] = k; }
  else for (; at < end; at += stride, k += step) map[at] = k;
}

function countRun(map: Int32Array, at: number, size: number, stride: number, by: number): void {
  const end = at + size * stride;
  if (stride === 0) map[at] += by * size;
  else if (stride === 1) { for (; at < end; at++) map[at] += by; }
  else for (; at < end; at += stride) map[at] += by;
}

/** Adds each element's number of accesses to `count`. */
export function addCount(walk: Walk, count: Int32Array): void {
  const { sorted, loops, total, repeats } = walk;
  const { size, stride } = (sorted ?? loops).at(-1) ?? ONCE;
  if (sorted !== undefined) {
    return runs(
      walk,
      sorted,
      (at) =>
        inside(at, size, stride, total, (first, n) => countRun(count, first, n, stride, repeats)),
    );
  }
  runs(walk, loops, (at) => {
    const start = at % total;
    if (start + (size - 1) * stride < total) countRun(count, start, size, stride, 1);
    else for (let i = 0; i < size; i++, at += stride) count[at % total]++;
  });
}

/**
 * Adds `last k + add` to each touched element of `sum`, once per element; returns the largest sum
 * among those touched. `scratch` gives a map of the tensor's size filled with -1 and is left so.
 */
export function addOrder(
  walk: Walk,
  sum: Int32Array,
  add: number,
  scratch: () => Int32Array,
): number {
  let largest = 0;
  if (walk.sorted === undefined) {
    const lastK = scratch();
    visitAccesses(walk, (at, k) => lastK[at] = k);
    visitAccesses(walk, (at) => {
      if (lastK[at] < 0) return;
      sum[at] += lastK[at] + add;
      lastK[at] = -1;
      if (sum[at] > largest) largest = sum[at];
    });
    return largest;
  }
  const { size, stride, step } = walk.sorted[walk.sorted.length - 1] ?? ONCE;
  const last = walk.lastRepeat + add;
  runs(
    walk,
    walk.sorted,
    (from, k0) =>
      inside(from, size, stride, walk.total, (first, n, skipped) => {
        const end = first + n * stride;
        for (let at = first, k = k0 + last + skipped * step; at < end; at += stride, k += step) {
          const now = sum[at] += k;
          if (now > largest) largest = now;
        }
      }),
  );
  return largest;
}

/** Whether two walks touch the same flat elements in the same order, whatever their tensors' shapes. */
export function sameStream(a: Walk, b: Walk): boolean {
  if (a.accesses !== b.accesses) return false;
  const chunk = Math.min(a.accesses, 1 << 12);
  const left = stream(a, chunk), right = stream(b, chunk);
  for (;;) {
    const x = left.next().value, y = right.next().value;
    if (x === undefined || y === undefined) return x === y;
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  }
}

/** The walk's elements in order, in chunks; the same array is filled again each time. */
function* stream(walk: Walk, chunk: number): Generator<Float64Array, undefined> {
  const { loops, total } = walk;
  const buffer = new Float64Array(chunk);
  const index = new Array<number>(loops.length).fill(0);
  let at = walk.offset, filled = 0;
  for (let k = 0; k < walk.accesses; k++) {
    buffer[filled++] = at % total;
    if (filled === chunk) {
      yield buffer;
      filled = 0;
    }
    for (let dim = loops.length - 1; dim >= 0; dim--) {
      at += loops[dim].stride;
      if (++index[dim] < loops[dim].size) break;
      index[dim] = 0;
      at -= loops[dim].stride * loops[dim].size;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
  return undefined;
}
