/** A table and a description in, one picture out: as PNG bytes and as SVG text. */
import type { Table } from "../table/mod.ts";
import { drawChart } from "./chart.ts";
import { checkColumns } from "./columns.ts";
import { FigureError } from "./data.ts";
import { layOut, MARGIN, type Picture } from "./layout.ts";
import { paintLegend } from "./legend.ts";
import { panelsOf } from "./panels.ts";
import type { FigureSpec } from "./spec.ts";
import { type Context, paintPng, paintSvg } from "./surface.ts";
import { paintLines } from "./text.ts";
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
  /** The same drawing; its text is text. */
  readonly svg: string;
  /** What the picture does not show and why: points dropped, bars cut, rows averaged. */
  readonly warnings: readonly string[];
}

/**
 * Draws `table` as `spec` says. The same arguments give the same bytes.
 *
 * @throws {FigureError} when a column is missing or there is nothing to draw.
 */
export function renderFigure(table: Table, spec: FigureSpec, options: FigureOptions = {}): Figure {
  const { picture, warnings } = pictureOf(table, spec, options);
  const { width, height } = picture;
  const paint = (context: Context) => paintPicture(context, picture);
  return { png: paintPng(width, height, paint), svg: paintSvg(width, height, paint), warnings };
}

/** Draws as `renderFigure` does, without the PNG, whose compression takes most of the time. */
export function renderSvg(
  table: Table,
  spec: FigureSpec,
  options: FigureOptions = {},
): Omit<Figure, "png"> {
  const { picture, warnings } = pictureOf(table, spec, options);
  const paint = (context: Context) => paintPicture(context, picture);
  return { svg: paintSvg(picture.width, picture.height, paint), warnings };
}

function pictureOf(
  table: Table,
  spec: FigureSpec,
  options: FigureOptions,
): { picture: Picture; warnings: readonly string[] } {
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
  const picture = layOut(cells, columns, spec, {
    title: spec.title ?? options.title,
    note: spec.note ?? options.note,
  });
  return { picture, warnings: [...warnings] };
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
