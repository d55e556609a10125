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

/** How much smaller, in percent of before; a measure that was 0 and is 0 has not changed. */
export function decreasePercent([before, after]: Change): number | null {
  if (before === 0) return after === 0 ? 0 : null;
  return (1 - after / before) * 100;
}

/** Averages the changes; designs whose measure was 0 before have no percentage and are left out of it. */
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
