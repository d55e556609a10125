/**
 * Convolutions of the residual networks, one image row per call. Rows are blocked by 8 channels
 * (`[channels/8][x][8]`), weights are `[out/8][in/8][ky][kx][8 in][8 out]`; results are rounded, shifted
 * right and saturated.
 */
import { type ScalarType, TensorType } from "../graph/types.ts";
import type { KernelMaker } from "./library.ts";
import type { CoreCosts } from "../run/cost.ts";

type Bytes = Int8Array | Uint8Array;

/** Multiply-adds of 8-bit numbers that a core does each cycle, and the share that a kernel reaches. */
const MACS_PER_CYCLE = 256, EFFICIENCY = 0.5;

function rounded(sum: number, shift: number): number {
  return shift === 0 ? sum : (sum + (1 << (shift - 1))) >> shift;
}

function clampI8(v: number): number {
  return v < -128 ? -128 : v > 127 ? 127 : v;
}

function clampU8(v: number): number {
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

/** Sums of a 1x1 convolution at pixel `x` for the 8 output channels of block `o`, from `blocks` inputs. */
function dot8(
  sums: Int32Array,
  input: Bytes,
  weights: Bytes,
  width: number,
  x: number,
  blocks: number,
  weightAt: number,
): void {
  for (let i = 0; i < blocks; i++) {
    const from = (i * width + x) * 8, w = weightAt + i * 64;
    for (let c = 0; c < 8; c++) {
      const a = input[from + c];
      if (a === 0) continue;
      const row = w + c * 8;
      sums[0] += a * weights[row];
      sums[1] += a * weights[row + 1];
      sums[2] += a * weights[row + 2];
      sums[3] += a * weights[row + 3];
      sums[4] += a * weights[row + 4];
      sums[5] += a * weights[row + 5];
      sums[6] += a * weights[row + 6];
      sums[7] += a * weights[row + 7];
    }
  }
}

const sums = new Int32Array(8), skips = new Int32Array(8);

/** 1x1 convolution of a row; unsigned results (ReLU) or signed ones. */
function pointwise(clamp: (v: number) => number) {
  return (
    input: Bytes,
    weights: Int8Array,
    output: Bytes,
    width: number,
    inputs: number,
    outputs: number,
    scale: number,
  ) => {
    for (let o = 0; o < outputs / 8; o++) {
      for (let x = 0; x < width; x++) {
        sums.fill(0);
        dot8(sums, input, weights, width, x, inputs / 8, o * inputs * 8);
        const to = (o * width + x) * 8;
        for (let c = 0; c < 8; c++) output[to + c] = clamp(rounded(sums[c], scale));
      }
    }
  };
}

/** 3x3 convolution of three rows; columns are replicated at the border, rows beyond it left out. */
function threeByThree(
  above: Uint8Array,
  line: Uint8Array,
  below: Uint8Array,
  weights: Int8Array,
  output: Uint8Array,
  width: number,
  inputs: number,
  outputs: number,
  kernelWidth: number,
  kernelHeight: number,
  check: number,
  scale: number,
  firstChannel: number,
): void {
  const rows = [above, line, below];
  const taps = kernelWidth * kernelHeight;
  const blocks = inputs / 8;
  for (let o = 0; o < outputs / 8; o++) {
    for (let x = 0; x < width; x++) {
      sums.fill(0);
      for (let ky = check === 0 ? 1 : 0; ky < (check === 2 ? 2 : 3); ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const column = Math.min(Math.max(x + kx - 1, 0), width - 1);
          for (let i = 0; i < blocks; i++) {
            const at = ((o + firstChannel / 8) * blocks + i) * taps + ky * kernelWidth + kx;
            const from = (i * width + column) * 8;
            dot8(sums, rows[ky].subarray(from, from + 8), weights, 1, 0, 1, at * 64);
          }
        }
      }
      const to = (o * width + x) * 8;
      for (let c = 0; c < 8; c++) output[to + c] = clampU8(rounded(sums[c], scale));
    }
  }
}

/** 1x1 convolution of two half inputs, then the skip connection is added. */
function withSkip(
  first: Uint8Array,
  second: Uint8Array,
  weights: Int8Array,
  output: Uint8Array,
  width: number,
  inputs: number,
  outputs: number,
  scale: number,
  skipScale: number,
  skipAt: (o: number, x: number) => ArrayLike<number>,
): void {
  const half = inputs / 16;
  for (let o = 0; o < outputs / 8; o++) {
    for (let x = 0; x < width; x++) {
      sums.fill(0);
      dot8(sums, first, weights, width, x, half, o * inputs * 8);
      dot8(sums, second, weights, width, x, half, o * inputs * 8 + half * 64);
      const skip = skipAt(o, x);
      const to = (o * width + x) * 8;
      for (let c = 0; c < 8; c++) {
        output[to + c] = clampU8(rounded(clampI8(rounded(sums[c], scale)) + skip[c], skipScale));
      }
    }
  }
}

const pointwiseCycles = (args: any[], cost: CoreCosts) =>
  cost.matrix(args[3] * args[4] * args[5], MACS_PER_CYCLE, EFFICIENCY);
const skipCycles = (args: any[], cost: CoreCosts) =>
  cost.matrix(args[5] * args[6] * args[7], MACS_PER_CYCLE, EFFICIENCY);

const conv1: KernelMaker = (binary, argTypes: readonly (TensorType | ScalarType)[]) => {
  // The fused design links an unsigned kernel although it declares signed outputs.
  const output = argTypes[2];
  const signed = output instanceof TensorType && output.dtype === "i8" && binary !== "conv2dk1.o";
  const compute = pointwise(signed ? clampI8 : clampU8);
  return {
    run: ([input, weights, out, ...rest]) => {
      const unsigned = new Uint8Array(out.buffer, out.byteOffset, out.length);
      (compute as any)(input, weights, signed ? out : unsigned, ...rest);
    },
    cycles: pointwiseCycles,
  };
};

const conv1Skip: KernelMaker = () => ({
  run: ([a, b, weights, out, skip, width, inputs, outputs, scale, skipScale]) =>
    withSkip(
      a,
      b,
      weights,
      out,
      width,
      inputs,
      outputs,
      scale,
      skipScale,
      (o, x) => skip.subarray((o * width + x) * 8, (o * width + x) * 8 + 8),
    ),
  cycles: skipCycles,
});

/** By symbol. */
export const CONVOLUTION: Readonly<Record<string, KernelMaker>> = {
  conv2dk1_i8: conv1,
  conv2dk1_ui8: conv1,
  conv2dk3_ui8: () => ({
    run: (args) => (threeByThree as any)(...args),
    cycles: (args, cost) =>
      cost.matrix(args[5] * args[6] * args[7] * 9, MACS_PER_CYCLE, EFFICIENCY),
  }),
  conv2dk1_skip_i8: conv1Skip,
  conv2dk1_skip_ui8: conv1Skip,
  conv2dk1_skip_init_i8: () => ({
    // The skip connection has a convolution of its own: its weights follow the others.
    run: (
      [a, b, weights, out, skip, width, inputs, outputs, skipInputs, scale, skipScale, scale2],
    ) => {
      const own = inputs * outputs;
      withSkip(a, b, weights, out, width, inputs, outputs, scale, skipScale, (o, x) => {
        skips.fill(0);
        dot8(skips, skip, weights, width, x, skipInputs / 8, own + o * skipInputs * 8);
        for (let c = 0; c < 8; c++) skips[c] = clampI8(rounded(skips[c], scale2));
        return skips;
      });
    },
    cycles: (args, cost) =>
      skipCycles(args, cost) + cost.matrix(args[5] * args[8] * args[7], MACS_PER_CYCLE, EFFICIENCY),
  }),
};
