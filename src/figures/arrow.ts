/** Arrows: the order of access in a heat map, a cause in a timeline. */
import type { Context } from "./surface.ts";

/** A straight arrow; drawn twice, wide in white and narrow in colour, it reads on any ground. */
export function arrow(
  ctx: Context,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  width: number,
  color: string,
): void {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const head = 8;
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.lineCap = "round";
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  for (const turn of [-0.45, 0.45]) {
    ctx.moveTo(x1, y1);
    ctx.lineTo(x1 - head * Math.cos(angle + turn), y1 - head * Math.sin(angle + turn));
  }
  ctx.stroke();
}
