/** Chart.js on a rectangle of our own canvas: registered once, no browser, no animation. */
import { BasicPlatform, Chart, type ChartConfiguration, registerables } from "chart.js";
import annotation from "chartjs-plugin-annotation";
import {
  BarWithErrorBar,
  BarWithErrorBarsController,
  PointWithErrorBar,
  ScatterWithErrorBarsController,
} from "chartjs-chart-error-bars";
import { MatrixController, MatrixElement } from "chartjs-chart-matrix";
import { BoxAndWiskers, BoxPlotController } from "@sgratzl/chartjs-chart-boxplot";
import type { Context, Rect } from "./surface.ts";

Chart.register(
  ...registerables,
  annotation,
  BarWithErrorBar,
  BarWithErrorBarsController,
  PointWithErrorBar,
  ScatterWithErrorBarsController,
  MatrixController,
  MatrixElement,
  BoxAndWiskers,
  BoxPlotController,
);

/** A chart's description; datasets and options are Chart.js's own. */
export interface ChartDescription {
  readonly datasets: readonly Record<string, unknown>[];
  /** Places of the data on the index axis, for datasets that are plain lists. */
  readonly labels?: readonly number[];
  readonly options: Record<string, unknown>;
  /** Room kept free inside the panel, in logical pixels. */
  readonly padding?: { readonly right?: number };
  /** Painters before and after the data, with the chart's scales and area. */
  readonly plugins?: readonly Record<string, unknown>[];
}

/** Pixels taken by a chart's axes at each side, to line panels up. */
export interface Insets {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const NONE: Insets = { left: 0, right: 0, top: 0, bottom: 0 };

/** Draws a chart inside `rect`, with `extra` room at its sides to line its data area up. */
export function drawChart(
  context: Context,
  rect: Rect,
  chart: ChartDescription,
  extra: Insets = NONE,
): void {
  run(context, rect, chart, extra, chart.plugins ?? []);
}

/** The distances of the data area from the sides of `rect`, as `drawChart` would have them. */
export function measureChart(
  context: Context,
  rect: Rect,
  chart: ChartDescription,
  extra: Insets = NONE,
): Insets {
  return run(context, rect, chart, extra, [{ id: "measure", beforeDraw: () => false }]);
}

function run(
  context: Context,
  rect: Rect,
  chart: ChartDescription,
  extra: Insets,
  plugins: NonNullable<ChartDescription["plugins"]>,
): Insets {
  const { width, height } = rect;
  context.save();
  context.translate(rect.x, rect.y);
  const canvas: Record<string, unknown> = { width, height };
  const own = within(context, canvas);
  canvas["getContext"] = () => own;
  const config = {
    type: "scatter",
    data: { datasets: layered(chart.datasets), labels: chart.labels ?? [] },
    options: {
      ...chart.options,
      layout: { padding: { ...extra, right: extra.right + (chart.padding?.right ?? 0) } },
      animation: false,
      responsive: false,
      maintainAspectRatio: false,
      devicePixelRatio: 1,
      events: [],
    },
    plugins,
    platform: BasicPlatform,
  } as unknown as ChartConfiguration;
  const drawn = new Chart(canvas as never, config);
  const area = drawn.chartArea;
  drawn.destroy();
  context.restore();
  return {
    left: area.left,
    right: width - area.right,
    top: area.top,
    bottom: height - area.bottom,
  };
}

// Later lines over earlier ones; Chart.js would do the reverse. Bars stand in their order anyway.
function layered(datasets: ChartDescription["datasets"]): Record<string, unknown>[] {
  return datasets.map((dataset, i) =>
    dataset["showLine"] === undefined ? dataset : { ...dataset, order: datasets.length - i }
  );
}

// Chart.js resets the transform and clears the canvas; both would leave our rectangle.
function within(context: Context, canvas: object): Context {
  const base = context.getTransform();
  const own: Record<string, unknown> = {
    canvas,
    resetTransform: () => context.setTransform(base),
    setTransform: () => context.setTransform(base),
    clearRect: () => {},
  };
  const methods = new Map<PropertyKey, unknown>();
  return new Proxy(context, {
    get(target, key) {
      if (typeof key === "string" && Object.hasOwn(own, key)) return own[key];
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (!methods.has(key)) methods.set(key, value.bind(target));
      return methods.get(key);
    },
    set(target, key, value) {
      return Reflect.set(target, key, value, target);
    },
  });
}
