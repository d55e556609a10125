/** Input data of the designs: the same on every run. */
import type { TypedData } from "../graph/types.ts";
import { toBf16 } from "../kernels/bf16.ts";

// A 32-bit linear congruence (Numerical Recipes); the state is kept as a signed word.
const following = (state: number) => (Math.imul(state, 1664525) + 1013904223) | 0;

/** The next `n` of whole numbers in [low, high], equally likely; the same for the same `seed`. */
function integers(n: number, seed: number, low: number, high: number): Int32Array {
  const span = high - low + 1, all = new Int32Array(n);
  let state = seed | 0;
  for (let i = 0; i < n; i++) {
    state = following(state);
    all[i] = low + Math.floor(((state >>> 0) / 0x100000000) * span);
  }
  return all;
}

/**
 * Fills an array with whole numbers in [low, high]. Written by `set`: a loop that stores into arrays of
 * six types takes thirty times as long, and an image has 8 MB.
 */
export function filled<T extends TypedData>(data: T, seed: number, low: number, high: number): T {
  data.set(integers(data.length, seed, low, high));
  return data;
}

/** bfloat16 numbers in [low, high], in steps of 1/64. */
export function bf16s(n: number, seed: number, low: number, high: number): Uint16Array {
  const all = integers(n, seed, low * 64, high * 64), out = new Uint16Array(n);
  for (let i = 0; i < n; i++) out[i] = toBf16(all[i] / 64);
  return out;
}
