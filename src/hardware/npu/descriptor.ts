/** Buffer descriptors: what one DMA transfer walks over, and whether hardware can be told so. */
import { DescriptorError } from "./errors.ts";
import type { TileKind, TileLimits } from "./device.ts";

/** One dimension of a walk, in elements. */
export interface Dim {
  readonly size: number;
  readonly stride: number;
}

/** A walk over a buffer: the slowest dimension first. */
export interface Layout {
  /** Bytes of one element: 1, 2 or 4. */
  readonly elementBytes: number;
  /** First element. */
  readonly offset: number;
  readonly dims: readonly Dim[];
}

const WORD = 4;

/** Bytes that the walk touches, repeats included. */
export function layoutBytes({ elementBytes, dims }: Layout): number {
  return dims.reduce((n, d) => n * d.size, elementBytes);
}

/** Dimensions without those of size 1, neighbours merged where one continues the other. */
function essential(dims: readonly Dim[]): Dim[] {
  const merged: Dim[] = [];
  for (const { size, stride } of [...dims].reverse()) {
    if (size === 1) continue;
    const inner = merged[0];
    if (inner !== undefined && stride === inner.size * inner.stride) {
      merged[0] = { size: size * inner.size, stride: inner.stride };
    } else merged.unshift({ size, stride });
  }
  return merged;
}

/**
 * Checks a walk as hardware would have to be programmed for it, in the dimensions as written.
 * @throws {DescriptorError} naming `what`, the dimension and the limit.
 */
export function checkLayout(
  what: string,
  layout: Layout,
  kind: TileKind,
  limits: TileLimits,
): void {
  const { elementBytes, offset, dims } = layout;
  const fail = (why: string) => {
    const text = dims.map((d) => `<size = ${d.size}, stride = ${d.stride}>`).join(", ");
    throw new DescriptorError(`${what}: [${text}] ${why}`);
  };
  if (dims.some((d) => d.size < 1)) fail("has a size below 1");
  if ((offset * elementBytes) % WORD !== 0) {
    fail(`starts at byte ${offset * elementBytes}, which is not a multiple of 4`);
  }
  const used = dims.slice(dims.findIndex((d) => d.size > 1));
  const count = dims.every((d) => d.size === 1) ? 0 : used.length;
  if (count > limits.bdDims) {
    fail(`has ${count} dimensions; a ${kind} tile's descriptor has ${limits.bdDims}`);
  }
  const inner = dims[dims.length - 1] ?? { size: 1, stride: 1 };
  if ((inner.size * elementBytes) % WORD !== 0) {
    fail(`has an innermost size of ${inner.size * elementBytes} bytes, not a multiple of 4`);
  }
  // Only a transfer written as one run is exempt from the limit on the innermost size.
  const linear = dims.slice(-3, -1).every((d) => d.size === 1);
  dims.forEach(({ size, stride }, i) => {
    if (size === 1) return;
    const depth = dims.length - 1 - i;
    const name = `dimension ${depth} (from the innermost)`;
    if (depth === 3 && kind === "shim") {
      if (size > 64 && stride !== 0) fail(`repeats ${size} times with a stride; at most 64`);
      if (size > 256) fail(`repeats ${size} times; at most 256`);
    } else if (stride < 1) fail(`has stride ${stride} in ${name}; only a shim repeat may be 0`);
    const words = depth === 0 ? (size * elementBytes) / WORD : size;
    if (depth < 2 && words > limits.maxSize && !(linear && stride === 1)) {
      fail(`has size ${words} in ${name}; a ${kind} tile's descriptor holds ${limits.maxSize}`);
    }
    if (!(depth === 0 && stride === 1) && (stride * elementBytes) % WORD !== 0) {
      fail(`has a stride of ${stride * elementBytes} bytes in ${name}, not a multiple of 4`);
    }
    if ((stride * elementBytes) / WORD > limits.maxStride) {
      fail(
        `has a stride of ${(stride * elementBytes) / WORD} words in ${name}; ` +
          `at most ${limits.maxStride}`,
      );
    }
  });
}

/** Generates a walk's addresses run by run; one walker serves one transfer. */
export class Walker {
  readonly #outer: readonly Dim[];
  readonly #index: number[];
  readonly #unit: number;
  readonly #run: number;
  #at: number;
  #done = 0;
  /** Bytes not yet moved. */
  remaining: number;

  constructor(layout: Layout) {
    const dims = essential(layout.dims);
    const inner = dims.length > 0 && dims[dims.length - 1].stride === 1 ? dims.pop() : undefined;
    this.#unit = layout.elementBytes;
    this.#run = (inner?.size ?? 1) * this.#unit;
    this.#outer = dims;
    this.#index = dims.map(() => 0);
    this.#at = layout.offset * this.#unit;
    this.remaining = layoutBytes(layout);
  }

  /** Copies the walk's next `bytes` bytes from `memory` to the start of `out`. */
  gather(memory: Uint8Array, out: Uint8Array, bytes: number): void {
    this.#move(bytes, memory, (at, run, to) => copy(memory, at, out, to, run));
  }

  /** Copies `bytes` bytes from the start of `from` to the walk's next places in `memory`. */
  scatter(memory: Uint8Array, from: Uint8Array, bytes: number): void {
    this.#move(bytes, memory, (at, run, to) => copy(from, to, memory, at, run));
  }

  #move(
    bytes: number,
    memory: Uint8Array,
    each: (at: number, run: number, moved: number) => void,
  ): void {
    if (bytes > this.remaining) throw new RangeError(`walk has only ${this.remaining} bytes left`);
    this.remaining -= bytes;
    for (let moved = 0; moved < bytes;) {
      const run = Math.min(this.#run - this.#done, bytes - moved);
      const at = this.#at + this.#done;
      if (at + run > memory.length) {
        throw new DescriptorError(
          `a transfer reaches byte ${at + run} of a buffer of ${memory.length} bytes`,
        );
      }
      each(at, run, moved);
      moved += run;
      this.#done += run;
      if (this.#done === this.#run) this.#next();
    }
  }

  #next(): void {
    this.#done = 0;
    for (let d = this.#outer.length - 1; d >= 0; d--) {
      const step = this.#outer[d].stride * this.#unit;
      this.#at += step;
      if (++this.#index[d] < this.#outer[d].size) return;
      this.#index[d] = 0;
      this.#at -= step * this.#outer[d].size;
    }
  }
}

function copy(from: Uint8Array, at: number, to: Uint8Array, start: number, bytes: number): void {
  if (bytes > 32) to.set(from.subarray(at, at + bytes), start);
  else for (let i = 0; i < bytes; i++) to[start + i] = from[at + i];
}
