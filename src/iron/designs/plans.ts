/** Inputs and expected outputs of the 27 designs. */
import type { TypedData } from "../graph/types.ts";
import { bf16s, filled } from "./data.ts";
import {
  bf16Map2,
  blocked,
  bottleneck,
  colorDetected,
  convolved,
  edgesDrawn,
  map2,
  product,
  requantised,
  softmaxRows,
  unblocked,
} from "./reference.ts";

/** What a design is run on, and what it should give. */
export interface Plan {
  /** New host buffers with the inputs. */
  buffers(): TypedData[];
  /** Which buffer the design writes. */
  readonly output: number;
  /** What that buffer should hold, from the inputs. */
  expected(buffers: readonly any[]): TypedData;
  /** Relative error allowed per bf16 element (default 0: every bit counts). */
  readonly tolerance?: number;
}

const i32s = (n: number, seed: number, low = -1000, high = 1000) =>
  filled(new Int32Array(n), seed, low, high);

/** One input, one output of the same type behind `unused` other buffers. */
function copy(make: () => TypedData, output: number, count: number): Plan {
  return {
    buffers: () => {
      const first = make();
      const empty = () => new (first.constructor as any)(first.length) as TypedData;
      return [first, ...Array.from({ length: count - 1 }, empty)];
    },
    output,
    expected: ([a]) => a.slice(),
  };
}

function reduce(f: (a: number, b: number) => number): Plan {
  return {
    buffers: () => [i32s(1024, 7), new Int32Array(1)],
    output: 1,
    expected: ([a]) => Int32Array.of(a.reduce(f)),
  };
}

function elementwise(f: (a: number, b: number) => number): Plan {
  return {
    buffers: () => [i32s(256, 3), i32s(256, 4, 1, 50), new Int32Array(256)],
    output: 2,
    expected: ([a, b]) => map2(new Int32Array(256), a, b, f),
  };
}

function elementwiseBf16(f: (a: number, b: number) => number): Plan {
  const n = 65536;
  return {
    buffers: () => [bf16s(n, 5, -8, 8), bf16s(n, 6, -8, 8), new Uint16Array(n)],
    output: 2,
    expected: ([a, b]) => bf16Map2(a, b, f),
  };
}

function convolution(scale: number, low: number, high: number): Plan {
  const [w, h, c] = [32, 32, 64];
  return {
    buffers: () => [
      filled(new Int8Array(w * h * c), 11, scale === 1 ? -3 : -128, scale === 1 ? 3 : 127),
      filled(new Int8Array(c * c), 12, scale === 1 ? -1 : -128, scale === 1 ? 1 : 127),
      new Int8Array(w * h * c),
    ],
    output: 2,
    expected: ([act, weights]) => {
      const sums = convolved(unblocked(act, w, h, c), weights, w, h, c, c, 1);
      const out = blocked(requantised(sums, scale, low, high), w, h, c);
      return new Int8Array(out.buffer);
    },
  };
}

/** Weights of a bottleneck block, small enough not to saturate everywhere. */
function blockWeights(into: Int8Array, seed: number, inputs: number): void {
  const w1 = inputs * 64, w2 = 9 * 64 * 64;
  filled(into.subarray(0, w1), seed, -1, 1);
  filled(into.subarray(w1, w1 + w2), seed + 1, -128, 127);
  filled(into.subarray(w1 + w2), seed + 2, -1, 1);
}

const [W, H] = [32, 32];

/** By name, in the order of Table 7.1. */
export const PLANS: Readonly<Record<string, Plan>> = {
  "Copy(DMA)": copy(() => i32s(4096, 1), 2, 3),
  "Copy(Kern)": copy(() => filled(new Uint8Array(4096), 1, 0, 255), 1, 3),
  "Copy(ExtKern)": copy(() => filled(new Uint8Array(4096), 2, 0, 255), 1, 3),
  "MTranspose": {
    buffers: () => [i32s(64 * 32, 8), new Int32Array(64 * 32), new Int32Array(64 * 32)],
    output: 2,
    expected: ([a]) => Int32Array.from({ length: 2048 }, (_, i) => a[(i % 64) * 32 + (i >> 6)]),
  },
  "VReduce(Add)": reduce((a, b) => a + b),
  "VReduce(Max)": reduce((a, b) => Math.max(a, b)),
  "VReduce(Min)": reduce((a, b) => Math.min(a, b)),
  "VSOp(Add)": {
    buffers: () => [i32s(1024, 9), new Int32Array(1024)],
    output: 1,
    expected: ([a]) => a.map((x: number) => x + 1),
  },
  "VSOp(Mul)": {
    buffers: () => [
      filled(new Int16Array(4096), 10, -9999, 9999),
      Int32Array.of(3),
      new Int16Array(4096),
    ],
    output: 2,
    expected: ([a, [factor]]) => a.map((x: number) => x * factor),
  },
  "VVOp(Add)": elementwise((a, b) => a + b),
  "VVOp(Mul)": elementwise((a, b) => a * b),
  "VVOp(Mod)": elementwise((a, b) => a % b),
  "VVOp(AddKern)": elementwiseBf16((a, b) => a + b),
  "VVOp(MulKern)": elementwiseBf16((a, b) => a * b),
  "MSAdd": {
    buffers: () => [i32s(16 * 128, 13), new Int32Array(16 * 128), new Int32Array(16 * 128)],
    output: 2,
    expected: ([a]) => a.map((x: number, i: number) => i % 128 < 16 && i < 8 * 128 ? x + 1 : 0),
  },
  "MVAdd": {
    buffers: () => [
      filled(new Float32Array(768 * 2304), 14, -100, 100),
      filled(new Float32Array(2304), 15, -100, 100),
      new Float32Array(768 * 2304),
    ],
    output: 2,
    expected: ([a, bias]) => a.map((x: number, i: number) => x + bias[i % 2304]),
  },
  "MVMul": {
    buffers: () => [
      filled(new Int16Array(288 * 288), 16, -99, 99),
      filled(new Int16Array(288), 17, -99, 99),
      new Int32Array(288),
    ],
    output: 2,
    expected: ([a, b]) =>
      Int32Array.from(
        { length: 288 },
        (_, i) => b.reduce((sum: number, x: number, j: number) => sum + a[i * 288 + j] * x, 0),
      ),
  },
  "VSoftMax": {
    buffers: () => [bf16s(262144, 18, -4, 4), new Uint16Array(262144)],
    output: 1,
    expected: ([a]) => softmaxRows(a, 1024),
    tolerance: 0.02,
  },
  "VReLU": {
    buffers: () => [bf16s(65536, 19, -8, 8), new Uint16Array(65536)],
    output: 1,
    expected: ([a]) => bf16Map2(a, a, (x) => Math.max(x, 0)),
  },
  "Conv2D": convolution(10, -128, 127),
  "Conv2D(FusedReLU)": convolution(1, 0, 255),
  "GEMM": {
    buffers: () => [
      filled(new Int16Array(512 * 512), 20, -7, 7),
      filled(new Int16Array(512 * 512), 21, -7, 7),
      new Int16Array(512 * 512),
    ],
    output: 2,
    expected: ([a, b]) => product(a, b, 512),
  },
  "BBlock": {
    buffers: () => {
      const weights = new Int8Array(69632);
      blockWeights(weights, 22, 256);
      return [
        filled(new Int8Array(W * H * 256), 25, -4, 4),
        new Uint8Array(weights.buffer),
        new Int8Array(W * H * 256),
      ];
    },
    output: 2,
    expected: ([act, raw]) => {
      const weights = new Int8Array(raw.buffer);
      const block = { weights, inputs: 256, outputs: 256, skipConvolution: false };
      const out = bottleneck(unblocked(act, W, H, 256), block, W, H);
      return new Int8Array(blocked(out, W, H, 256).buffer);
    },
  },
  "ResNetConv2x": {
    buffers: () => {
      const weights = new Int8Array(212992);
      blockWeights(weights.subarray(0, 73728), 26, 64);
      blockWeights(weights.subarray(73728, 143360), 29, 256);
      blockWeights(weights.subarray(143360), 32, 256);
      return [
        filled(new Int8Array(W * H * 64), 35, -8, 8),
        weights,
        new Int8Array(W * H * 256),
      ];
    },
    output: 2,
    expected: ([act, all]) => {
      let image = unblocked(act, W, H, 64);
      const starts = [0, 73728, 143360, 212992];
      for (let i = 0; i < 3; i++) {
        const weights = all.subarray(starts[i], starts[i + 1]);
        const inputs = i === 0 ? 64 : 256;
        image = bottleneck(
          image,
          { weights, inputs, outputs: 256, skipConvolution: i === 0 },
          W,
          H,
        );
      }
      return new Int8Array(blocked(image, W, H, 256).buffer);
    },
  },
  "ColorDetect": image(4, (rgba) => colorDetected(rgba)),
  "EdgeDetect": image(4, (rgba) => edgesDrawn(rgba, 1920, 1080)),
  "ColorThreshold": image(1, (gray) => gray.map((x) => x > 50 ? 255 : 0)),
};

function image(channels: number, f: (image: Uint8Array) => Uint8Array): Plan {
  const bytes = 1920 * 1080 * channels;
  return {
    buffers: () => [
      filled(new Uint8Array(bytes), 36, 0, 255),
      new Int32Array(256),
      new Uint8Array(bytes),
    ],
    output: 2,
    expected: ([input]) => f(input),
  };
}
