/** What a picture is painted on: one canvas for the PNG, one for the SVG, the same strokes on both. */
import "./no-system-fonts.ts";
import { createCanvas, type SKRSContext2D, SvgExportFlag } from "@napi-rs/canvas";
import { registerFonts } from "./fonts.ts";

/** The 2D context that everything here paints with. */
export type Context = SKRSContext2D;

/** A rectangle in logical pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The least width of a PNG, in pixels. */
const MIN_PNG_WIDTH = 1600;

type Paint = (context: Context, ratio: number) => void;

/** Paints on white and gives PNG bytes, at 2.5 device pixels a logical pixel or what 1600 px need. */
export function paintPng(width: number, height: number, paint: Paint): Uint8Array {
  registerFonts();
  const ratio = Math.max(width > 1000 ? 2 : 2.5, MIN_PNG_WIDTH / width);
  const canvas = createCanvas(Math.round(width * ratio), Math.round(height * ratio));
  const context = prepared(canvas.getContext("2d"));
  context.scale(ratio, ratio);
  // A little over: a last row of less than a device pixel would stay half transparent.
  background(context, width + 1, height + 1);
  paint(context, ratio);
  return canvas.toBuffer("image/png");
}

/** Paints on white and gives SVG text, its text as text, numbers rounded to hundredths of a pixel. */
export function paintSvg(width: number, height: number, paint: Paint): string {
  registerFonts();
  const canvas = createCanvas(width, height, SvgExportFlag.NoPrettyXML);
  const context = prepared(canvas.getContext("2d"));
  background(context, width, height);
  paint(context, 1);
  return tidy(canvas.getContent().toString("utf8"), width, height);
}

/** A context to measure text with before the picture's size is known. */
export function measuringContext(): Context {
  registerFonts();
  return prepared(createCanvas(8, 8).getContext("2d"));
}

// Ligatures would put characters into the SVG that no search finds; full circles become dozens of
// segments in Skia's SVG where four are enough.
function prepared(context: Context): Context {
  context.letterSpacing = "0.001px";
  const arc = context.arc.bind(context);
  context.arc = (x, y, radius, start, end, counter) => {
    if (Math.abs(end - start) < 2 * Math.PI - 1e-9) {
      arc(x, y, radius, start, end, counter);
      return;
    }
    const k = radius * 0.5522847498;
    context.moveTo(x + radius, y);
    context.bezierCurveTo(x + radius, y + k, x + k, y + radius, x, y + radius);
    context.bezierCurveTo(x - k, y + radius, x - radius, y + k, x - radius, y);
    context.bezierCurveTo(x - radius, y - k, x - k, y - radius, x, y - radius);
    context.bezierCurveTo(x + k, y - radius, x + radius, y - k, x + radius, y);
    context.closePath();
  };
  return context;
}

function background(context: Context, width: number, height: number): void {
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
}

// One element a line, numbers short and equal on every machine, clip names counted from 1 (Skia
// counts over the life of the process), fonts that a viewer without DejaVu Sans can stand in for.
function tidy(svg: string, width: number, height: number): string {
  const names = new Map<string, string>();
  return svg
    .replace(/<[^?>][^>]*>/g, (tag) =>
      tag
        .replace(/-?\d+\.\d+(?:e-?\d+)?/g, (number) => String(round(Number(number))))
        .replace(/\bcl_[0-9a-f]+\b/g, (name) => {
          if (!names.has(name)) names.set(name, `clip${names.size + 1}`);
          return names.get(name) as string;
        })
        .replace(/, "/g, '"')
        .replace(/font-family="DejaVu Sans"/, 'font-family="DejaVu Sans, Verdana, sans-serif"'))
    .replace(
      /(<svg [^>]*?) width="[^"]*" height="[^"]*"/,
      `$1 width="${width}" height="${height}"` +
        ` viewBox="0 0 ${width} ${height}"`,
    )
    .replace(/></g, ">\n<") + "\n";
}

function round(value: number): number {
  const rounded = Math.round(value * 100) / 100;
  return rounded === 0 ? 0 : rounded;
}
