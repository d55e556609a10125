/** The averages over a corpus that section 7.7.1 states. */

/** Before and after, of one measure of one design. */
export type Change = readonly [before: number, after: number];

/** The changes of one design in the measures that the section averages. */
export interface DesignChanges {
  readonly sloc: Change;
  readonly radonSloc: Change;
  readonly vocabulary: Change;
  readonly effort: Change;
}

/** Averages over designs; a decrease is positive where the later version is smaller. */
export interface Summary {
  readonly designs: number;
  /** Lines; the mean of both tools' counts. */
  readonly slocDecrease: number;
  /** The mean of both tools' decreases of each design, averaged over designs. */
  readonly slocDecreasePercent: number;
  readonly vocabularyDecrease: number;
  readonly vocabularyDecreasePercent: number;
  readonly effortDecrease: number;
  readonly effortDecreasePercent: number;
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much smaller, in percent of before; null where that was 0. */
export function decreasePercent([before, after]: Change): number | null {
  return before === 0 ? null : (1 - after / before) * 100;
}

/** Averages the changes; a measure that was 0 before has no percentage and is left out of that mean. */
export function summarise(changes: readonly DesignChanges[]): Summary {
  const of = (key: keyof DesignChanges) => changes.map((each) => each[key]);
  const decrease = (key: keyof DesignChanges) => mean(of(key).map(([b, a]) => b - a));
  const percent = (key: keyof DesignChanges) =>
    mean(of(key).map(decreasePercent).filter((value) => value !== null));
  return {
    designs: changes.length,
    slocDecrease: (decrease("sloc") + decrease("radonSloc")) / 2,
    slocDecreasePercent: (percent("sloc") + percent("radonSloc")) / 2,
    vocabularyDecrease: decrease("vocabulary"),
    vocabularyDecreasePercent: percent("vocabulary"),
    effortDecrease: decrease("effort"),
    effortDecreasePercent: percent("effort"),
  };
}
