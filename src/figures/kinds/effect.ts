/** Main effects: for each factor, the mean over all rows with it off and with it on. */
import type { Chart } from "chart.js";
import { scaleOptions } from "../axes.ts";
import { categoryExtent, type Extent, measureExtent } from "../extent.ts";
import { nameRuler } from "../ruler.ts";
import type { Cell } from "../../table/mod.ts";
import { distinct, observe } from "../data.ts";
import { groupLines, groupScale } from "../groups.ts";
import { printed } from "../labels.ts";
import { measureColumns, measureRuler, measureTitle } from "../measures.ts";
import { chartOptions, markAnnotations } from "../options.ts";
import type { PlotOf } from "../spec.ts";
import type { Context } from "../surface.ts";
import { font, INK, SIZE } from "../theme.ts";
import type { Kind, PanelInput, Placement } from "./kind.ts";

interface Factor {
  readonly name: string;
  readonly levels: readonly {
    readonly key: string;
    readonly label: string;
    readonly mean: number;
  }[];
}

/** Reads a panel of `kind: effect`: a line from off to on for each factor. */
export const effect: Kind<"effect"> = (input) => {
  const { plot } = input;
  const measure = measureColumns(plot.y)[0] as string;
  const factors = plot.factors.map((column): Factor => ({
    name: plot.labels?.[column] ?? column.replaceAll("_", " "),
    levels: [...distinct(input.rows, column)].sort(offFirst).map((value) => ({
      key: `${column}\u0000${String(value)}`,
      label: level(value, plot.labels),
      mean: observe(
        input.rows.filter((row) => row[column] === value),
        measure,
        undefined,
        input.columns,
      ).value,
    })),
  }));
  const x = categoryExtent(
    factors.flatMap((f) =>
      f.levels.map((level) => ({ key: level.key, label: level.label, group: f.name }))
    ),
  );
  const y = measureExtent(factors.flatMap((f) => f.levels.map((l) => l.mean)), {
    ...plot.y,
    pad: 0.12,
  });
  const overall = observe(input.rows, measure, undefined, input.columns).value;
  return {
    legend: [],
    x,
    y,
    chart: (at) => draw(input, at, factors, overall, at.x ?? x, at.y ?? y),
  };
};

// A CSV that was read back has its booleans as text.
function level(value: Cell, labels: Readonly<Record<string, string>> | undefined): string {
  const text = String(value);
  if (labels !== undefined && Object.hasOwn(labels, text)) return printed(value, labels);
  return text === "true" ? "on" : text === "false" ? "off" : printed(value);
}

const OFF = ["false", "off", "no", "0"];

function offFirst(a: unknown, b: unknown): number {
  const off = (v: unknown) => OFF.includes(String(v).toLowerCase()) ? 0 : 1;
  return off(a) - off(b);
}

function draw(
  input: PanelInput<PlotOf<"effect">>,
  at: Placement,
  factors: readonly Factor[],
  overall: number,
  x: Extent,
  y: Extent,
) {
  const { plot } = input;
  const look = input.look(measureColumns(plot.y)[0] as string);
  const values = measureRuler(y, plot.y, at.height - 110);
  const names = nameRuler(x);
  let first = 0;
  const lines = factors.map((factor) => {
    const points = factor.levels.map((level, i) => ({ x: first + i, y: level.mean }));
    first += factor.levels.length;
    return points;
  });
  return {
    datasets: lines.map((points) => ({
      type: "scatter",
      data: points,
      showLine: true,
      borderColor: look.color,
      backgroundColor: look.color,
      borderWidth: look.width,
      pointRadius: 5,
      pointBorderWidth: 0,
      clip: 6,
    })),
    options: chartOptions({
      title: at.title,
      annotations: {
        ...groupLines(x.categories, "x"),
        ...markAnnotations(
          [{ y: overall, dash: "dashed", color: "grey" }, ...(plot.marks ?? [])],
          x,
        ),
      },
      scales: {
        x: scaleOptions({ axis: "x", position: "bottom", ruler: names, grid: false }),
        ...groupScale(x.categories, names, "x"),
        y: scaleOptions({
          axis: "y",
          position: "left",
          log: y.scale === "log",
          ruler: values,
          title: measureTitle(plot.y),
        }),
      },
    }),
    plugins: [{
      id: "changes",
      afterDatasetsDraw: (chart: Chart) => changes(chart, lines),
    }],
  };
}

// The change from the first to the last level, over the line's middle.
function changes(chart: Chart, lines: readonly (readonly { x: number; y: number }[])[]): void {
  const ctx = chart.ctx as unknown as Context;
  ctx.save();
  ctx.font = font(SIZE.note + 1);
  ctx.fillStyle = INK.soft;
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  for (const points of lines) {
    const [from, to] = [points[0], points.at(-1)];
    if (from === undefined || to === undefined || from === to || from.y === 0) continue;
    const change = ((to.y - from.y) / Math.abs(from.y)) * 100;
    const text = `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(1)} %`;
    const x = chart.scales["x"]?.getPixelForValue((from.x + to.x) / 2) ?? NaN;
    const y = chart.scales["y"]?.getPixelForValue(Math.max(from.y, to.y)) ?? NaN;
    ctx.fillText(text, x, y - 8);
  }
  ctx.restore();
}
