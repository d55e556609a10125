/** Input data of the designs: the same on every run. */
import { toBf16 } from "../kernels/bf16.ts";

/** A generator of whole numbers in [low, high], from a 32-bit linear congruence (Numerical Recipes). */
export function integers(seed: number, low: number, high: number): () => number {
  let state = seed >>> 0;
  const span = high - low + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + Math.floor((state / 0x100000000) * span);
  };
}

/** Fills an array of integers or floats. */
export function filled<T extends { length: number; [i: number]: number }>(
  data: T,
  seed: number,
  low: number,
  high: number,
): T {
  const next = integers(seed, low, high);
  for (let i = 0; i < data.length; i++) data[i] = next();
  return data;
}

/** bfloat16 numbers in [low, high], in steps of 1/64. */
export function bf16s(n: number, seed: number, low: number, high: number): Uint16Array {
  const next = integers(seed, low * 64, high * 64);
  return Uint16Array.from({ length: n }, () => toBf16(next() / 64));
}
