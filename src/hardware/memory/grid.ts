/**
 * Times of the memory floor lie on a grid of 2^-10 ns: sums of them are exact in double precision, in any
 * order, for two hours of simulated time and more. Two ways to add up one run then agree to the last bit.
 */
const GRID = 1024;

/** A duration in ns on the grid, not shorter than given. */
export function onGrid(ns: number): number {
  return Math.ceil(ns * GRID) / GRID;
}

/** The least difference of two times, ns. */
export const GRID_STEP: number = 1 / GRID;
