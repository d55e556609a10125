/**
 * Halstead's measures of a source by radon's rules (`radon hal`, totals of a file; version 5.1 was
 * read; M. H. Halstead, Elements of Software Science, 1977). Radon counts as operators only what
 * Python's syntax tree has as binary, unary and boolean operations, augmented assignments and
 * comparisons, and as operands only what these stand between.
 */
import { pythonOperations } from "./operations-python.ts";
import { typescriptOperations } from "./operations-typescript.ts";
import type { SourceLanguage, SyntaxNode } from "./syntax.ts";

/** One use of operators: `a < b <= c` is one with two operators and three operands. */
export interface Operation {
  /** The operators' names; `-` before one operand and between two are different operators. */
  readonly operators: readonly string[];
  /**
   * What they are used on: equal keys are the same operand, `null` is one that equals no other.
   */
  readonly operands: readonly (string | null)[];
  /** The innermost function around it by name: operands of different functions are different. */
  readonly context: string | null;
}

/** Halstead's counts and what follows from them, under their usual names. */
export interface Halstead {
  /** n1. */
  readonly distinctOperators: number;
  /** n2. */
  readonly distinctOperands: number;
  /** N1. */
  readonly operators: number;
  /** N2. */
  readonly operands: number;
  /** n = n1 + n2. */
  readonly vocabulary: number;
  /** N = N1 + N2. */
  readonly length: number;
  /** n1 log2 n1 + n2 log2 n2; 0 unless there are both operators and operands. */
  readonly calculatedLength: number;
  /** V = N log2 n, in bits. */
  readonly volume: number;
  /** D = n1/2 * N2/n2. */
  readonly difficulty: number;
  /** E = D V, in elementary mental discriminations. */
  readonly effort: number;
  /** E / 18, in seconds. */
  readonly time: number;
  /** V / 3000: expected errors. */
  readonly bugs: number;
}

const OPERATIONS = { python: pythonOperations, typescript: typescriptOperations };

/** Halstead's measures of a whole source. */
export function halstead(root: SyntaxNode, text: string, language: SourceLanguage): Halstead {
  const seenOperators = new Set<string>();
  const seenOperands = new Set<string>();
  let [operators, operands, unlike] = [0, 0, 0];
  for (const operation of OPERATIONS[language](root, text)) {
    operators += operation.operators.length;
    operands += operation.operands.length;
    for (const name of operation.operators) seenOperators.add(name);
    for (const key of operation.operands) {
      if (key === null) unlike++;
      else seenOperands.add(JSON.stringify([operation.context, key]));
    }
  }
  return fromCounts(seenOperators.size, seenOperands.size + unlike, operators, operands);
}

/** The measures that follow from the four counts n1, n2, N1 and N2. */
export function fromCounts(n1: number, n2: number, N1: number, N2: number): Halstead {
  const vocabulary = n1 + n2;
  const length = N1 + N2;
  const volume = vocabulary === 0 ? 0 : length * Math.log2(vocabulary);
  const difficulty = n2 === 0 ? 0 : (n1 * N2) / (2 * n2);
  const effort = difficulty * volume;
  return {
    distinctOperators: n1,
    distinctOperands: n2,
    operators: N1,
    operands: N2,
    vocabulary,
    length,
    calculatedLength: n1 > 0 && n2 > 0 ? n1 * Math.log2(n1) + n2 * Math.log2(n2) : 0,
    volume,
    difficulty,
    effort,
    time: effort / 18,
    bugs: volume / 3000,
  };
}
