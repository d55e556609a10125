/** A table and a description in, one picture out: as PNG bytes and as SVG text. */
import type { Table } from "../table/mod.ts";
import { drawChart, type Insets } from "./chart.ts";
import { checkColumns } from "./columns.ts";
import { FigureError } from "./data.ts";
import type { LegendEntry, Placement } from "./kinds/kind.ts";
import { layLegend, type LegendLayout, paintLegend } from "./legend.ts";
import { type Cellular, panelsOf, sharedExtents } from "./panels.ts";
import type { FigureSpec } from "./spec.ts";
import { type Context, measuringContext, paintPng, paintSvg, type Rect } from "./surface.ts";
import { paintLines, wrap } from "./text.ts";
import { INK, SIZE } from "./theme.ts";

/** What the scenario says of the picture besides its `figure:` block. */
export interface FigureOptions {
  /** Printed when the figure has no title of its own. */
  readonly title?: string | undefined;
  /** Printed below when the figure has no note of its own, such as the figure's source. */
  readonly note?: string | undefined;
}

/** A drawn figure. */
export interface Figure {
  /** At least 1600 pixels wide, white background. */
  readonly png: Uint8Array;
  readonly svg: string;
  /** What the picture does not show and why: points dropped, bars cut, rows averaged. */
  readonly warnings: readonly string[];
}

const MARGIN = 14;
const GUTTER = 18;

/**
 * Draws `table` as `spec` says. The same arguments give the same bytes.
 *
 * @throws {FigureError} when a column is missing or there is nothing to draw.
 */
export function renderFigure(table: Table, spec: FigureSpec, options: FigureOptions = {}): Figure {
  const problems = checkColumns(spec, table.columns);
  if (problems.length > 0) {
    throw new FigureError(
      problems.map((p) => `figure.${p.path.join(".")}: ${p.message}`).join("\n"),
    );
  }
  if (table.rows.length === 0) {
    throw new FigureError(
      "the table has no rows: there is nothing to draw; run the scenario first",
    );
  }
  const warnings = new Set<string>();
  const { cells, columns } = panelsOf(table, spec, (message) => warnings.add(message));
  const picture = lay(cells, columns, spec, options);
  const paint = (context: Context) => paintPicture(context, picture);
  return {
    png: paintPng(picture.width, picture.height, paint),
    svg: paintSvg(picture.width, picture.height, paint),
    warnings: [...warnings],
  };
}

interface Placed {
  readonly cell: Cellular;
  readonly rect: Rect;
  readonly placement: Placement;
  readonly extra: Insets;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  readonly note: readonly string[];
  readonly legend?: { layout: LegendLayout; rect: Rect; column: boolean };
  readonly panels: readonly Placed[];
  readonly noteY: number;
}

function lay(
  cells: readonly Cellular[],
  wanted: number | undefined,
  spec: FigureSpec,
  options: FigureOptions,
): Picture {
  const context = measuringContext();
  const perRow = Math.min(cells.length, wanted ?? defaultColumns(cells.length));
  const width = Math.round(spec.width ?? (perRow === 1 ? 720 : Math.min(1440, 140 + 410 * perRow)));
  const inner = width - 2 * MARGIN;
  const title = wrap(context, spec.title ?? options.title, inner, SIZE.title, "bold");
  const subtitle = wrap(context, spec.subtitle, inner, SIZE.subtitle);
  const note = wrap(context, spec.note ?? options.note, inner, SIZE.note);
  const entries = legendEntries(cells);
  const place = entries.length === 0 ? "none" : spec.legend;
  const column = place === "right";
  const layout = layLegend(context, entries, inner, spec.legend_title, column);
  let y = MARGIN + blockHeight(title, SIZE.title) + blockHeight(subtitle, SIZE.subtitle);
  const legendTop = y;
  if (place === "top") y += layout.height + 6;
  const gridWidth = column ? inner - layout.width - GUTTER : inner;
  const below = blockHeight(note, SIZE.note) + MARGIN +
    (place === "bottom" ? layout.height + 6 : 0);
  const heights = rowHeights(cells, perRow, gridWidth, context, spec.height, y + below);
  const placed = placePanels(cells, perRow, { x: MARGIN, y, width: gridWidth, height: 0 }, heights);
  const gridHeight = heights.reduce((a, b) => a + b, 0) + GUTTER * (heights.length - 1);
  const end = y + gridHeight;
  const legendRect = column
    ? { x: MARGIN + gridWidth + GUTTER, y: y + 24, width: layout.width, height: layout.height }
    : { x: MARGIN, y: place === "top" ? legendTop : end + 6, width: inner, height: layout.height };
  return {
    width,
    height: Math.round(end + below),
    title,
    subtitle,
    note,
    ...(place === "none" ? {} : { legend: { layout, rect: legendRect, column } }),
    panels: align(context, placed, perRow),
    noteY: end + (place === "bottom" ? layout.height + 6 : 0) + 4,
  };
}

function defaultColumns(panels: number): number {
  return panels <= 3 ? panels : panels === 4 ? 2 : Math.min(4, Math.ceil(Math.sqrt(panels)));
}

function blockHeight(lines: readonly string[], size: number): number {
  return lines.length === 0 ? 0 : lines.length * size * 1.3 + 6;
}

// A legend says nothing when all there is to tell apart is named on the axes.
function legendEntries(cells: readonly Cellular[]): LegendEntry[] {
  const entries = new Map<string, LegendEntry>();
  for (const { panel } of cells) {
    for (const entry of panel.legend) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  }
  return entries.size < 2 ? [] : [...entries.values()];
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
  const share = perRow > 1 ? 0.72 : rows > 1 ? 0.42 : 0.6;
  const heights = Array.from({ length: rows }, (_, row) =>
    Math.max(
      ...cells.slice(row * perRow, (row + 1) * perRow).map((cell) =>
        cell.panel.height?.(panelWidth, context) ?? panelWidth * share
      ),
    ));
  if (total === undefined) return heights;
  const free = total - taken - GUTTER * (rows - 1);
  const sum = heights.reduce((a, b) => a + b, 0);
  return heights.map((h) => Math.max(80, (h * free) / sum));
}

function placePanels(
  cells: readonly Cellular[],
  perRow: number,
  area: Rect,
  heights: readonly number[],
): Placed[] {
  const xs = sharedExtents(cells, "x");
  const ys = sharedExtents(cells, "y");
  const vs = sharedExtents(cells, "v");
  const width = (area.width - GUTTER * (perRow - 1)) / perRow;
  return cells.map((cell, i) => {
    const row = Math.floor(i / perRow);
    const height = heights[row] as number;
    const above = heights.slice(0, row).reduce((a, b) => a + b + GUTTER, 0);
    const rect = {
      x: area.x + (i % perRow) * (width + GUTTER),
      y: area.y + above,
      width,
      height,
    };
    const under = cells[i + perRow];
    const before = i % perRow === 0 ? undefined : cells[i - 1];
    const x = xs[i];
    const y = ys[i];
    const v = vs[i];
    return {
      cell,
      rect,
      extra: { left: 0, right: 0, top: 0, bottom: 0 },
      placement: {
        width,
        height,
        ...(x === undefined ? {} : { x }),
        ...(y === undefined ? {} : { y }),
        ...(v === undefined ? {} : { v }),
        ...(cell.title === undefined ? {} : { title: cell.title }),
        xTitle: cell.shareX === undefined || under?.shareX !== cell.shareX,
        yTitle: cell.shareY === undefined || before?.shareY !== cell.shareY,
      },
    };
  });
}

// Data areas of one column begin and end at the same x, those of one row at the same y.
function align(context: Context, placed: readonly Placed[], perRow: number): Placed[] {
  if (placed.length === 1) return [...placed];
  const own = placed.map((p) => {
    const chart = p.cell.panel.chart?.(p.placement);
    return chart === undefined ? undefined : drawChart(context, p.rect, chart);
  });
  const most = (side: keyof Insets, at: (i: number) => boolean) =>
    Math.max(0, ...own.map((insets, i) => insets !== undefined && at(i) ? insets[side] : 0));
  return placed.map((p, i) => {
    const insets = own[i];
    if (insets === undefined) return p;
    const sameColumn = (j: number) => j % perRow === i % perRow;
    const sameRow = (j: number) => Math.floor(j / perRow) === Math.floor(i / perRow);
    return {
      ...p,
      extra: {
        left: most("left", sameColumn) - insets.left,
        right: most("right", sameColumn) - insets.right,
        top: most("top", sameRow) - insets.top,
        bottom: most("bottom", sameRow) - insets.bottom,
      },
    };
  });
}

function paintPicture(context: Context, picture: Picture): void {
  const middle = picture.width / 2;
  let y = MARGIN;
  y = paintLines(context, picture.title, middle, y, SIZE.title, INK.text, "bold");
  paintLines(context, picture.subtitle, middle, y, SIZE.subtitle, INK.soft);
  const { legend } = picture;
  if (legend !== undefined) paintLegend(context, legend.layout, legend.rect, legend.column);
  for (const { cell, rect, placement, extra } of picture.panels) {
    const chart = cell.panel.chart?.(placement);
    if (chart !== undefined) drawChart(context, rect, chart, extra);
    else cell.panel.paint?.(context, rect, placement);
  }
  paintLines(context, picture.note, MARGIN, picture.noteY, SIZE.note, INK.soft, "normal", "left");
}
