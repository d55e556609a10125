/** Crossovers: where two series cross. */
import type { Table } from "../table/mod.ts";
import { type Judgement, plain, points, singleRow } from "./judgement.ts";
import { judgeOne, type Printed } from "./judge-number.ts";
import type { Tolerance } from "./tolerance.ts";

/**
 * Every x at which a difference changes its sign, by linear interpolation between neighbours. A
 * stretch of zeros between opposite signs crosses in its middle; one at an end does not cross.
 */
function crossings(series: readonly (readonly [x: number, y: number])[]): number[] {
  const found: number[] = [];
  let last: readonly [number, number] | undefined;
  let zeros: number[] = [];
  for (const [x, y] of series) {
    if (y === 0) {
      zeros.push(x);
      continue;
    }
    if (last !== undefined && Math.sign(y) !== Math.sign(last[1])) {
      found.push(
        zeros.length > 0
          ? (zeros[0] + zeros[zeros.length - 1]) / 2
          : last[0] + (x - last[0]) * last[1] / (last[1] - y),
      );
    }
    last = [x, y];
    zeros = [];
  }
  return found;
}

/**
 * Judges where a difference crosses zero: the x itself (one row, one column) or the difference at each
 * x. Every crossing found must lie where the publication says; none is not met.
 *
 * @throws {Unmeasured}
 */
export function judgeCrossover(printed: Printed, tolerance: Tolerance, table: Table): Judgement {
  if (table.columns.length === 1) return judgeOne(singleRow(table)[0], printed, tolerance);
  const series = points(table, 2);
  const found = crossings(series);
  if (found.length === 0) {
    const [first, last] = [series[0], series[series.length - 1]];
    const side = series.some(([, y]) => y > 0) ? "above" : "below";
    const range = `from ${plain(first[0])} to ${plain(last[0])}`;
    const difference = `the difference stays ${side} zero ${range}`;
    return { met: false, reproduced: "no crossing", values: [], difference };
  }
  const judged = found.map((x) => judgeOne(x, printed, tolerance));
  return {
    met: judged.every(({ met }) => met),
    reproduced: judged.map(({ reproduced }) => reproduced).join(", "),
    values: found,
    difference: judged.map(({ difference }) => difference).join("; "),
  };
}
