/** A series' marker on its own, as Chart.js draws it on the line. */
import { drawPoint } from "chart.js/helpers";
import type { Context } from "./surface.ts";
import { type Look, MARKERS, outlineOf } from "./theme.ts";

/** Paints the marker of `look` around (x, y). */
export function paintMarker(
  context: Context,
  look: Look,
  x: number,
  y: number,
  radius: number,
): void {
  const style = MARKERS[look.marker];
  if (style === false) return;
  context.fillStyle = look.color;
  context.strokeStyle = look.color;
  context.lineWidth = 2;
  drawPoint(
    context as never,
    { pointStyle: style, radius, borderWidth: outlineOf(look), rotation: 0 } as never,
    x,
    y,
  );
}
