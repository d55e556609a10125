/** Trends: how a series moves along its axis. */
import type { Table } from "../table/mod.ts";
import { type Judgement, plain, points } from "./judgement.ts";
import type { Direction, PublishedTrend } from "./published.ts";
import type { Tolerance } from "./tolerance.ts";

/** Longest series that is judged in full; a longer one is averaged down to this many points. */
const MOST_POINTS = 1000;

/** Follows a stretch point by point; `holds` tells whether it is of its direction so far. */
class Stretch {
  readonly #first: number;
  #low: number;
  #high: number;
  #last: number;
  #possible = true;

  constructor(readonly direction: Direction, readonly slack: number, first: number) {
    this.#first =
      this.#low =
      this.#high =
      this.#last =
        first;
  }

  /** Takes the next point; false if no continuation can be of this direction. */
  add(y: number): boolean {
    this.#low = Math.min(this.#low, y);
    this.#high = Math.max(this.#high, y);
    this.#last = y;
    const { slack, direction } = this;
    if (direction === "rising") this.#possible &&= this.#high - y <= slack;
    else if (direction === "falling") this.#possible &&= y - this.#low <= slack;
    else this.#possible &&= this.#high - this.#low <= slack;
    return this.#possible;
  }

  /** Rising and falling need a net change beyond the slack. */
  get holds(): boolean {
    if (!this.#possible) return false;
    const change = this.#last - this.#first;
    if (this.direction === "rising") return change > this.slack;
    return this.direction === "falling" ? -change > this.slack : true;
  }
}

/** Whether the series splits into consecutive stretches (sharing their ends) of these directions. */
export function follows(
  y: readonly number[],
  directions: readonly Direction[],
  slack: number,
): boolean {
  // reachable[i]: the stretches so far may end at point i.
  let reachable = y.map((_, i) => i === 0);
  for (const direction of directions) {
    const next = y.map(() => false);
    for (let from = 0; from < y.length - 1; from++) {
      if (!reachable[from]) continue;
      const stretch = new Stretch(direction, slack, y[from]);
      for (let to = from + 1; to < y.length && stretch.add(y[to]); to++) {
        if (stretch.holds) next[to] = true;
      }
    }
    reachable = next;
  }
  return reachable[y.length - 1];
}

function thin(y: readonly number[]): readonly number[] {
  if (y.length <= MOST_POINTS) return y;
  return Array.from({ length: MOST_POINTS }, (_, i) => {
    const part = y.slice(
      Math.floor(i * y.length / MOST_POINTS),
      Math.floor((i + 1) * y.length / MOST_POINTS),
    );
    return part.reduce((sum, v) => sum + v, 0) / part.length;
  });
}

/** The shortest description of a series in the words of trends, moves within the slack left out. */
function describeTrend(y: readonly number[], slack: number): Direction[] {
  const words: Direction[] = [];
  const push = (word: Direction) => {
    if (words.at(-1) !== word) words.push(word);
  };
  let anchor = y[0];
  let flat = 0;
  for (const value of y.slice(1)) {
    if (Math.abs(value - anchor) <= slack) {
      // Two steps or more without a move are a flat stretch, one is a pause.
      if (++flat === 2) push("flat");
      continue;
    }
    push(value > anchor ? "rising" : "falling");
    anchor = value;
    flat = 0;
  }
  return words.length === 0 ? ["flat"] : words;
}

/**
 * Judges `rising then flat`: rising and falling allow no move the other way beyond the tolerance and
 * need a net change beyond it; flat stays within it. The tolerance is a share of the largest |y| or
 * an amount in the measure's unit; `printed` allows nothing.
 *
 * @throws {Unmeasured}
 */
export function judgeTrend(
  published: PublishedTrend,
  tolerance: Tolerance,
  table: Table,
): Judgement {
  const series = points(table, published.directions.length + 1);
  const y = thin(series.map(([, value]) => value));
  const largest = Math.max(...y.map(Math.abs));
  const slack = tolerance.form === "absolute"
    ? tolerance.amount
    : (tolerance.form === "relative" ? tolerance.share : 1e-12) * largest;
  const met = follows(y, published.directions, slack);
  const found = describeTrend(y, slack);
  const shown = found.length <= 5
    ? found.join(" then ")
    : `changes direction ${found.length} times`;
  const [first, last] = [y[0], y[y.length - 1]];
  const extremes = `from ${plain(first)} to ${plain(last)}, least ${plain(Math.min(...y))}, ` +
    `most ${plain(largest === 0 ? 0 : Math.max(...y))}`;
  return {
    met,
    reproduced: met ? published.directions.join(" then ") : shown,
    values: [],
    difference: extremes,
  };
}
