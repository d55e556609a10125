/** Measures as rows of a table: one for each version of a design. */
import type { Row } from "../../model/mod.ts";
import type { SourceMetrics } from "./measure.ts";
import { type MeasuredPair, VERSIONS_IN_ORDER } from "./source-pair.ts";

/** The measures' columns, with what each means. Lines, counts and bits have no unit in their names. */
export const MEASURES = {
  sloc: "Lines of code by pygount's rule.",
  radon_sloc: "Source lines by radon's rule.",
  distinct_operators: "Halstead's n1.",
  distinct_operands: "Halstead's n2.",
  operators: "Halstead's N1.",
  operands: "Halstead's N2.",
  vocabulary: "n1 + n2.",
  length: "N1 + N2.",
  calculated_length: "n1 log2 n1 + n2 log2 n2.",
  volume: "Length times log2 of the vocabulary.",
  difficulty: "n1 / 2 times N2 / n2.",
  effort: "Difficulty times volume.",
  time_s: "Effort / 18.",
  bugs: "Volume / 3000.",
} as const;

/** A measure's column. */
export type MeasureColumn = keyof typeof MEASURES;

/** One version's measures, by column. */
export function cells({ sloc, radonSloc, halstead }: SourceMetrics): Record<MeasureColumn, number> {
  return {
    sloc,
    radon_sloc: radonSloc,
    distinct_operators: halstead.distinctOperators,
    distinct_operands: halstead.distinctOperands,
    operators: halstead.operators,
    operands: halstead.operands,
    vocabulary: halstead.vocabulary,
    length: halstead.length,
    calculated_length: halstead.calculatedLength,
    volume: halstead.volume,
    difficulty: halstead.difficulty,
    effort: halstead.effort,
    time_s: halstead.time,
    bugs: halstead.bugs,
  };
}

/** The rows of some designs: `number` counts the designs in their order, from 1. */
export function* rowsOf(measured: readonly MeasuredPair[]): Generator<Row> {
  for (const [i, pair] of measured.entries()) {
    for (const version of VERSIONS_IN_ORDER) {
      yield { number: i + 1, design: pair.design, version, ...cells(pair[version]) };
    }
  }
}
