/** Heat maps: a number per cell, its colour on a legend at the right, arrows for an order of access. */
import type { Chart } from "chart.js";
import { scaleOptions } from "../axes.ts";
import { type Category, categoryExtent, type Extent, extentOf, measureExtent } from "../extent.ts";
import { nameRuler, type Ruler, ruler } from "../ruler.ts";
import { arrow } from "../arrow.ts";
import type { Axis } from "../channels.ts";
import { colorAt, inkOn } from "../colors.ts";
import { number } from "../data.ts";
import { axisTitle, formatNumber, formatOf } from "../labels.ts";
import { categoriesOf, placeKey, samplePlace } from "../measures.ts";
import { chartOptions } from "../options.ts";
import type { PlotOf } from "../spec.ts";
import type { Context } from "../surface.ts";
import { font, INK, SIZE } from "../theme.ts";
import type { Kind, PanelInput, Placement } from "./kind.ts";

interface CellAt {
  readonly x: string;
  readonly y: string;
  readonly value: number;
  readonly order: number;
}

type Share = (value: number) => number;

/** With as many cells or more, arrows would hide them: taplib draws none either. */
const TOO_MANY_FOR_ARROWS = 1024;

/** Room for the colour scale at the right of a panel. */
const SCALE_ROOM = 84;

/** Reads a panel of `kind: heatmap`; a cell without a row stays white. */
export const heatmap: Kind<"heatmap"> = (input) => {
  const { plot } = input;
  const cells: CellAt[] = input.rows.map((row) => ({
    x: placeKey(row, plot.x),
    y: placeKey(row, plot.y),
    value: number(row[plot.value.column]),
    order: plot.arrows === undefined ? NaN : number(row[plot.arrows]),
  }));
  const seen = new Set<string>();
  for (const cell of cells) {
    const key = `${cell.x}\u0001${cell.y}`;
    if (seen.has(key)) {
      input.warn("several rows for one cell: the last is drawn; name a facet or use where");
      break;
    }
    seen.add(key);
  }
  if (plot.arrows !== undefined && cells.length >= TOO_MANY_FOR_ARROWS) {
    input.warn(
      `no arrows between ${cells.length} cells: they are drawn for fewer than ${TOO_MANY_FOR_ARROWS}`,
    );
  }
  const shown = cells.filter((c) => !blank(plot, c.value));
  if (
    plot.value.scale === "log" && cells.some((c) => c.value <= 0 && c.value !== plot.value.blank)
  ) {
    input.warn("cells at or below zero have no colour on a log scale and stay white");
  }
  const x = categoryExtent(sorted(plot.x, categoriesOf(plot.x, input)));
  const y = categoryExtent(sorted(plot.y, categoriesOf(plot.y, input)));
  const v = valueExtent(plot, shown.map((c) => c.value));
  return {
    legend: [],
    x,
    y,
    v,
    height: (width) => {
      const side = Math.min(90, (width - SCALE_ROOM - 80) / (x.categories?.length ?? 1));
      return Math.min(900, Math.max(210, side * (y.categories?.length ?? 1) * 0.85 + 100));
    },
    chart: (at) => draw(input, at, cells, at.x ?? x, at.y ?? y, at.v ?? v),
  };
};

// Numbers in their own order, whatever order the rows came in.
function sorted(axis: Axis, categories: Category[]): Category[] {
  const numeric = categories.every((c) => !Number.isNaN(Number(c.key)));
  if (!numeric || axis.order !== undefined) return categories;
  return [...categories].sort((a, b) => Number(a.key) - Number(b.key));
}

function blank(plot: PlotOf<"heatmap">, value: number): boolean {
  return Number.isNaN(value) || value === plot.value.blank ||
    (plot.value.scale === "log" && value <= 0);
}

function valueExtent(plot: PlotOf<"heatmap">, values: readonly number[]): Extent {
  const raw = plot.value.scale === "log"
    ? extentOf(values, plot.value)
    : measureExtent(values, { ...plot.value, zero: false });
  if (plot.colors !== "diverging" || raw.scale === "log") return raw;
  const most = Math.max(Math.abs(raw.min), Math.abs(raw.max));
  return { ...raw, min: -most, max: most };
}

function draw(
  input: PanelInput<PlotOf<"heatmap">>,
  at: Placement,
  cells: readonly CellAt[],
  x: Extent,
  y: Extent,
  v: Extent,
) {
  const { plot } = input;
  const log = v.scale === "log";
  const span = log ? Math.log(v.max / v.min) : v.max - v.min;
  const share: Share = (value) => (log ? Math.log(value / v.min) : value - v.min) / span;
  const [columns, rows] = [x.categories?.length ?? 1, y.categories?.length ?? 1];
  const color = (value: number) =>
    blank(plot, value) ? "#ffffff" : colorAt(plot.colors, share(value));
  const size = (of: "width" | "height", count: number) => (c: { chart: Chart }) => {
    const area = c.chart.chartArea;
    return area === undefined ? 1 : (of === "width" ? area.width : area.height) / count;
  };
  const axis = (name: "x" | "y") => {
    const [of, extent] = name === "x" ? [plot.x, x] as const : [plot.y, y] as const;
    const names = nameRuler(extent, name === "x" ? at.width - SCALE_ROOM - 80 : Infinity);
    return scaleOptions({
      axis: name,
      position: name === "x" ? "bottom" : "left",
      ruler: thinned(names, name === "x" ? at.width : at.height),
      title: (name === "x" ? at.xTitle : at.yTitle) ? axisTitle(of.column, of.label, of.unit) : "",
      grid: false,
      reverse: (name === "y") !== (of.reverse === true),
      turn: names.turn,
    });
  };
  return {
    padding: { right: SCALE_ROOM },
    datasets: [{
      type: "matrix",
      data: cells.map((c) => ({ x: samplePlace(x, c.x), y: samplePlace(y, c.y), v: c.value })),
      backgroundColor: cells.map((c) => color(c.value)),
      borderColor: columns * rows > 400 ? "rgba(0, 0, 0, 0)" : "#bbbbbb",
      borderWidth: columns * rows > 400 ? 0 : 1,
      width: size("width", columns),
      height: size("height", rows),
    }],
    options: chartOptions({ title: at.title, scales: { x: axis("x"), y: axis("y") } }),
    plugins: [{
      id: "cells",
      afterDatasetsDraw: (chart: Chart) => {
        const ctx = chart.ctx as unknown as Context;
        if (plot.arrows !== undefined && cells.length < TOO_MANY_FOR_ARROWS) {
          arrows(ctx, chart, cells, x, y);
        }
        numbers(ctx, chart, plot, cells, x, y, share);
        colorScale(ctx, chart, plot, v, share);
      },
    }],
  };
}

// With more names than room, every nth is written.
function thinned(names: Ruler, length: number): Ruler {
  const every = Math.ceil(names.ticks.length / Math.max(1, (length - 100) / 18));
  return { ...names, ticks: names.ticks.filter((_, i) => i % every === 0) };
}

function numbers(
  ctx: Context,
  chart: Chart,
  plot: PlotOf<"heatmap">,
  cells: readonly CellAt[],
  x: Extent,
  y: Extent,
  share: Share,
): void {
  const { width, height } = chart.chartArea;
  const cellWidth = width / (x.categories?.length ?? 1);
  const cellHeight = height / (y.categories?.length ?? 1);
  const format = plot.value.format ?? formatOf(plot.value.column);
  const texts = cells.map((c) =>
    blank(plot, c.value) ? "" : formatNumber(c.value, format, plot.value.digits)
  );
  const size = Math.min(15, cellHeight * 0.5);
  ctx.save();
  ctx.font = font(size);
  const widest = Math.max(0, ...texts.map((t) => ctx.measureText(t).width));
  if (plot.numbers ?? (size >= 8 && widest < cellWidth - 4)) {
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    cells.forEach((c, i) => {
      const text = texts[i] as string;
      if (text === "") return;
      let [px, py] = centre(chart, x, y, c);
      if (plot.arrows !== undefined) {
        // In the corner, on its own ground, clear of the arrows through the middle.
        const own = ctx.measureText(text).width;
        px += -cellWidth / 2 + own / 2 + 6;
        py += -cellHeight / 2 + size / 2 + 5;
        ctx.fillStyle = colorAt(plot.colors, share(c.value));
        ctx.fillRect(px - own / 2 - 3, py - size / 2 - 2, own + 6, size + 4);
      }
      ctx.fillStyle = inkOn(plot.colors, share(c.value));
      ctx.fillText(text, px, py);
    });
  }
  ctx.restore();
}

function centre(chart: Chart, x: Extent, y: Extent, cell: CellAt): [number, number] {
  return [
    chart.scales["x"]?.getPixelForValue(samplePlace(x, cell.x)) ?? NaN,
    chart.scales["y"]?.getPixelForValue(samplePlace(y, cell.y)) ?? NaN,
  ];
}

function arrows(
  ctx: Context,
  chart: Chart,
  cells: readonly CellAt[],
  x: Extent,
  y: Extent,
): void {
  const path = cells.filter((c) => c.order >= 0).sort((a, b) => a.order - b.order);
  ctx.save();
  path.slice(1).forEach((to, i) => {
    const from = path[i] as CellAt;
    const [x0, y0] = centre(chart, x, y, from);
    const [x1, y1] = centre(chart, x, y, to);
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length === 0) return;
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    const inset = 9;
    for (const [width, color] of [[4.5, "#ffffff"], [2, "#c1121f"]] as const) {
      arrow(ctx, x0 + ux * inset, y0 + uy * inset, x1 - ux * inset, y1 - uy * inset, width, color);
    }
  });
  ctx.restore();
}

function colorScale(
  ctx: Context,
  chart: Chart,
  plot: PlotOf<"heatmap">,
  v: Extent,
  share: Share,
): void {
  const { right, top, height } = chart.chartArea;
  const [left, width] = [right + 14, 14];
  const format = plot.value.format ?? formatOf(plot.value.column);
  const steps = 64;
  ctx.save();
  for (let i = 0; i < steps; i++) {
    ctx.fillStyle = colorAt(plot.colors, 1 - (i + 0.5) / steps);
    ctx.fillRect(left, top + (height * i) / steps, width, height / steps + 0.6);
  }
  ctx.strokeStyle = INK.axis;
  ctx.lineWidth = 1;
  ctx.strokeRect(left, top, width, height);
  ctx.font = font(SIZE.tick - 1);
  ctx.fillStyle = INK.text;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const limits = { ...v, nice: false, fixedMin: v.min, fixedMax: v.max };
  for (const tick of ruler(limits, { length: height, flat: false, format }).ticks) {
    if (tick.minor === true) continue;
    const py = top + height * (1 - share(tick.value));
    ctx.beginPath();
    ctx.moveTo(left + width, py);
    ctx.lineTo(left + width + 4, py);
    ctx.stroke();
    ctx.fillText(tick.label, left + width + 7, py);
  }
  ctx.translate(right + SCALE_ROOM - 8, top + height / 2);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = "center";
  const title = axisTitle(plot.value.column, plot.value.label, plot.value.unit);
  let size: number = SIZE.tick;
  do ctx.font = font(size); while (ctx.measureText(title).width > height + 30 && --size > 8);
  ctx.fillText(title, 0, 0);
  ctx.restore();
}
