/** Heat maps with a facet as an animation: the facets one after the other instead of side by side. */
import { FigureError, type FigureOptions, type FigureSpec, renderFigure } from "../figures/mod.ts";
import type { Cell, Table } from "../table/mod.ts";
import { animatedPng } from "./apng.ts";

/** Milliseconds between frames, as taplib's `animate` has them. */
export function intervalMs(frames: number): number {
  return Math.max(400, 100 + 5 * frames);
}

/**
 * Draws one frame per value of the figure's facet, with one colour scale for all.
 * @returns an animated PNG.
 * @throws {FigureError} for a figure that is no heat map with a facet.
 */
export function animated(table: Table, spec: FigureSpec, options: FigureOptions): Uint8Array {
  if (spec.kind !== "heatmap" || spec.facet === undefined) {
    throw new FigureError("only a heat map with a facet can be animated: one frame per facet");
  }
  const { facet, value, ...rest } = spec;
  const frames = new Map<string, Cell>();
  for (const row of table.rows) {
    const cell = row[facet.column];
    if (cell !== null && cell !== undefined) frames.set(String(cell), cell);
  }
  if (frames.size === 0) throw new FigureError(`column ${facet.column} names no frame`);
  const shown = table.rows.map((row) => Number(row[value.column]))
    .filter((v) => !Number.isNaN(v) && v !== value.blank);
  const scale = {
    ...value,
    min: value.min ?? shown.reduce((a, b) => Math.min(a, b), Infinity),
    max: value.max ?? shown.reduce((a, b) => Math.max(a, b), -Infinity),
  };
  const title = spec.title ?? options.title ?? "";
  const pictures = [...frames.values()].map((cell) => {
    const frame: FigureSpec = {
      ...rest,
      value: scale,
      where: { ...spec.where, [facet.column]: cell },
      title: `${title}: ${facet.column} ${cell}`,
    };
    return renderFigure(table, frame, options).png;
  });
  return animatedPng(pictures, intervalMs(pictures.length));
}
