/** Outer categories below a category axis: their names, and lines between them. */
import { scaleOptions } from "./axes.ts";
import type { Category } from "./extent.ts";
import type { Annotations } from "./options.ts";
import { INK } from "./theme.ts";

interface Group {
  readonly label: string;
  readonly first: number;
  readonly last: number;
}

function groupsOf(categories: readonly Category[]): Group[] {
  const found: { label: string; first: number; last: number }[] = [];
  categories.forEach((category, i) => {
    if (category.group === undefined) return;
    const open = found.at(-1);
    if (open !== undefined && open.label === category.group) open.last = i;
    else found.push({ label: category.group, first: i, last: i });
  });
  return found;
}

/** A second axis with the outer names, or nothing when there are none. */
export function groupScale(
  categories: readonly Category[] | undefined,
  limits: { readonly min: number; readonly max: number },
  axis: "x" | "y",
): Record<string, unknown> {
  const found = groupsOf(categories ?? []);
  if (found.length === 0) return {};
  const ticks = found.map((g) => ({ value: (g.first + g.last) / 2, label: g.label }));
  const scale = scaleOptions({
    axis,
    position: axis === "x" ? "bottom" : "left",
    ruler: { min: limits.min, max: limits.max, ticks },
    grid: false,
    bare: true,
    weight: 1,
    reverse: axis === "y",
  });
  return { groups: scale };
}

/** Lines between the outer categories. */
export function groupLines(
  categories: readonly Category[] | undefined,
  axis: "x" | "y",
): Annotations {
  return Object.fromEntries(
    groupsOf(categories ?? []).slice(1).map((group, i) => [`group${i}`, {
      type: "line",
      [`${axis}Min`]: group.first - 0.5,
      [`${axis}Max`]: group.first - 0.5,
      borderColor: INK.soft,
      borderWidth: 0.8,
      drawTime: "beforeDatasetsDraw",
    }]),
  );
}
