import { type AccessMap, emptyMap, sameInts, TensorAccessPattern } from "./pattern.ts";
import {
  cleanStrides,
  elements,
  offsetInside,
  sizesOf,
  stridesOf,
  tensorDims,
} from "./validate.ts";
import { addCount, addOrder } from "./walk.ts";

type Ints = readonly number[];
/** From a step (0-based) and the value of the step before (the default, if any, at step 0). */
export type StepFunction<T> = (step: number, previous: T | undefined) => T;

/** What makes a sequence: for each of offset, sizes and strides a constant, a function, or both. */
export interface TensorAccessSequenceOptions {
  /** The tensor's dimensions, slowest first. */
  readonly tensorDims: Ints;
  /** Number of patterns. */
  readonly numSteps: number;
  /** First element of every pattern, or of step 0. */
  readonly offset?: number | undefined;
  /** Sizes of every pattern in elements, slowest first, or of step 0. */
  readonly sizes?: Ints | undefined;
  /** Strides of every pattern in elements, slowest first, or of step 0. */
  readonly strides?: Ints | undefined;
  /** First element of each step. */
  readonly offsetFn?: StepFunction<number> | undefined;
  /** Sizes of each step. */
  readonly sizesFn?: StepFunction<Ints> | undefined;
  /** Strides of each step. */
  readonly stridesFn?: StepFunction<Ints> | undefined;
}

/** A sequence of what a tiler made: patterns over these very dimensions. @internal */
export let tiledSequence: (
  tensorDims: Ints,
  patterns: TensorAccessPattern[],
) => TensorAccessSequence;

/**
 * A list of access patterns over tensors of equal dimensions (chapter 7, section 7.5.0.5). It
 * behaves as a list: iterable, indexed from either end, and changed in place.
 * @throws {RangeError} for a negative number of steps, values given for an empty sequence, a value
 * that is neither given nor computed, or a pattern over other dimensions than the rest.
 */
export class TensorAccessSequence implements Iterable<TensorAccessPattern> {
  /** The dimensions of every pattern's tensor, slowest first. */
  readonly tensorDims: readonly number[];
  #patterns: TensorAccessPattern[] = [];

  static {
    tiledSequence = (tensorDims, patterns) => {
      const sequence = new TensorAccessSequence({ tensorDims, numSteps: 0 });
      sequence.#patterns = patterns;
      return sequence;
    };
  }

  constructor(options: TensorAccessSequenceOptions) {
    const { numSteps, offsetFn, sizesFn, stridesFn } = options;
    this.tensorDims = tensorDims("tensorDims", options.tensorDims);
    let { offset, sizes, strides } = options;
    if (offset !== undefined) offset = offsetInside(offset, elements(this.tensorDims));
    if (sizes !== undefined) sizes = sizesOf(sizes);
    if (strides !== undefined) strides = stridesOf(strides);
    if (sizes !== undefined && strides !== undefined) strides = cleanStrides(sizes, strides);
    if (!Number.isSafeInteger(numSteps)) {
      throw new TypeError(`numSteps: expected an integer, got ${String(numSteps)}`);
    }
    if (numSteps < 0) throw new RangeError(`numSteps: expected at least 0, got ${numSteps}`);
    const parts = {
      offset: [offset, offsetFn],
      sizes: [sizes, sizesFn],
      strides: [strides, stridesFn],
    };
    for (const [name, [value, fn]] of Object.entries(parts)) {
      if (fn !== undefined && typeof fn !== "function") {
        throw new TypeError(`${name}Fn: expected a function, got ${String(fn)}`);
      }
      if (numSteps === 0 && (value !== undefined || fn !== undefined)) {
        throw new RangeError(`${name}: given, but a sequence of 0 steps uses no value`);
      }
      if (numSteps > 0 && value === undefined && fn === undefined) {
        throw new RangeError(`${name}: expected a value or ${name}Fn, got neither`);
      }
    }
    for (let step = 0; step < numSteps; step++) {
      if (offsetFn !== undefined) offset = offsetFn(step, offset);
      if (sizesFn !== undefined) sizes = sizesFn(step, sizes);
      if (stridesFn !== undefined) strides = stridesFn(step, strides);
      this.#patterns.push(
        new TensorAccessPattern({
          tensorDims: this.tensorDims,
          offset: offset as number,
          sizes: sizes as Ints,
          strides: strides as Ints,
        }),
      );
    }
  }

  /** A sequence of given patterns. @throws {RangeError} for none, or for differing tensor dims. */
  static fromPatterns(patterns: Iterable<TensorAccessPattern>): TensorAccessSequence {
    const given = [...patterns];
    if (given.length === 0) {
      throw new RangeError("fromPatterns: expected at least one TensorAccessPattern, got none");
    }
    if (!(given[0] instanceof TensorAccessPattern)) {
      throw new TypeError(`fromPatterns: expected TensorAccessPatterns, got ${String(given[0])}`);
    }
    const sequence = new TensorAccessSequence({ tensorDims: given[0].tensorDims, numSteps: 0 });
    sequence.extend(given);
    return sequence;
  }

  /** Number of patterns. */
  get length(): number {
    return this.#patterns.length;
  }

  [Symbol.iterator](): Iterator<TensorAccessPattern> {
    return this.#patterns[Symbol.iterator]();
  }

  /** The pattern at `index`, negative from the end. @throws {RangeError} outside the sequence. */
  at(index: number): TensorAccessPattern {
    return this.#patterns[this.#inside(index)];
  }

  /** The patterns from `start` to before `end`: a plain array, not a sequence. */
  slice(start?: number, end?: number): TensorAccessPattern[] {
    return this.#patterns.slice(start, end);
  }

  /** Whether a strictly equal pattern is in the sequence. */
  includes(pattern: TensorAccessPattern): boolean {
    return this.indexOf(pattern) >= 0;
  }

  /** Place of the first strictly equal pattern, or -1. */
  indexOf(pattern: TensorAccessPattern): number {
    return this.#patterns.findIndex((each) => each.equals(pattern));
  }

  /** How many strictly equal patterns there are. */
  countOf(pattern: TensorAccessPattern): number {
    return this.#patterns.filter((each) => each.equals(pattern)).length;
  }

  /** Puts another pattern at `index`, negative from the end. */
  set(index: number, pattern: TensorAccessPattern): void {
    this.#patterns[this.#inside(index)] = this.#matching(pattern);
  }

  /** Puts a pattern before `index`; an index beyond an end means that end. */
  insert(index: number, pattern: TensorAccessPattern): void {
    this.#patterns.splice(index, 0, this.#matching(pattern));
  }

  /** Appends a pattern. */
  push(pattern: TensorAccessPattern): void {
    this.#patterns.push(this.#matching(pattern));
  }

  /** Appends several patterns; none if one of them does not match. */
  extend(patterns: Iterable<TensorAccessPattern>): void {
    // Checked as a whole before any is taken; not spread as arguments, of which a stack holds few.
    const matching = Array.from(patterns, (each) => this.#matching(each));
    this.#patterns = this.#patterns.concat(matching);
  }

  /** Removes and returns the pattern at `index` (default: the last). */
  pop(index = -1): TensorAccessPattern {
    return this.#patterns.splice(this.#inside(index), 1)[0];
  }

  /** Removes the first strictly equal pattern. @throws {RangeError} if there is none. */
  remove(pattern: TensorAccessPattern): void {
    const index = this.indexOf(pattern);
    if (index < 0) throw new RangeError(`remove: ${pattern} is not in the sequence`);
    this.#patterns.splice(index, 1);
  }

  /** Turns the order round, in place. */
  reverse(): void {
    this.#patterns.reverse();
  }

  /** The same patterns in the same order. */
  equals(other: unknown): boolean {
    return other instanceof TensorAccessSequence && this.length === other.length &&
      this.#patterns.every((pattern, i) => pattern.equals(other.#patterns[i]));
  }

  /** Whether both have as many patterns and these pairwise walk the same elements in the same order. */
  compareAccessOrders(other: TensorAccessSequence): boolean {
    if (!(other instanceof TensorAccessSequence)) {
      throw new TypeError(`compareAccessOrders: expected a TensorAccessSequence, got ${other}`);
    }
    return this.length === other.length &&
      this.#patterns.every((pattern, i) => pattern.compareAccessOrders(other.#patterns[i]));
  }

  /** Times that each element is accessed by all patterns together. */
  accessCount(): AccessMap {
    const map = emptyMap(this.tensorDims, 0);
    for (const pattern of this.#patterns) addCount(pattern.walk, map.data);
    return map;
  }

  /**
   * For each element when it is accessed, -1 for never. Numbering goes on from pattern to pattern.
   * An element that several patterns access gets the SUM of their numbers (each counted from 1),
   * not the last, and later numbering starts behind that sum: the published library does so.
   */
  accessOrder(): AccessMap {
    const map = emptyMap(this.tensorDims, 0);
    let scratch: Int32Array | undefined, highest = 0;
    const lastK = () => scratch ??= emptyMap(this.tensorDims, -1).data;
    for (const pattern of this.#patterns) {
      highest = Math.max(highest, addOrder(pattern.walk, map.data, highest + 1, lastK));
    }
    const { data } = map;
    for (let i = 0; i < data.length; i++) data[i]--;
    return map;
  }

  /**
   * The maps of an animation: first nothing accessed, then each pattern's own maps, with the
   * milliseconds between frames.
   */
  frames(): { intervalMs: number; frames: { order: AccessMap; count: AccessMap }[] } {
    const start = { order: emptyMap(this.tensorDims, -1), count: emptyMap(this.tensorDims, 0) };
    const frames = [start, ...this.#patterns.map((pattern) => pattern.accesses())];
    return { intervalMs: Math.max(400, 100 + 5 * frames.length), frames };
  }

  toString(): string {
    return `TensorAccessSequence(${this.#patterns.join(", ")})`;
  }

  #inside(index: number): number {
    const place = index < 0 ? index + this.length : index;
    if (!Number.isSafeInteger(index) || place < 0 || place >= this.length) {
      throw new RangeError(`index ${index} is outside a sequence of ${this.length} patterns`);
    }
    return place;
  }

  #matching(pattern: TensorAccessPattern): TensorAccessPattern {
    if (!(pattern instanceof TensorAccessPattern)) {
      throw new TypeError(`expected a TensorAccessPattern, got ${String(pattern)}`);
    }
    if (!sameInts(pattern.tensorDims, this.tensorDims)) {
      throw new RangeError(
        `all patterns of a sequence share tensor dims: expected [${this.tensorDims}], ` +
          `got [${pattern.tensorDims}]`,
      );
    }
    return pattern;
  }
}
