/** A quantity over simulated time. */
import type { Simulation } from "./simulation.ts";

/** A piecewise constant quantity: its time-weighted mean, variance and extremes since it began. */
export class Level {
  /** Highest value so far. */
  max: number;
  /** Lowest value so far. */
  min: number;
  #value: number;
  #since: number;
  #began: number;
  #area = 0;
  #square = 0;

  constructor(readonly sim: Simulation, initial = 0) {
    this.#value = this.max = this.min = initial;
    this.#since = this.#began = sim.now;
  }

  /** The value now. */
  get value(): number {
    return this.#value;
  }
  /** The value from now on. */
  set(value: number): void {
    this.#settle();
    this.#value = value;
    if (value > this.max) this.max = value;
    if (value < this.min) this.min = value;
  }
  /** Changes the value by `by`. */
  add(by: number): void {
    this.set(this.#value + by);
  }
  /** Forgets the past (the end of a warm-up). */
  reset(): void {
    this.#area = this.#square = 0;
    this.#since = this.#began = this.sim.now;
    this.max = this.min = this.#value;
  }
  /** Integral over time (value x ns). */
  area(): number {
    this.#settle();
    return this.#area;
  }
  /** Time-weighted mean; the value itself if no time has passed. */
  mean(): number {
    this.#settle();
    const span = this.#since - this.#began;
    return span === 0 ? this.#value : this.#area / span;
  }
  /** Time-weighted variance. */
  variance(): number {
    const mean = this.mean();
    const span = this.#since - this.#began;
    return span === 0 ? 0 : Math.max(0, this.#square / span - mean * mean);
  }
  #settle(): void {
    const now = this.sim.now;
    const span = now - this.#since;
    if (span === 0) return;
    this.#area += this.#value * span;
    this.#square += this.#value * this.#value * span;
    this.#since = now;
  }
}
