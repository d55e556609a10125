/** Simulated time: whole nanoseconds. */

/** A point in or a span of simulated time, in whole nanoseconds. */
export type Ticks = number;

/** `n` nanoseconds, rounded to whole ones. */
export const ns = (n: number): Ticks => Math.round(n);
/** `n` microseconds in whole nanoseconds. */
export const us = (n: number): Ticks => Math.round(n * 1e3);
/** `n` milliseconds in whole nanoseconds. */
export const ms = (n: number): Ticks => Math.round(n * 1e6);
/** `n` seconds in whole nanoseconds. */
export const s = (n: number): Ticks => Math.round(n * 1e9);

/** Writes a time for people: `1500000` → `1.5 ms`. */
export function formatTicks(t: Ticks): string {
  const a = Math.abs(t);
  if (a >= 1e9) return `${Number((t / 1e9).toPrecision(12))} s`;
  if (a >= 1e6) return `${Number((t / 1e6).toPrecision(12))} ms`;
  if (a >= 1e3) return `${Number((t / 1e3).toPrecision(12))} us`;
  return `${t} ns`;
}
