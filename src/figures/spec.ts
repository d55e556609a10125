/**
 * The `figure:` block of a scenario as a strict schema: which columns of the table are drawn, and how.
 * Only descriptions live here, so that checking a scenario loads no chart library.
 */
import { z } from "zod";
import { axis, column, measure, numberFormat, pictureBase, plotBase } from "./channels.ts";

export { PALETTE } from "./channels.ts";
export type { Axis, Facet, Mark, Measure, Style } from "./channels.ts";

/** Bands of grey and white behind a time series, one per stage of the experiment. */
const phases = z.strictObject({
  column: column.describe("a new phase begins wherever this column changes along x"),
  label: z.string().describe("word after each value; default: the column's unit or name")
    .optional(),
  position: z.enum(["bottom", "top"]).default("bottom"),
  edges: z.array(z.number()).describe(
    "where phases begin and end; default: halfway between samples",
  )
    .optional(),
});

/** Checked `phases`: `edges` in the unit of x. */
export type Phases = z.output<typeof phases>;

const line = {
  kind: z.literal("line"),
  ...plotBase,
  x: axis,
  y: measure,
  y2: measure.describe("measures on a second axis at the right").optional(),
  series: column.optional(),
  mode: z.enum(["line", "step", "points"]).default("line"),
  markers: z.boolean().describe("default: drawn where a series has at most 30 points").optional(),
  phases: phases.optional(),
};

const bars = {
  kind: z.literal("bars"),
  ...plotBase,
  x: axis,
  y: measure,
  series: column.optional(),
  stacked: z.boolean().default(false),
  horizontal: z.boolean().default(false),
  cut: z.number().describe("bars beyond this value are cut there and their value written")
    .optional(),
  values: z.boolean().default(false).describe("write each bar's value at its end"),
};

const cdf = {
  kind: z.literal("cdf"),
  ...plotBase,
  x: axis,
  cdf: column.describe("column with the cumulative share, 0 to 1; default: counted from the rows")
    .optional(),
  series: column.optional(),
  mode: z.enum(["step", "line"]).default("step"),
};

const box = {
  kind: z.literal("box"),
  ...plotBase,
  x: axis,
  y: measure.describe("raw observations, one per row; or only the axis, with `quantiles`"),
  quantiles: z.strictObject({
    whisker_low: column.optional(),
    low: column.describe("lower end of the box, such as a p10 or p25 column"),
    median: column,
    high: column.describe("upper end of the box, such as a p75 or p90 column"),
    whisker_high: column.optional(),
  }).optional(),
  series: column.optional(),
  horizontal: z.boolean().default(false),
};

const heatmap = {
  kind: z.literal("heatmap"),
  ...plotBase,
  x: axis,
  y: axis,
  value: z.strictObject({
    column,
    label: z.string().optional(),
    unit: z.string().optional(),
    scale: z.enum(["linear", "log"]).default("linear"),
    min: z.number().optional(),
    max: z.number().optional(),
    format: numberFormat.optional(),
    blank: z.number().describe("this value means nothing here: the cell stays white").optional(),
    digits: z.int().min(0).max(6).optional(),
  }),
  colors: z.enum(["viridis", "blues", "diverging"]).default("viridis"),
  numbers: z.boolean().describe("write the value into each cell; default: where it fits")
    .optional(),
  arrows: column.describe("draw an arrow from each cell to the next in the order of this column")
    .optional(),
};

const point = z.strictObject({ lane: z.string(), at: z.number() });
const timeline = {
  kind: z.literal("timeline"),
  ...plotBase,
  lane: column,
  start: column,
  end: column,
  activity: column.describe("what a bar shows: its colour and its text").optional(),
  x: z.strictObject({
    label: z.string().default("Time"),
    unit: z.string().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
  }).prefault({}),
  lanes: z.array(z.string()).describe("order of the lanes, from the top").optional(),
  arrows: z.array(z.strictObject({ from: point, to: point, label: z.string().optional() }))
    .optional(),
};

const table = {
  kind: z.literal("table"),
  ...plotBase,
  columns: z.array(z.strictObject({
    column,
    label: z.string().optional(),
    unit: z.string().optional(),
    format: numberFormat.optional(),
    digits: z.int().min(0).max(6).describe("digits after the point").optional(),
    align: z.enum(["left", "right", "center"]).optional(),
  })).min(1).describe("which columns, in this order; default: all").optional(),
  max_rows: z.int().min(1).max(200).default(60),
};

const effect = {
  kind: z.literal("effect"),
  ...plotBase,
  factors: z.array(column).min(1).describe("columns that switch a part on or off"),
  y: measure,
};

const plots = { line, bars, cdf, box, heatmap, timeline, table, effect };

const panelPlot = z.discriminatedUnion("kind", [
  z.strictObject(line),
  z.strictObject(bars),
  z.strictObject(cdf),
  z.strictObject(box),
  z.strictObject(heatmap),
  z.strictObject(timeline),
  z.strictObject(table),
  z.strictObject(effect),
]);

const panels = {
  kind: z.literal("panels"),
  title: z.string().optional(),
  panels: z.array(panelPlot).min(1).max(24),
  columns: z.int().min(1).max(8).describe("panels per row of the picture").optional(),
  share: z.enum(["both", "x", "y", "none"]).default("none").describe(
    "axes with one range in all panels; x also aligns stacked panels",
  ),
  labels: plotBase.labels,
  styles: plotBase.styles,
  order: plotBase.order,
  where: plotBase.where,
};

/** The `figure:` block: one plot of some kind, or `kind: panels` with several in one picture. */
export const figureSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...line, ...pictureBase }),
  z.strictObject({ ...bars, ...pictureBase }),
  z.strictObject({ ...cdf, ...pictureBase }),
  z.strictObject({ ...box, ...pictureBase }),
  z.strictObject({ ...heatmap, ...pictureBase }),
  z.strictObject({ ...timeline, ...pictureBase }),
  z.strictObject({ ...table, ...pictureBase }),
  z.strictObject({ ...effect, ...pictureBase }),
  z.strictObject({ ...panels, ...pictureBase }),
], {
  error: (issue) =>
    issue.code === "invalid_union"
      ? `expected kind: ${[...Object.keys(plots), "panels"].join(" | ")}`
      : undefined,
});

/** A figure as the scenario describes it, checked and with defaults filled in. */
export type FigureSpec = z.output<typeof figureSchema>;
/** A figure as written, before defaults. */
export type FigureInput = z.input<typeof figureSchema>;
/** One plot: what a panel draws. */
export type PlotSpec = z.output<typeof panelPlot>;
/** The plot of one kind. */
export type PlotOf<K extends PlotSpec["kind"]> = Extract<PlotSpec, { kind: K }>;
