/** Bars per category: grouped or stacked, upright or lying, cut at a limit with the true value written. */
import type { Chart } from "chart.js";
import { scaleOptions } from "../axes.ts";
import { categoryExtent, type Extent, measureExtent } from "../extent.ts";
import { nameRuler, type Ruler } from "../ruler.ts";
import { groupLines, groupScale } from "../groups.ts";
import { axisTitle, formatNumber, type NumberFormat } from "../labels.ts";
import {
  categoriesOf,
  markReach,
  measureFormat,
  measureRuler,
  measureTitle,
  samplePlace,
  type Series,
  seriesOf,
} from "../measures.ts";
import { type Annotations, chartOptions, markAnnotations } from "../options.ts";
import type { PlotOf } from "../spec.ts";
import type { Context } from "../surface.ts";
import { faded, font, INK, type Look } from "../theme.ts";
import type { Kind, PanelInput, Placement } from "./kind.ts";

/** Reads a panel of `kind: bars`; a place without a value has no bar. */
export const bars: Kind<"bars"> = (input) => {
  const { plot } = input;
  const series = seriesOf(input, plot.x, plot.y, plot.series);
  const looks = new Map(series.map((s) => [s, input.look(s.key)]));
  const x = categoryExtent(categoriesOf(plot.x, input));
  const y = valueExtent(plot, series);
  const cutBars = plot.cut === undefined
    ? []
    : series.flatMap((s) =>
      s.samples.filter((o) => o.value > (plot.cut as number)).map((o) => `${s.label} ${o.value}`)
    );
  if (cutBars.length > 0) input.warn(`${cutBars.length} bars are cut at ${plot.cut}`);
  return {
    legend: series.map((s) => ({
      key: s.key,
      label: s.label,
      look: looks.get(s) as Look,
      shape: "box" as const,
    })),
    x,
    y,
    ...(plot.horizontal ? { height: () => lyingHeight(x, series.length) } : {}),
    chart: (at) => draw(input, at, series, looks, at.x ?? x, at.y ?? y),
  };
};

function lyingHeight(x: Extent, series: number): number {
  return 100 + (x.categories?.length ?? 1) * Math.max(24, 14 * series + 8);
}

function valueExtent(plot: PlotOf<"bars">, series: readonly Series[]): Extent {
  const reach = series.flatMap((s) =>
    s.samples.flatMap((o) => [o.value, o.low ?? NaN, o.high ?? NaN])
  );
  reach.push(...markReach(plot.marks));
  if (plot.stacked) reach.push(...stackTops(series));
  const most = Math.max(...reach.filter((v) => !Number.isNaN(v)));
  if (plot.cut !== undefined && most > plot.cut) {
    return measureExtent(reach, { ...plot.y, max: plot.cut, zero: true });
  }
  return measureExtent(reach, { ...plot.y, zero: true, pad: plot.values ? 0.08 : 0 });
}

function stackTops(series: readonly Series[]): number[] {
  const tops = new Map<string, number>();
  for (const s of series) {
    for (const o of s.samples) {
      tops.set(o.key, (tops.get(o.key) ?? 0) + (Number.isNaN(o.value) ? 0 : o.value));
    }
  }
  return [...tops.values()];
}

function draw(
  input: PanelInput<PlotOf<"bars">>,
  at: Placement,
  series: readonly Series[],
  looks: ReadonlyMap<Series, Look>,
  x: Extent,
  y: Extent,
) {
  const { plot } = input;
  const lying = plot.horizontal;
  const [category, value] = lying ? ["y", "x"] as const : ["x", "y"] as const;
  const isCut = plot.cut !== undefined && y.fixedMax === plot.cut;
  const values = measureRuler(y, plot.y, (lying ? at.width : at.height) - 90, lying);
  const limits: Ruler = isCut ? withHeadroom(values) : values;
  const names = nameRuler(x, lying ? Infinity : at.width - 90);
  const annotations: Annotations = {
    ...groupLines(x.categories, category),
    ...markAnnotations(plot.marks, x, lying),
  };
  if (limits.min < 0) annotations["zero"] = zeroLine(value);
  return {
    datasets: series.map((s) => ({
      type: "barWithErrorBars",
      data: s.samples.map((o) => ({
        [category]: samplePlace(x, o.key),
        [value]: isCut ? Math.min(o.value, plot.cut as number) : o.value,
        ...(o.low === undefined || (isCut && o.value > (plot.cut as number)) ? {} : {
          [`${value}Min`]: o.low,
          [`${value}Max`]: o.high,
        }),
        value: o.value,
        top: o.high ?? o.value,
      })),
      backgroundColor: (looks.get(s) as Look).color,
      borderColor: faded("black", 0.55),
      borderWidth: 0.8,
      barPercentage: 0.92,
      categoryPercentage: 0.78,
      errorBarColor: INK.text,
      errorBarWhiskerColor: INK.text,
      errorBarLineWidth: 1.3,
      errorBarWhiskerLineWidth: 1.3,
      errorBarWhiskerSize: 9,
      errorBarWhiskerRatio: 0,
      ...(plot.stacked ? { stack: "one" } : {}),
    })),
    options: chartOptions({
      title: at.title,
      horizontal: lying,
      annotations,
      scales: {
        [category]: {
          ...scaleOptions({
            axis: category,
            position: lying ? "left" : "bottom",
            ruler: names,
            title: (lying ? at.yTitle : at.xTitle)
              ? axisTitle(plot.x.column, plot.x.label, plot.x.unit)
              : "",
            grid: false,
            turn: names.turn,
            reverse: lying !== (plot.x.reverse === true),
          }),
          stacked: plot.stacked,
        },
        ...groupScale(x.categories, names, category),
        [value]: {
          ...scaleOptions({
            axis: value,
            position: lying ? "bottom" : "left",
            log: y.scale === "log",
            ruler: limits,
            title: (lying ? at.xTitle : at.yTitle) ? measureTitle(plot.y) : "",
          }),
          stacked: plot.stacked,
        },
      },
    }),
    plugins: [valueLabels(plot, isCut)],
  };
}

function withHeadroom(values: Ruler): Ruler {
  return { ...values, max: values.max + (values.max - values.min) * 0.12 };
}

function zeroLine(axis: "x" | "y"): Record<string, unknown> {
  return {
    type: "line",
    [`${axis}Min`]: 0,
    [`${axis}Max`]: 0,
    borderColor: INK.axis,
    borderWidth: 1,
    drawTime: "beforeDatasetsDraw",
  };
}

interface Drawn {
  readonly value: number;
  readonly top: number;
}

// Values at the ends of bars; a cut bar gets a white slash and its value in any case.
function valueLabels(plot: PlotOf<"bars">, isCut: boolean) {
  const format = measureFormat(plot.y);
  return {
    id: "values",
    afterDatasetsDraw: (chart: Chart) => {
      const { ctx } = chart;
      ctx.save();
      ctx.font = font(11);
      ctx.fillStyle = INK.text;
      const alone = chart.data.datasets.length === 1;
      const free = (width: number) => alone ? width * 1.35 : width - 1;
      chart.data.datasets.forEach((dataset, i) => {
        const axis = chart.scales[plot.horizontal ? "x" : "y"];
        chart.getDatasetMeta(i).data.forEach((element, j) => {
          const { value, top } = dataset.data[j] as unknown as Drawn;
          const cutHere = isCut && value > (plot.cut as number);
          if (axis === undefined || Number.isNaN(value) || (!plot.values && !cutHere)) return;
          const bar = element as unknown as { x: number; y: number; width: number };
          const end = cutHere ? plot.cut as number : value < 0 ? value : top;
          const pixel = axis.getPixelForValue(end);
          if (cutHere) slash(ctx as never, plot.horizontal, bar, pixel);
          write(
            ctx as never,
            short(value, format),
            plot.horizontal,
            bar,
            pixel,
            value < 0,
            free(bar.width),
          );
        });
      });
      ctx.restore();
    },
  };
}

/** Three significant digits, or the whole number where that has more. */
function short(value: number, format: NumberFormat): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100 || format !== "plain") {
    return formatNumber(format === "plain" ? Math.round(value) : value, format);
  }
  return formatNumber(value, format, Math.abs(value) >= 10 ? 1 : 2);
}

function write(
  ctx: Context,
  text: string,
  lying: boolean,
  bar: { x: number; y: number; width: number },
  end: number,
  below: boolean,
  free: number,
): void {
  const side = below ? -1 : 1;
  ctx.save();
  ctx.textBaseline = "middle";
  if (lying) {
    ctx.textAlign = below ? "right" : "left";
    ctx.fillText(text, end + 4 * side, bar.y);
  } else if (ctx.measureText(text).width <= free) {
    ctx.textAlign = "center";
    ctx.fillText(text, bar.x, end - 9 * side);
  } else {
    // Upright along a narrow bar, or it would run into its neighbour's.
    ctx.textAlign = below ? "right" : "left";
    ctx.translate(bar.x, end - 4 * side);
    ctx.rotate(-Math.PI / 2);
    ctx.fillText(text, 0, 0);
  }
  ctx.restore();
}

function slash(
  ctx: Context,
  lying: boolean,
  bar: { x: number; y: number; width: number; height?: number },
  end: number,
): void {
  ctx.save();
  ctx.strokeStyle = "#ffffff";
  ctx.lineWidth = 3;
  ctx.beginPath();
  if (lying) {
    const half = (bar.height ?? 10) / 2 + 2;
    ctx.moveTo(end - 14, bar.y + half);
    ctx.lineTo(end - 8, bar.y - half);
  } else {
    const half = bar.width / 2 + 2;
    ctx.moveTo(bar.x - half, end + 14);
    ctx.lineTo(bar.x + half, end + 8);
  }
  ctx.stroke();
  ctx.restore();
}
