/** What the designs should compute, written down directly: no tiles, no blocks, no kernels. */
import { fromBf16, toBf16 } from "../kernels/bf16.ts";

/** Element by element. */
export function map2<T extends { length: number; [i: number]: number }>(
  out: T,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  f: (x: number, y: number) => number,
): T {
  for (let i = 0; i < out.length; i++) out[i] = f(a[i], b[i]);
  return out;
}

/** bfloat16 numbers through a function of real ones. */
export function bf16Map2(
  a: Uint16Array,
  b: Uint16Array,
  f: (x: number, y: number) => number,
): Uint16Array {
  return map2(new Uint16Array(a.length), a, b, (x, y) => toBf16(f(fromBf16(x), fromBf16(y))));
}

/** Softmax of every `n` elements, in double precision, rounded once. */
export function softmaxRows(input: Uint16Array, n: number): Uint16Array {
  const out = new Uint16Array(input.length);
  for (let row = 0; row < input.length; row += n) {
    let sum = 0;
    for (let i = row; i < row + n; i++) sum += Math.exp(fromBf16(input[i]));
    for (let i = row; i < row + n; i++) out[i] = toBf16(Math.exp(fromBf16(input[i])) / sum);
  }
  return out;
}

/** The product of two square matrices of n x n. */
export function product(a: Int16Array, b: Int16Array, n: number): Int16Array {
  const sums = new Int32Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = sums.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < n; k++) {
      const x = a[i * n + k];
      const other = b.subarray(k * n, (k + 1) * n);
      for (let j = 0; j < n; j++) row[j] += x * other[j];
    }
  }
  return Int16Array.from(sums);
}

/** Rows of an image by channel blocks of 8 (`[y][c/8][x][8]`), as `[y][x][c]`. */
export function unblocked(data: ArrayLike<number>, w: number, h: number, c: number): Int32Array {
  const out = new Int32Array(w * h * c);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let i = 0; i < c; i++) {
        out[(y * w + x) * c + i] = data[y * w * c + ((i >> 3) * w + x) * 8 + (i & 7)];
      }
    }
  }
  return out;
}

/** The inverse of `unblocked`, into bytes. */
export function blocked(data: Int32Array, w: number, h: number, c: number): Uint8Array {
  const out = new Uint8Array(w * h * c);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let i = 0; i < c; i++) {
        out[y * w * c + ((i >> 3) * w + x) * 8 + (i & 7)] = data[(y * w + x) * c + i];
      }
    }
  }
  return out;
}

/** Sums of a convolution over an image `[y][x][c]`: k x k, columns replicated, rows outside left out. */
export function convolved(
  image: Int32Array,
  weights: ArrayLike<number>,
  w: number,
  h: number,
  ic: number,
  oc: number,
  k: number,
): Int32Array {
  // Weights as [oc][ky][kx][ic].
  const taps = k * k, flat = new Int32Array(oc * taps * ic);
  for (let o = 0; o < oc; o++) {
    for (let i = 0; i < ic; i++) {
      for (let t = 0; t < taps; t++) {
        const block = ((o >> 3) * (ic / 8) + (i >> 3)) * taps + t;
        flat[(o * taps + t) * ic + i] = weights[block * 64 + (i & 7) * 8 + (o & 7)];
      }
    }
  }
  const out = new Int32Array(w * h * oc), r = (k - 1) / 2;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let o = 0; o < oc; o++) {
        let sum = 0;
        for (let dy = -r; dy <= r; dy++) {
          if (y + dy < 0 || y + dy >= h) continue;
          for (let dx = -r; dx <= r; dx++) {
            const column = Math.min(Math.max(x + dx, 0), w - 1);
            const at = ((y + dy) * w + column) * ic, wt = (o * taps + (dy + r) * k + dx + r) * ic;
            for (let i = 0; i < ic; i++) sum += image[at + i] * flat[wt + i];
          }
        }
        out[(y * w + x) * oc + o] = sum;
      }
    }
  }
  return out;
}

/** Rounds, shifts right and saturates. */
export function requantised(
  sums: Int32Array,
  shift: number,
  low: number,
  high: number,
): Int32Array {
  const half = shift === 0 ? 0 : 2 ** (shift - 1);
  return sums.map((v) => Math.min(Math.max(Math.floor((v + half) / 2 ** shift), low), high));
}

/** Weights and sizes of one bottleneck block. */
export interface Block {
  readonly weights: Int8Array;
  readonly inputs: number;
  readonly outputs: number;
  /** The skip connection has a convolution of its own. */
  readonly skipConvolution: boolean;
}

/** A bottleneck block of ResNet on an image `[y][x][c]`. */
export function bottleneck(image: Int32Array, block: Block, w: number, h: number): Int32Array {
  const { weights, inputs, outputs, skipConvolution } = block, narrow = 64;
  const w1 = inputs * narrow, w2 = 9 * narrow * narrow, w3 = narrow * outputs;
  const at = (from: number, n: number) => weights.subarray(from, from + n);
  const one = requantised(convolved(image, at(0, w1), w, h, inputs, narrow, 1), 1, 0, 255);
  const two = requantised(convolved(one, at(w1, w2), w, h, narrow, narrow, 3), 11, 0, 255);
  const sums = convolved(two, at(w1 + w2, w3), w, h, narrow, outputs, 1);
  const three = requantised(sums, 1, -128, 127);
  const skip = skipConvolution
    ? requantised(
      convolved(image, at(w1 + w2 + w3, inputs * outputs), w, h, inputs, outputs, 1),
      1,
      -128,
      127,
    )
    : image;
  return three.map((v, i) => Math.min(Math.max(v + skip[i], 0), 255));
}

/** Pixels whose hue is in one of two ranges; others become black. */
export function colorDetected(rgba: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgba.length);
  for (let p = 0; p < rgba.length; p += 4) {
    const [r, g, b] = [rgba[p], rgba[p + 1], rgba[p + 2]];
    const max = Math.max(r, g, b), range = max - Math.min(r, g, b);
    let hue = 0;
    if (range > 0) {
      const sixths = r === max ? [g - b, 0] : g === max ? [b - r, 170] : [r - g, 340];
      hue = ((Math.trunc(85 * sixths[0] / range) + sixths[1] + 1) >> 1) & 255;
    }
    const kept = (hue > 30 && hue <= 40) || (hue > 90 && hue <= 160);
    if (kept) { for (let c = 0; c < 3; c++) out[p + c] = rgba[p + c]; }
    out[p + 3] = rgba[p + 3];
  }
  return out;
}

/** Edges of an image blended with the image, half and half. */
export function edgesDrawn(rgba: Uint8Array, w: number, h: number): Uint8Array {
  const gray = new Float64Array(w * h);
  for (let p = 0; p < w * h; p++) {
    // Weights in 1/32768, rounded to the nearest gray.
    gray[p] = Math.floor(
      (9798 * rgba[4 * p] + 19235 * rgba[4 * p + 1] + 3736 * rgba[4 * p + 2]) / 32768 + 0.5,
    );
  }
  const out = new Uint8Array(rgba.length);
  const at = (x: number, y: number) =>
    gray[Math.min(Math.max(y, 0), h - 1) * w + Math.min(Math.max(x, 0), w - 1)];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const laplacian = at(x, y - 1) + at(x, y + 1) + at(x - 1, y) + at(x + 1, y) - 4 * at(x, y);
      const edge = Math.min(Math.max(laplacian, 0), 255) > 10 ? 255 : 0;
      const p = (y * w + x) * 4;
      for (let c = 0; c < 4; c++) {
        out[p + c] = Math.floor(((c === 3 ? 255 : edge) + rgba[p + c] + 1) / 2);
      }
    }
  }
  return out;
}
