/** The averages of `iron metrics`, the published ones beside them. */
import type { DesignChanges, MeasuredPair, Summary } from "../iron/metrics/mod.ts";
import type { MetricsTable } from "./metrics-tables.ts";

/** What changed between the versions of each measured design. */
export function changesOf(measured: readonly MeasuredPair[]): DesignChanges[] {
  return measured.map(({ before, after }) => ({
    sloc: [before.sloc, after.sloc],
    radonSloc: [before.radonSloc, after.radonSloc],
    vocabulary: [before.halstead.vocabulary, after.halstead.vocabulary],
    effort: [before.halstead.effort, after.halstead.effort],
  }));
}

/** The published changes of the designs in the tables; none if one of them was not published. */
export function publishedChanges(tables: readonly MetricsTable[]): DesignChanges[] {
  const [first] = tables;
  const found = first.table.rows.map(({ design }) =>
    first.published.rows.find((row) => row["design"] === design)
  );
  if (found.some((row) => row === undefined)) return [];
  return found.map((row) => {
    const change = (name: string) =>
      [Number(row?.[`${name}_before`]), Number(row?.[`${name}_after`])] as const;
    return {
      sloc: change("sloc"),
      radonSloc: change("radon_sloc"),
      vocabulary: change("halstead_vocabulary"),
      effort: change("halstead_effort"),
    };
  });
}

/** The averages in words, one line each. */
export function summaryText(summary: Summary, published: Summary | undefined): string {
  const line = (what: string, pick: (s: Summary) => [number, number]) => {
    const text = (s: Summary) => {
      const [decrease, percent] = pick(s);
      return `${decrease.toFixed(2)}, ${percent.toFixed(2)} %`;
    };
    return `  ${what}: ${text(summary)}` +
      (published === undefined ? "" : ` (published ${text(published)})`);
  };
  return [
    `Average decrease over ${summary.designs} ${summary.designs === 1 ? "design" : "designs"}`,
    line("SLOC (pygount and radon)", (s) => [s.slocDecrease, s.slocDecreasePercent]),
    line("Halstead vocabulary", (s) => [s.vocabularyDecrease, s.vocabularyDecreasePercent]),
    line("Halstead effort", (s) => [s.effortDecrease, s.effortDecreasePercent]),
  ].join("\n");
}
