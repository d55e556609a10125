/** Observations with a time. */
import type { Ticks } from "./time.ts";

/** A series of rows: a time and one number per named column. */
export class Series<C extends string = "value"> {
  /** Times in ns. */
  readonly times: Ticks[] = [];
  /** One array per column. */
  readonly values: Record<C, number[]>;
  /** Names of the columns, in order. */
  readonly columns: readonly C[];
  /** @param columns names; default: one column `value`. */
  constructor(columns: readonly C[] = ["value" as C]) {
    this.columns = columns;
    this.values = {} as Record<C, number[]>;
    for (const c of columns) this.values[c] = [];
  }
  /** Adds a row: the values in the order of the columns. */
  at(time: Ticks, ...values: number[]): void {
    if (values.length !== this.columns.length) {
      throw new RangeError(`a row of ${this.columns.join(", ")} was given ${values.length} values`);
    }
    this.times.push(time);
    this.columns.forEach((c, i) => this.values[c].push(values[i]));
  }
  /** Number of rows. */
  get length(): number {
    return this.times.length;
  }
  /** The rows as objects with `time` and the columns. */
  *rows(): Generator<Record<C | "time", number>> {
    for (let i = 0; i < this.times.length; i++) {
      const row = { time: this.times[i] } as Record<C | "time", number>;
      for (const c of this.columns) (row as Record<string, number>)[c] = this.values[c][i];
      yield row;
    }
  }
}
