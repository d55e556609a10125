/** Kernels of the block designs: copies, reductions, element-wise operations, products. */
import type { KernelMaker } from "./library.ts";
import { fromBf16, toBf16 } from "./bf16.ts";
import type { CoreCosts } from "../run/cost.ts";

/** A kernel whose model does not depend on how it is declared. */
const kernel = (
  run: (...args: any[]) => void,
  cycles: (cost: CoreCosts, ...args: any[]) => number,
): KernelMaker =>
() => ({
  run: (args) => run(...args),
  cycles: (args, cost) => cycles(cost, ...args),
});

function reduction(start: number, combine: (a: number, b: number) => number): KernelMaker {
  return kernel(
    (input: Int32Array, output: Int32Array, n: number) => {
      let all = start;
      for (let i = 0; i < n; i++) all = combine(all, input[i]) | 0;
      output[0] = all;
    },
    // 16 lanes, then four steps that halve the vector.
    (cost, _in, _out, n: number) =>
      cost.vector(n, 16, { alu: 1, store: 0 }) + cost.vector(4, 1, { shuffle: 1, alu: 1 }),
  );
}

function elementwiseBf16(combine: (a: number, b: number) => number): KernelMaker {
  return kernel(
    (a: Uint16Array, b: Uint16Array, c: Uint16Array) => {
      for (let i = 0; i < c.length; i++) c[i] = toBf16(combine(fromBf16(a[i]), fromBf16(b[i])));
    },
    // 16 lanes; bf16 sums and products are formed in the accumulator.
    (cost, _a, _b, c: Uint16Array) => cost.vector(c.length, 16, { multiply: 1, round: 1 }),
  );
}

/** 64 bit words: rows of 4x4 tiles, each tile row-major, as the DMA lays matrices out for mmul. */
function matmulTiled(a: Int16Array, b: Int16Array, c: Int16Array): void {
  const T = 4, B = Math.sqrt(c.length) / T;
  const sums = new Int32Array(T * T);
  for (let i = 0; i < B; i++) {
    for (let j = 0; j < B; j++) {
      const at = (i * B + j) * T * T;
      for (let e = 0; e < T * T; e++) sums[e] = c[at + e];
      for (let k = 0; k < B; k++) {
        const p = (i * B + k) * T * T, q = (k * B + j) * T * T;
        for (let r = 0; r < T; r++) {
          const a0 = a[p + r * T], a1 = a[p + r * T + 1];
          const a2 = a[p + r * T + 2], a3 = a[p + r * T + 3];
          for (let s = 0; s < T; s++) {
            sums[r * T + s] += a0 * b[q + s] + a1 * b[q + T + s] + a2 * b[q + 2 * T + s] +
              a3 * b[q + 3 * T + s];
          }
        }
      }
      for (let e = 0; e < T * T; e++) c[at + e] = sums[e];
    }
  }
}

/** Mean of exp's table steps is far below bf16's; the published kernel reads exp from a table. */
function softmax(input: Uint16Array, output: Uint16Array, n: number): void {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const e = toBf16(Math.exp(fromBf16(input[i])));
    output[i] = e;
    sum = Math.fround(sum + fromBf16(e));
  }
  const inverse = fromBf16(toBf16(1 / sum));
  for (let i = 0; i < n; i++) output[i] = toBf16(fromBf16(output[i]) * inverse);
}

/** By symbol. */
export const BASIC: Readonly<Record<string, KernelMaker>> = {
  passThroughLine: kernel(
    (input, output, n: number) => output.set(input.subarray(0, n)),
    (cost, input, _out, n: number) => cost.vector(n * input.BYTES_PER_ELEMENT, 64),
  ),
  reduce_add_vector: reduction(0, (a, b) => a + b),
  reduce_max_vector: reduction(-(2 ** 31), Math.max),
  reduce_min_vector: reduction(2 ** 31 - 1, Math.min),
  vector_scalar_mul_int16_vector: kernel(
    (a: Int16Array, c: Int16Array, factor: Int32Array, n: number) => {
      for (let i = 0; i < n; i++) c[i] = Math.imul(a[i], factor[0]);
    },
    (cost, _a, _c, _f, n: number) => cost.vector(n, 32, { multiply: 1, round: 1 }),
  ),
  eltwise_add_bf16_vector: elementwiseBf16((a, b) => a + b),
  eltwise_mul_bf16_vector: elementwiseBf16((a, b) => a * b),
  bf16_relu: kernel(
    (input: Uint16Array, output: Uint16Array) => {
      for (let i = 0; i < output.length; i++) output[i] = input[i] & 0x8000 ? 0 : input[i];
    },
    (cost, _in, output: Uint16Array) => cost.vector(output.length, 16, { alu: 1 }),
  ),
  softmax_bf16: kernel(
    softmax,
    // Not vectorised, and the core has no scalar float unit: largest, difference, exponential, sum and
    // product are some 14 operations in software of about 70 instructions, call included, an element.
    (cost, _in, _out, n: number) => cost.scalar(n * 1000),
  ),
  row_wise_bias_add_f32_f32: kernel(
    (input: Float32Array, bias: Float32Array, output: Float32Array) => {
      const n = bias.length;
      for (let i = 0; i < output.length; i++) output[i] = input[i] + bias[i % n];
    },
    // Steps of 32 (row_wise_bias_add/kernel.cc), two accumulators of 16 lanes side by side: the second
    // half's load and store come one cycle after the first's.
    (cost, _in, _bias, output: Float32Array) =>
      cost.vector(output.length, 32, { multiply: 1, round: 1, store: 2 }) + output.length / 32,
  ),
  zero_scalar_i32: kernel(
    (c: Int32Array) => c.fill(0),
    (cost, c: Int32Array) => cost.scalar(c.length * 3),
  ),
  matvec_scalar_i16_i32: kernel(
    (a: Int16Array, b: Int16Array, c: Int32Array) => {
      const k = b.length;
      for (let row = 0; row < c.length; row++) {
        let sum = c[row];
        for (let i = 0; i < k; i++) sum += a[row * k + i] * b[i];
        c[row] = sum;
      }
    },
    // Per multiply-add: two loads, multiply, add, two address updates, compare, branch.
    (cost, a: Int16Array) => cost.scalar(a.length * 7),
  ),
  zero_i16: kernel(
    (c: Int16Array) => c.fill(0),
    (cost, c: Int16Array) => cost.vector(c.length, 32, { load: 0 }),
  ),
  matmul_i16_i16: kernel(
    matmulTiled,
    // 64 multiply-adds a cycle; the published kernel takes 2535 cycles where 2048 were ideal.
    (cost, _a, _b, c: Int16Array) => cost.matrix(c.length ** 1.5, 64, 2048 / 2535),
  ),
};
