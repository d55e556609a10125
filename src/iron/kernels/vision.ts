/** Kernels of the vision pipelines: one image line per call, 8-bit samples, RGBA or gray. */
import type { KernelMaker } from "./library.ts";
import type { CoreCosts } from "../run/cost.ts";

const kernel = (
  run: (...args: any[]) => void,
  cycles: (cost: CoreCosts, ...args: any[]) => number,
): KernelMaker =>
() => ({
  run: (args) => run(...args),
  cycles: (args, cost) => cycles(cost, ...args),
});

/** Kinds of thresholding, as OpenCV numbers them. */
export const THRESHOLD = { binary: 0, binaryInv: 1, trunc: 2, toZero: 3, toZeroInv: 4 } as const;

function threshold(
  input: Uint8Array,
  output: Uint8Array,
  n: number,
  limit: number,
  max: number,
  kind: number,
): void {
  for (let i = 0; i < n; i++) {
    const x = input[i], above = x > limit;
    output[i] = kind === THRESHOLD.binary
      ? (above ? max : 0)
      : kind === THRESHOLD.binaryInv
      ? (above ? 0 : max)
      : kind === THRESHOLD.trunc
      ? (above ? limit : x)
      : kind === THRESHOLD.toZero
      ? (above ? x : 0)
      : (above ? 0 : x);
  }
}

/** Hue in 0-255, integer arithmetic: a sixth of the circle is 42.5. */
function hue(rgba: Uint8Array, out: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const r = rgba[4 * i], g = rgba[4 * i + 1], b = rgba[4 * i + 2];
    const max = Math.max(r, g, b), min = Math.min(r, g, b), range = max - min;
    if (range === 0) out[i] = 0;
    else {
      const doubled = r === max
        ? Math.trunc(85 * (g - b) / range)
        : g === max
        ? Math.trunc(85 * (b - r) / range) + 170
        : Math.trunc(85 * (r - g) / range) + 340;
      out[i] = (doubled + 1) >> 1;
    }
  }
}

/** Weights of red, green and blue in 1/32768. */
const GRAY = [Math.round(0.299 * 32768), Math.round(0.587 * 32768), Math.round(0.114 * 32768)];

function gray(rgba: Uint8Array, out: Uint8Array, n: number): void {
  const [wr, wg, wb] = GRAY;
  for (let i = 0; i < n; i++) {
    out[i] = (wr * rgba[4 * i] + wg * rgba[4 * i + 1] + wb * rgba[4 * i + 2] + 16384) >> 15;
  }
}

function filter2d(
  above: Uint8Array,
  line: Uint8Array,
  below: Uint8Array,
  out: Uint8Array,
  width: number,
  k: Int16Array,
): void {
  for (let x = 0; x < width; x++) {
    const w = x === 0 ? 0 : x - 1, e = x === width - 1 ? x : x + 1;
    const sum = k[0] * above[w] + k[1] * above[x] + k[2] * above[e] +
      k[3] * line[w] + k[4] * line[x] + k[5] * line[e] +
      k[6] * below[w] + k[7] * below[x] + k[8] * below[e];
    const v = (sum + 2048) >> 12;
    out[x] = v < 0 ? 0 : v > 255 ? 255 : v;
  }
}

const bitwise = (combine: (a: number, b: number) => number) =>
  kernel(
    (a: Uint8Array, b: Uint8Array, c: Uint8Array, n: number) => {
      for (let i = 0; i < n; i++) c[i] = combine(a[i], b[i]);
    },
    (cost, _a, _b, _c, n: number) => cost.vector(n, 64, { alu: 1 }),
  );

/** By symbol. */
export const VISION: Readonly<Record<string, KernelMaker>> = {
  // Compare and select.
  thresholdLine: kernel(threshold, (cost, _in, _out, n: number) => cost.vector(n, 32, { alu: 2 })),
  // De-interleave; largest, range; 1/range from a table, one scalar look-up of four instructions a
  // pixel; product, rounding, two selects, offset.
  rgba2hueLine: kernel(
    hue,
    (cost, _in, _out, n: number) =>
      cost.vector(n, 32, { shuffle: 3, alu: 6, multiply: 1, round: 1 }) + cost.scalar(n * 4),
  ),
  // De-interleave; three weighted channels; rounding.
  rgba2grayLine: kernel(
    gray,
    (cost, _in, _out, n: number) =>
      cost.vector(n, 32, { shuffle: 3, multiply: 1, accumulate: 2, round: 1 }),
  ),
  gray2rgbaLine: kernel(
    (input: Uint8Array, out: Uint8Array, n: number) => {
      for (let i = 0; i < n; i++) {
        out[4 * i] = out[4 * i + 1] = out[4 * i + 2] = input[i];
        out[4 * i + 3] = 255;
      }
    },
    // Interleave twice; four stores.
    (cost, _in, _out, n: number) => cost.vector(n, 32, { shuffle: 2, store: 4 }),
  ),
  // Shift neighbours in; nine products; rounding.
  filter2dLine: kernel(
    filter2d,
    (cost, _a, _l, _b, _o, n: number) =>
      cost.vector(n, 32, { shuffle: 1, multiply: 1, accumulate: 8, round: 1 }),
  ),
  addWeightedLine: kernel(
    (
      a: Uint8Array,
      b: Uint8Array,
      c: Uint8Array,
      n: number,
      alpha: number,
      beta: number,
      gamma: number,
    ) => {
      for (let i = 0; i < n; i++) {
        const v = ((a[i] * alpha + b[i] * beta + 16384) >> 15) + gamma;
        c[i] = v < 0 ? 0 : v > 255 ? 255 : v;
      }
    },
    // Accumulators have 32 lanes.
    (cost, _a, _b, _c, n: number) => cost.vector(n, 32, { multiply: 1, accumulate: 1, round: 1 }),
  ),
  bitwiseORLine: bitwise((a, b) => a | b),
  bitwiseANDLine: bitwise((a, b) => a & b),
};
