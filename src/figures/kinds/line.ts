/** Lines and points over a numeric or category axis, with intervals, steps, phases and a second axis. */
import { scaleOptions } from "../axes.ts";
import { type Extent, measureExtent } from "../extent.ts";
import { nameRuler, ruler } from "../ruler.ts";
import type { Measure } from "../channels.ts";
import { number } from "../data.ts";
import { axisTitle, formatOf } from "../labels.ts";
import {
  axisExtent,
  markReach,
  measureRuler,
  measureTitle,
  samplePlace,
  type Series,
  seriesOf,
} from "../measures.ts";
import { chartOptions, markAnnotations } from "../options.ts";
import { findPhases, phaseBands, phaseScale } from "../phases.ts";
import { DASHES, type Look, MARKER_SIZE, MARKERS, outlineOf } from "../theme.ts";
import type { Kind, PanelInput, Placement } from "./kind.ts";
import type { PlotOf } from "../spec.ts";

/** Beyond this many points, markers would merge into a band. */
const MARKED = 40;

/** Reads a panel of `kind: line`; rows that share x and series are averaged. */
export const line: Kind<"line"> = (input) => {
  const { plot } = input;
  const both = plot.y2 !== undefined;
  // Points show every row; lines need one value for each place.
  const of = (measure: Measure, several: boolean) => ({
    several,
    each: plot.mode === "points" && measure.interval === undefined,
  });
  const left = sorted(seriesOf(input, plot.x, plot.y, plot.series, of(plot.y, both)), plot.x.scale);
  const right = plot.y2 === undefined
    ? []
    : sorted(seriesOf(input, plot.x, plot.y2, plot.series, of(plot.y2, true)), plot.x.scale);
  const all = [...left, ...right];
  const most = Math.max(0, ...all.map((s) => s.samples.length));
  const marked = plot.mode === "points" || (plot.markers ?? most <= MARKED);
  const looks = new Map(all.map((s) => [s, input.look(s.key, !marked)]));
  dropped(input, left, plot.y.scale);
  const pad = plot.phases !== undefined || !marked ? 0 : 0.03;
  const x = axisExtent(plot.x, input, pad);
  const y = measureExtent([...reach(left), ...markReach(plot.marks)], plot.y);
  return {
    legend: all.map((s) => ({
      key: s.key,
      label: s.label,
      look: { ...looks.get(s) as Look, ...(marked ? {} : { marker: "none" as const }) },
      shape: plot.mode === "points" ? "points" as const : "line" as const,
    })),
    x,
    y,
    chart: (at) => draw(input, at, left, right, at.x ?? x, at.y ?? y, looks, marked),
  };
};

function draw(
  input: PanelInput<PlotOf<"line">>,
  at: Placement,
  left: readonly Series[],
  right: readonly Series[],
  x: Extent,
  y: Extent,
  looks: ReadonlyMap<Series, Look>,
  marked: boolean,
) {
  const { plot } = input;
  const format = plot.x.format ?? formatOf(plot.x.column);
  const xRuler = ruler(x, { length: at.width - 90, flat: true, format, ticks: plot.x.ticks });
  const yRuler = measureRuler(y, plot.y, at.height - 90);
  const phases = plot.phases === undefined
    ? []
    : findPhases(input.rows, plot.x.column, plot.phases, x, input.name);
  const xTitle = at.xTitle ? axisTitle(plot.x.column, plot.x.label, plot.x.unit) : "";
  const colorOf = (series: readonly Series[]) =>
    series.length === 1 && right.length > 0
      ? { titleColor: (looks.get(series[0] as Series) as Look).color }
      : {};
  const scales: Record<string, unknown> = {
    x: scaleOptions({
      axis: "x",
      position: "bottom",
      log: x.scale === "log",
      ruler: xRuler,
      title: plot.phases?.position === "bottom" ? "" : xTitle,
      reverse: plot.x.reverse === true,
      turn: x.categories === undefined ? 0 : nameRuler(x, at.width - 90).turn,
      grid: phases.length === 0,
    }),
    y: scaleOptions({
      axis: "y",
      position: "left",
      log: y.scale === "log",
      ruler: yRuler,
      title: at.yTitle ? measureTitle(plot.y) : "",
      ...colorOf(left),
    }),
  };
  const datasets: Record<string, unknown>[] = left.map((s) =>
    dataset(input, s, looks.get(s) as Look, x, y.scale === "log" ? yRuler.min : -Infinity, marked)
  );
  if (plot.y2 !== undefined) {
    const y2 = measureExtent(reach(right), plot.y2);
    const ruler2 = measureRuler(y2, plot.y2, at.height - 90);
    scales["y2"] = scaleOptions({
      axis: "y",
      position: "right",
      log: y2.scale === "log",
      ruler: ruler2,
      title: measureTitle(plot.y2),
      grid: false,
      ...colorOf(right),
    });
    const floor = y2.scale === "log" ? ruler2.min : -Infinity;
    for (const s of right) {
      datasets.push({
        ...dataset(input, s, looks.get(s) as Look, x, floor, marked),
        yAxisID: "y2",
      });
    }
  }
  if (plot.phases !== undefined) {
    scales["phases"] = phaseScale(phases, plot.phases, xRuler, at.width - 90, xTitle);
  }
  return {
    datasets,
    options: chartOptions({
      title: at.title,
      scales,
      annotations: { ...phaseBands(phases), ...markAnnotations(plot.marks, x) },
    }),
  };
}

function dataset(
  input: PanelInput<PlotOf<"line">>,
  series: Series,
  look: Look,
  x: Extent,
  floor: number,
  marked: boolean,
): Record<string, unknown> {
  const { mode } = input.plot;
  return {
    type: "scatterWithErrorBars",
    yAxisID: "y",
    data: series.samples.map((s) => ({
      x: samplePlace(x, s.key),
      y: s.value > floor ? s.value : NaN,
      ...(s.low === undefined || !(s.value > floor) ? {} : {
        yMin: Math.max(s.low, floor),
        yMax: s.high,
      }),
    })),
    showLine: mode !== "points",
    stepped: mode === "step" ? "before" : false,
    borderColor: look.color,
    backgroundColor: look.color,
    borderWidth: look.width,
    borderDash: [...DASHES[look.dash]],
    borderJoinStyle: "round",
    pointStyle: marked ? MARKERS[look.marker] : false,
    pointRadius: marked ? MARKER_SIZE : 0,
    pointBorderWidth: outlineOf(look),
    errorBarColor: look.color,
    errorBarWhiskerColor: look.color,
    errorBarLineWidth: 1.5,
    errorBarWhiskerLineWidth: 1.5,
    errorBarWhiskerSize: 9,
    errorBarWhiskerRatio: 0,
    clip: 5,
  };
}

/** Every number that the y axis must reach. */
function reach(series: readonly Series[]): number[] {
  return series.flatMap((s) => s.samples.flatMap((o) => [o.value, o.low ?? NaN, o.high ?? NaN]));
}

function sorted(series: Series[], scale: string | undefined): Series[] {
  if (scale === "category") return series;
  return series.map((s) => ({
    ...s,
    samples: s.samples.every((o) => !Number.isNaN(number(o.key)))
      ? [...s.samples].sort((a, b) => number(a.key) - number(b.key))
      : s.samples,
  }));
}

function dropped(input: PanelInput, series: readonly Series[], scale: string): void {
  for (const s of series) {
    const missing = s.samples.filter((o) => Number.isNaN(o.value)).length;
    if (missing > 0) input.warn(`${s.label}: ${missing} points have no number and leave a gap`);
    if (scale !== "log") continue;
    const low = s.samples.filter((o) => o.value <= 0).length;
    if (low > 0) {
      input.warn(`${s.label}: ${low} points at or below zero cannot be shown on a log axis`);
    }
    const bars = s.samples.filter((o) => o.value > 0 && o.low !== undefined && o.low <= 0).length;
    if (bars > 0) input.warn(`${s.label}: ${bars} error bars reach below zero and end at the axis`);
  }
}
