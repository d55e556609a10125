/** Lines of text on the canvas: broken at a width, painted in a column. */
import type { Context } from "./surface.ts";
import { font } from "./theme.ts";

/** Breaks text at spaces so that each line is at most `width` wide; nothing for no text. */
export function wrap(
  context: Context,
  text: string | undefined,
  width: number,
  size: number,
  weight: "normal" | "bold" = "normal",
): string[] {
  if (text === undefined || text === "") return [];
  context.font = font(size, weight);
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && context.measureText(longer).width > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines;
}

/** The height of lines with the room below them; nothing for no lines. */
export function blockHeight(lines: readonly string[], size: number): number {
  return lines.length === 0 ? 0 : lines.length * size * 1.3 + 6;
}

/** Paints lines downwards from `y`; returns where the next block begins. */
export function paintLines(
  context: Context,
  lines: readonly string[],
  x: number,
  y: number,
  size: number,
  color: string,
  weight: "normal" | "bold" = "normal",
  align: "left" | "center" = "center",
): number {
  context.save();
  context.font = font(size, weight);
  context.fillStyle = color;
  context.textAlign = align;
  context.textBaseline = "alphabetic";
  lines.forEach((line, i) => context.fillText(line, x, y + size * (0.93 + i * 1.3)));
  context.restore();
  return y + blockHeight(lines, size);
}
