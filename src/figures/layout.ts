/** Where everything of a picture goes: title, legend, panels in a grid with their data areas in line. */
import { type Insets, measureChart } from "./chart.ts";
import type { LegendEntry, Placement } from "./kinds/kind.ts";
import { layLegend, type LegendLayout } from "./legend.ts";
import { type Cellular, sharedExtents } from "./panels.ts";
import type { FigureSpec } from "./spec.ts";
import { type Context, measuringContext, type Rect } from "./surface.ts";
import { blockHeight, wrap } from "./text.ts";
import { SIZE } from "./theme.ts";

/** White border of the picture, in logical pixels. */
export const MARGIN = 14;
const GUTTER = 18;
/** What a panel without the title of its x axis is lower by. */
const TITLE_ROOM = 25;

/** A panel in its place. */
export interface Placed {
  readonly cell: Cellular;
  readonly rect: Rect;
  readonly placement: Placement;
  /** Further room at its sides, so that data areas line up. */
  readonly extra: Insets;
}

/** A picture laid out, in logical pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  readonly note: readonly string[];
  readonly noteY: number;
  readonly legend?: {
    readonly layout: LegendLayout;
    readonly rect: Rect;
    readonly column: boolean;
  };
  readonly panels: readonly Placed[];
}

interface Grid {
  readonly cells: readonly Cellular[];
  readonly perRow: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly heights: readonly number[];
}

/** Lays out a picture of `cells`, `wanted` to a row. */
export function layOut(
  cells: readonly Cellular[],
  wanted: number | undefined,
  spec: FigureSpec,
  texts: { readonly title?: string | undefined; readonly note?: string | undefined },
): Picture {
  const context = measuringContext();
  const perRow = Math.min(cells.length, wanted ?? defaultColumns(cells.length));
  const least = Math.max(0, ...cells.map((cell) => cell.panel.width?.(context) ?? 0));
  const usual = perRow === 1 ? 720 : Math.min(1440, 140 + 410 * perRow);
  const width = Math.round(
    spec.width ?? Math.max(usual, least * perRow + GUTTER * (perRow - 1) + 2 * MARGIN),
  );
  const inner = width - 2 * MARGIN;
  const title = wrap(context, texts.title, inner, SIZE.title, "bold");
  const subtitle = wrap(context, spec.subtitle, inner, SIZE.subtitle);
  const note = wrap(context, texts.note, inner, SIZE.note);
  const entries = legendEntries(cells);
  const place = entries.length === 0 ? "none" : spec.legend;
  const column = place === "right";
  const legend = layLegend(context, entries, inner, spec.legend_title, column);
  const legendRow = legend.height + 6;
  const legendY = MARGIN + blockHeight(title, SIZE.title) + blockHeight(subtitle, SIZE.subtitle);
  const y = legendY + (place === "top" ? legendRow : 0);
  const gridWidth = column ? inner - legend.width - GUTTER : inner;
  const below = (place === "bottom" ? legendRow : 0) + MARGIN +
    (note.length === 0 ? 0 : blockHeight(note, SIZE.note) + 4);
  const heights = rowHeights(cells, perRow, gridWidth, context, spec.height, y + below);
  const end = y + heights.reduce((a, b) => a + b, 0) + GUTTER * (heights.length - 1);
  const rect = column
    ? { x: MARGIN + gridWidth + GUTTER, y: y + 24, width: legend.width, height: legend.height }
    : { x: MARGIN, y: place === "top" ? legendY : end + 6, width: inner, height: legend.height };
  return {
    width,
    height: Math.round(end + below),
    title,
    subtitle,
    note,
    noteY: end + (place === "bottom" ? legendRow : 0) + 8,
    ...(place === "none" ? {} : { legend: { layout: legend, rect, column } }),
    panels: align(context, { cells, perRow, x: MARGIN, y, width: gridWidth, heights }),
  };
}

function defaultColumns(panels: number): number {
  return panels <= 3 ? panels : panels === 4 ? 2 : Math.min(4, Math.ceil(Math.sqrt(panels)));
}

// Where no panel has two series, the axes and titles name them all.
function legendEntries(cells: readonly Cellular[]): LegendEntry[] {
  if (cells.every(({ panel }) => panel.legend.length < 2)) return [];
  const entries = new Map<string, LegendEntry>();
  const shown = new Set<string>();
  for (const { panel } of cells) {
    for (const entry of panel.legend) {
      // Two panels' columns may be given one name and one look: that is one thing to a reader.
      const { label, shape, look } = entry;
      const seen = JSON.stringify([label, shape, shape === "box" ? look.color : look]);
      if (entries.has(entry.key) || shown.has(seen)) continue;
      entries.set(entry.key, entry);
      shown.add(seen);
    }
  }
  return [...entries.values()];
}

function rowHeights(
  cells: readonly Cellular[],
  perRow: number,
  width: number,
  context: Context,
  total: number | undefined,
  taken: number,
): number[] {
  const rows = Math.ceil(cells.length / perRow);
  const panelWidth = (width - GUTTER * (perRow - 1)) / perRow;
  const share = perRow > 2 ? 0.85 : perRow > 1 ? 0.72 : rows > 1 ? 0.42 : 0.6;
  const heights = Array.from({ length: rows }, (_, row) => {
    const first = row * perRow;
    const own = cells.slice(first, first + perRow);
    const bare = own.every((_, i) => !hasXTitle(cells, first + i, perRow));
    return Math.max(
      ...own.map((cell) => cell.panel.height?.(panelWidth, context) ?? panelWidth * share),
    ) - (bare ? TITLE_ROOM : 0);
  });
  if (total === undefined) return heights;
  const free = total - taken - GUTTER * (rows - 1);
  const sum = heights.reduce((a, b) => a + b, 0);
  return heights.map((h) => Math.max(80, (h * free) / sum));
}

// Panels that share an axis need its title only at the edge.
function hasXTitle(cells: readonly Cellular[], i: number, perRow: number): boolean {
  const share = cells[i]?.shareX;
  return share === undefined || cells[i + perRow]?.shareX !== share;
}

function hasYTitle(cells: readonly Cellular[], i: number, perRow: number): boolean {
  const share = cells[i]?.shareY;
  return share === undefined || i % perRow === 0 || cells[i - 1]?.shareY !== share;
}

function place(grid: Grid, widths: readonly number[]): Placed[] {
  const { cells, perRow, heights } = grid;
  const extents = (["x", "y", "v"] as const).map((axis) =>
    [axis, sharedExtents(cells, axis)] as const
  );
  const before = (sizes: readonly number[], n: number) =>
    sizes.slice(0, n).reduce((sum, size) => sum + size + GUTTER, 0);
  return cells.map((cell, i) => {
    const [row, column] = [Math.floor(i / perRow), i % perRow];
    const [width, height] = [widths[column] as number, heights[row] as number];
    const own = extents.flatMap(([axis, all]) => all[i] === undefined ? [] : [[axis, all[i]]]);
    return {
      cell,
      rect: { x: grid.x + before(widths, column), y: grid.y + before(heights, row), width, height },
      extra: { left: 0, right: 0, top: 0, bottom: 0 },
      placement: {
        width,
        height,
        ...Object.fromEntries(own),
        ...(cell.title === undefined ? {} : { title: cell.title }),
        xTitle: hasXTitle(cells, i, perRow),
        yTitle: hasYTitle(cells, i, perRow),
      },
    };
  });
}

// Data areas of one column begin and end at the same x, those of one row at the same y, and all
// columns are equally wide where it counts.
function align(context: Context, grid: Grid): Placed[] {
  const { perRow } = grid;
  const columns = Array.from({ length: perRow }, (_, c) => c);
  const free = grid.width - GUTTER * (perRow - 1);
  const even = place(grid, columns.map(() => free / perRow));
  if (even.length === 1) return even;
  const sides = (placed: readonly Placed[]) => {
    const insets = placed.map((p) => insetsOf(context, p));
    const most = (side: keyof Insets, at: (i: number) => boolean) =>
      Math.max(0, ...insets.map((own, i) => own !== undefined && at(i) ? own[side] : 0));
    return { insets, most };
  };
  const first = sides(even);
  const taken = columns.map((c) =>
    first.most("left", (i) => i % perRow === c) + first.most("right", (i) => i % perRow === c)
  );
  const data = (free - taken.reduce((a, b) => a + b, 0)) / perRow;
  const placed = place(grid, taken.map((t) => t + data));
  const { insets, most } = sides(placed);
  return placed.map((p, i) => {
    if (insets[i] === undefined) return p;
    const sameColumn = (j: number) => j % perRow === i % perRow;
    const sameRow = (j: number) => Math.floor(j / perRow) === Math.floor(i / perRow);
    return padded(context, p, {
      left: most("left", sameColumn),
      right: most("right", sameColumn),
      top: most("top", sameRow),
      bottom: most("bottom", sameRow),
    });
  });
}

// Chart.js lets padding and overhanging labels share their room, so that what padding does is found
// by trying: each round adds what is still missing.
function padded(context: Context, placed: Placed, wanted: Insets): Placed {
  let current = placed;
  for (let round = 0; round < 4; round++) {
    const own = insetsOf(context, current) as Insets;
    const missing = (side: keyof Insets) =>
      Math.max(0, current.extra[side] + wanted[side] - own[side]);
    const extra = {
      left: missing("left"),
      right: missing("right"),
      top: missing("top"),
      bottom: missing("bottom"),
    };
    current = { ...current, extra };
  }
  return current;
}

function insetsOf(context: Context, placed: Placed): Insets | undefined {
  const chart = placed.cell.panel.chart?.(placed.placement);
  if (chart === undefined) return undefined;
  return measureChart(context, placed.rect, chart, placed.extra);
}
