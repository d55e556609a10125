/** Orderings: names by their values. */
import type { Table } from "../table/mod.ts";
import { type Judgement, numberIn, plain, Unmeasured } from "./judgement.ts";
import type { PublishedOrder } from "./published.ts";
import type { Tolerance } from "./tolerance.ts";

function valuesByName(table: Table): Map<string, number> {
  const [nameColumn, valueColumn] = table.columns;
  if (table.columns.length !== 2) {
    throw new Unmeasured(`the measure gave ${table.columns.length} columns, not two (name, value)`);
  }
  const found = new Map<string, number>();
  for (const row of table.rows) {
    const name = String(row[nameColumn]);
    if (found.has(name)) {
      throw new Unmeasured(`the measure gave two rows for ${name}; GROUP BY ${nameColumn}`);
    }
    found.set(name, numberIn(row[valueColumn], `${valueColumn} of ${name}`));
  }
  return found;
}

/**
 * Judges `a < b = c`: each neighbour pair must stand in its relation. `=` means alike within the
 * tolerance (a share of the larger one, or an amount in the measure's unit; `printed` means equal to six
 * digits); `<` and `>` are strict.
 *
 * @throws {Unmeasured} if a name is missing or has no value.
 */
export function judgeOrder(
  published: PublishedOrder,
  tolerance: Tolerance,
  table: Table,
): Judgement {
  const values = valuesByName(table);
  const { items, relations } = published;
  const numbers = items.map((item) => {
    const value = values.get(item);
    if (value === undefined) {
      const there = [...values.keys()].join(", ") || "none";
      throw new Unmeasured(`the measure gave no row for ${item}; it gave ${there}`);
    }
    return value;
  });
  const share = tolerance.form === "relative" ? tolerance.share : 0;
  const amount = tolerance.form === "absolute" ? tolerance.amount : 0;
  const alike = (a: number, b: number) =>
    Math.abs(a - b) <=
      Math.max(amount, Math.max(share, 1e-6) * Math.max(Math.abs(a), Math.abs(b)));
  const broken: string[] = [];
  relations.forEach((relation, i) => {
    const [a, b] = [numbers[i], numbers[i + 1]];
    const holds = relation === "=" ? alike(a, b) : relation === "<" ? a < b : a > b;
    if (holds) return;
    const found = a < b ? "<" : a > b ? ">" : "=";
    broken.push(
      `${items[i]} (${plain(a)}) ${found} ${items[i + 1]} (${plain(b)}), not ${relation}`,
    );
  });
  const order = items.map((item, i) => [item, numbers[i]] as const);
  const falling = relations.includes(">");
  const sorted = order.toSorted((a, b) => falling ? b[1] - a[1] : a[1] - b[1]);
  const reproduced = sorted.map(([item, value], i) => {
    if (i === 0) return item;
    const before = sorted[i - 1][1];
    const equal = relations.includes("=") ? alike(before, value) : before === value;
    return `${equal ? "=" : falling ? ">" : "<"} ${item}`;
  }).join(" ");
  return { met: broken.length === 0, reproduced, values: [], difference: broken.join("; ") };
}
