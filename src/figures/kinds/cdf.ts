/** Cumulative distributions: counted from observations, or from a column that holds the share. */
import { scaleOptions } from "../axes.ts";
import { type Extent, extentOf } from "../extent.ts";
import { ruler } from "../ruler.ts";
import { FigureError, groups, number } from "../data.ts";
import { axisTitle, formatOf } from "../labels.ts";
import { measureName } from "../measures.ts";
import { chartOptions, markAnnotations } from "../options.ts";
import type { PlotOf } from "../spec.ts";
import { DASHES, type Look } from "../theme.ts";
import type { Kind, PanelInput, Placement } from "./kind.ts";

/** A curve: x ascending, the share of observations at or below x. */
interface Curve {
  readonly key: string;
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly share: number }[];
}

/** Reads a panel of `kind: cdf`; y is a share from 0 to 1. */
export const cdf: Kind<"cdf"> = (input) => {
  const { plot } = input;
  const curves = groups(input.rows, plot.series, plot.order).map((part): Curve => ({
    key: plot.series === undefined ? plot.x.column : String(part.value),
    label: plot.series === undefined
      ? measureName(plot.x.column, plot.labels)
      : input.name(part.value),
    points: plot.cdf === undefined
      ? counted(part.rows.map((row) => number(row[plot.x.column])))
      : given(part.rows.map((row) => ({
        x: number(row[plot.x.column]),
        share: number(row[plot.cdf as string]),
      }))),
  }));
  if (plot.x.scale === "category") {
    throw new FigureError(
      `a cdf needs numbers: column "${plot.x.column}" cannot be a category axis`,
    );
  }
  if (plot.x.scale === "log") {
    for (const curve of curves) {
      const low = curve.points.filter((p) => p.x <= 0).length;
      if (low > 0) {
        input.warn(
          `${curve.label}: ${low} values at or below zero stand at the left edge (log axis)`,
        );
      }
    }
  }
  const looks = new Map(curves.map((c) => [c, input.look(c.key, true)]));
  const x = extentOf(curves.flatMap((c) => c.points.map((p) => p.x)), {
    scale: plot.x.scale,
    min: plot.x.min,
    max: plot.x.max,
    pad: 0.03,
    fromZero: 0.3,
  });
  return {
    legend: curves.map((c) => ({
      key: c.key,
      label: c.label,
      look: { ...looks.get(c) as Look, marker: "none" as const },
      shape: "line" as const,
    })),
    x,
    chart: (at) => draw(input, at, curves, looks, at.x ?? x),
  };
};

/** The empirical distribution: each distinct value with the share at or below it. */
export function counted(values: readonly number[]): { x: number; share: number }[] {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
  const points: { x: number; share: number }[] = [];
  sorted.forEach((x, i) => {
    if (sorted[i + 1] !== x) points.push({ x, share: (i + 1) / sorted.length });
  });
  return points;
}

function given(points: { x: number; share: number }[]): { x: number; share: number }[] {
  return points
    .filter((p) => !Number.isNaN(p.x) && !Number.isNaN(p.share))
    .sort((a, b) => a.x - b.x || a.share - b.share);
}

function draw(
  input: PanelInput<PlotOf<"cdf">>,
  at: Placement,
  curves: readonly Curve[],
  looks: ReadonlyMap<Curve, Look>,
  x: Extent,
) {
  const { plot } = input;
  const format = plot.x.format ?? formatOf(plot.x.column);
  const xRuler = ruler(x, { length: at.width - 90, flat: true, format, ticks: plot.x.ticks });
  const yRuler = ruler(
    { scale: "linear", min: 0, max: 1, nice: true, fixedMin: 0, fixedMax: 1 },
    { length: at.height - 90, flat: false },
  );
  return {
    datasets: curves.map((curve) => {
      const look = looks.get(curve) as Look;
      return {
        type: "scatter",
        data: traced(curve, plot.mode, xRuler.min, xRuler.max),
        showLine: true,
        stepped: plot.mode === "step" ? "before" : false,
        borderColor: look.color,
        borderWidth: look.width,
        borderDash: [...DASHES[look.dash]],
        pointRadius: 0,
        clip: 2,
      };
    }),
    options: chartOptions({
      title: at.title,
      annotations: markAnnotations(plot.marks, x),
      scales: {
        x: scaleOptions({
          axis: "x",
          position: "bottom",
          log: x.scale === "log",
          ruler: xRuler,
          title: at.xTitle ? axisTitle(plot.x.column, plot.x.label, plot.x.unit) : "",
        }),
        y: scaleOptions({
          axis: "y",
          position: "left",
          ruler: yRuler,
          title: at.yTitle ? "CDF" : "",
        }),
      },
    }),
  };
}

// From the axis at zero, over the points, to the right edge once everything is counted.
function traced(curve: Curve, mode: "step" | "line", min: number, max: number) {
  const points = curve.points.map((p) => ({ x: Math.max(p.x, min), y: p.share }));
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  if (mode === "step" && first.y > 0) points.unshift({ x: first.x, y: 0 });
  if (last.y > 0.9999 && last.x < max) points.push({ x: max, y: last.y });
  return points;
}
