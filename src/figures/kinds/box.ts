/** Box plots: from raw observations (quartiles, whiskers to 1.5 IQR, outliers) or from given quantiles. */
import type { Row } from "../../table/mod.ts";
import { scaleOptions } from "../axes.ts";
import { categoryExtent, type Extent, measureExtent } from "../extent.ts";
import { nameRuler } from "../ruler.ts";
import { FigureError, groups, number, valueColumn } from "../data.ts";
import { groupLines, groupScale } from "../groups.ts";
import { axisTitle } from "../labels.ts";
import {
  categoriesOf,
  markReach,
  measureColumns,
  measureRuler,
  measureTitle,
  placeKey,
  samplePlace,
} from "../measures.ts";
import { chartOptions, markAnnotations } from "../options.ts";
import type { PlotOf } from "../spec.ts";
import { faded, INK, type Look } from "../theme.ts";
import type { Kind, PanelInput, Placement } from "./kind.ts";

type Given = { min: number; q1: number; median: number; q3: number; max: number };
type Stats = Given & {
  whiskerMin: number;
  whiskerMax: number;
  outliers: number[];
  items: number[];
};

interface Boxes {
  readonly key: string;
  readonly label: string;
  /** Place on the category axis → observations, or quantiles. */
  readonly at: ReadonlyMap<string, readonly number[] | Stats>;
}

/** Reads a panel of `kind: box`: a box for each x and series. */
export const box: Kind<"box"> = (input) => {
  const { plot } = input;
  const column = measureColumns(plot.y)[0] as string;
  if (measureColumns(plot.y).length > 1) {
    throw new FigureError(`a box plot shows one measure: give y.column instead of y.columns`);
  }
  const series = groups(input.rows, plot.series, plot.order).map((part): Boxes => {
    const places = new Map<string, Row[]>();
    for (const row of part.rows) {
      const key = placeKey(row, plot.x);
      places.set(key, [...(places.get(key) ?? []), row]);
    }
    return {
      key: plot.series === undefined ? column : String(part.value),
      label: plot.series === undefined ? column : input.name(part.value),
      at: new Map([...places].map(([key, rows]) => [key, observed(input, rows, column)])),
    };
  });
  const looks = new Map(series.map((s) => [s, input.look(s.key)]));
  const x = categoryExtent(categoriesOf(plot.x, input));
  const shown = series.flatMap((s) => [...s.at.values()].flatMap(reach));
  const y = measureExtent([...shown, ...markReach(plot.marks)], plot.y);
  return {
    legend: series.map((s) => ({
      key: s.key,
      label: s.label,
      look: looks.get(s) as Look,
      shape: "box" as const,
    })),
    x,
    y,
    ...(plot.horizontal
      ? { height: () => 100 + (x.categories?.length ?? 1) * Math.max(40, 26 * series.length) }
      : {}),
    chart: (at) => draw(input, at, series, looks, at.x ?? x, at.y ?? y),
  };
};

function observed(
  input: PanelInput<PlotOf<"box">>,
  rows: readonly Row[],
  column: string,
): readonly number[] | Stats {
  const { quantiles } = input.plot;
  if (quantiles === undefined) {
    const name = valueColumn(column, input.columns);
    const values = rows.map((row) => number(row[name])).filter((v) => !Number.isNaN(v));
    if (input.plot.y.scale !== "log") return values;
    const shown = values.filter((v) => v > 0);
    if (shown.length < values.length) {
      input.warn(`${values.length - shown.length} values at or below zero are left out (log axis)`);
    }
    return shown;
  }
  if (rows.length > 1) {
    input.warn(`several rows for one box: the first is drawn; name a series or facet column`);
  }
  const read = (name: string | undefined) => name === undefined ? NaN : number(rows[0]?.[name]);
  const [q1, median, q3] = [read(quantiles.low), read(quantiles.median), read(quantiles.high)];
  const least = read(quantiles.whisker_low);
  const most = read(quantiles.whisker_high);
  const min = Number.isNaN(least) ? q1 : least;
  const max = Number.isNaN(most) ? q3 : most;
  return { min, q1, median, q3, max, whiskerMin: min, whiskerMax: max, outliers: [], items: [] };
}

function reach(stats: readonly number[] | Stats): readonly number[] {
  return "median" in stats ? [stats.min, stats.max] : stats;
}

function draw(
  input: PanelInput<PlotOf<"box">>,
  at: Placement,
  series: readonly Boxes[],
  looks: ReadonlyMap<Boxes, Look>,
  x: Extent,
  y: Extent,
) {
  const { plot } = input;
  const lying = plot.horizontal;
  const [category, value] = lying ? ["y", "x"] as const : ["x", "y"] as const;
  const values = measureRuler(y, plot.y, (lying ? at.width : at.height) - 90, lying);
  const names = nameRuler(x, lying ? Infinity : at.width - 90);
  const count = x.categories?.length ?? 0;
  return {
    labels: Array.from({ length: count }, (_, i) => i),
    datasets: series.map((s) => {
      const data: unknown[] = new Array(count).fill(undefined);
      for (const [key, stats] of s.at) {
        // Chart.js writes into what it is given.
        data[samplePlace(x, key)] = "median" in stats ? { ...stats } : [...stats];
      }
      const look = looks.get(s) as Look;
      return {
        type: "boxplot",
        data,
        backgroundColor: faded(look.color, 0.35),
        borderColor: look.color,
        borderWidth: 1.8,
        medianColor: INK.text,
        meanRadius: 0,
        itemRadius: 0,
        outlierRadius: 2.5,
        outlierBackgroundColor: faded(look.color, 0.5),
        barPercentage: 0.7,
        categoryPercentage: 0.7,
        maxBarThickness: 70,
      };
    }),
    options: chartOptions({
      title: at.title,
      horizontal: lying,
      annotations: {
        ...groupLines(x.categories, category),
        ...markAnnotations(plot.marks, x, lying),
      },
      scales: {
        [category]: scaleOptions({
          axis: category,
          position: lying ? "left" : "bottom",
          ruler: names,
          title: (lying ? at.yTitle : at.xTitle)
            ? axisTitle(plot.x.column, plot.x.label, plot.x.unit)
            : "",
          grid: false,
          turn: names.turn,
          reverse: lying,
        }),
        ...groupScale(x.categories, names, category),
        [value]: scaleOptions({
          axis: value,
          position: lying ? "bottom" : "left",
          log: y.scale === "log",
          ruler: values,
          title: (lying ? at.xTitle : at.yTitle) ? measureTitle(plot.y) : "",
        }),
      },
    }),
  };
}
