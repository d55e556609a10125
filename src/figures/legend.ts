/** The legend, painted as marks of the picture itself, so that a stand-alone SVG has it too. */
import type { LegendEntry } from "./kinds/kind.ts";
import type { Context, Rect } from "./surface.ts";
import { DASHES, faded, font, INK, MARKER_SIZE, SIZE } from "./theme.ts";
import { paintMarker } from "./marker.ts";

const SWATCH = { line: 34, points: 14, box: 20 } as const;
const GAP = 7;
const BETWEEN = 22;
const ROW = 22;

/** A legend broken into rows for a given width. */
export interface LegendLayout {
  readonly rows: readonly (readonly LegendEntry[])[];
  readonly title: string | undefined;
  readonly width: number;
  readonly height: number;
}

/** Breaks the entries into rows at most `width` wide; in one column when `column` is set. */
export function layLegend(
  context: Context,
  entries: readonly LegendEntry[],
  width: number,
  title: string | undefined,
  column = false,
): LegendLayout {
  context.font = font(SIZE.tick);
  const rows: LegendEntry[][] = [];
  const first = title === undefined || column ? 0 : context.measureText(title).width + BETWEEN;
  let used = Infinity;
  let widest = 0;
  for (const entry of entries) {
    const own = entryWidth(context, entry);
    if (column || used + own > width) {
      rows.push([entry]);
      used = (rows.length === 1 ? first : 0) + own + BETWEEN;
    } else {
      (rows.at(-1) as LegendEntry[]).push(entry);
      used += own + BETWEEN;
    }
    widest = Math.max(widest, used - BETWEEN);
  }
  if (column && title !== undefined) widest = Math.max(widest, context.measureText(title).width);
  const lines = rows.length + (column && title !== undefined ? 1 : 0);
  return { rows, title, width: widest, height: lines * ROW };
}

function entryWidth(context: Context, entry: LegendEntry): number {
  return SWATCH[entry.shape] + GAP + context.measureText(entry.label).width;
}

/** Paints the legend: rows centred in `rect`, or a column from its left edge. */
export function paintLegend(
  context: Context,
  layout: LegendLayout,
  rect: Rect,
  column = false,
): void {
  context.save();
  context.font = font(SIZE.tick);
  context.textBaseline = "middle";
  context.textAlign = "left";
  let y = rect.y + ROW / 2;
  if (column && layout.title !== undefined) {
    text(context, layout.title, rect.x, y, INK.soft);
    y += ROW;
  }
  layout.rows.forEach((row, i) => {
    const title = i === 0 && !column ? layout.title : undefined;
    const lead = title === undefined ? 0 : context.measureText(title).width + BETWEEN;
    const total = row.reduce((sum, e) => sum + entryWidth(context, e) + BETWEEN, lead - BETWEEN);
    let x = column ? rect.x : rect.x + (rect.width - total) / 2;
    if (title !== undefined) {
      text(context, title, x, y, INK.soft);
      x += lead;
    }
    for (const entry of row) {
      swatch(context, entry, x, y);
      text(context, entry.label, x + SWATCH[entry.shape] + GAP, y, INK.text);
      x += entryWidth(context, entry) + BETWEEN;
    }
    y += ROW;
  });
  context.restore();
}

function text(context: Context, words: string, x: number, y: number, color: string): void {
  context.fillStyle = color;
  context.fillText(words, x, y);
}

function swatch(context: Context, entry: LegendEntry, x: number, y: number): void {
  const { look } = entry;
  context.save();
  if (entry.shape === "box") {
    context.fillStyle = look.color;
    context.fillRect(x, y - 6, SWATCH.box, 12);
    context.strokeStyle = faded("black", 0.5);
    context.lineWidth = 1;
    context.strokeRect(x, y - 6, SWATCH.box, 12);
  } else {
    if (entry.shape === "line") {
      context.strokeStyle = look.color;
      context.lineWidth = look.width;
      context.setLineDash([...DASHES[look.dash]]);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + SWATCH.line, y);
      context.stroke();
      context.setLineDash([]);
    }
    paintMarker(context, look, x + SWATCH[entry.shape] / 2, y, MARKER_SIZE);
  }
  context.restore();
}
