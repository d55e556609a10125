/** What every kind of figure is described with: axes, measures, styles, marks. Imports no chart library. */
import { z } from "zod";

/** The name of a column of the table. */
export const column = z.string().min(1, "expected the name of a column");

/** One value of a table, as a scenario may write it. */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** How numbers are written on ticks, in cells and beside bars. */
export const numberFormat = z.enum(["plain", "si", "bytes", "binary", "percent", "power"]).describe(
  "plain 12,500 · si 12.5k · bytes 10 KB (1000) · binary 10 KiB (1024) · percent 12 % · power 10⁴",
);

/** A tick: its place, and what is printed there (default: the number, formatted). */
const tick = z.union([z.number(), z.strictObject({ at: z.number(), label: z.string() })]);

const axisBase = {
  label: z.string().describe("axis title without the unit; default: from the column's name")
    .optional(),
  unit: z.string().describe('unit printed in the title; "" for none; default: the column\'s suffix')
    .optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  ticks: z.array(tick).min(1).describe("ticks given explicitly, in the column's own unit")
    .optional(),
  format: numberFormat.optional(),
};

/** An axis that shows one column: numbers (linear, log) or names (category). */
export const axis = z.strictObject({
  column,
  ...axisBase,
  scale: z.enum(["linear", "log", "category"]).describe(
    "default: category when the column holds text, else linear",
  ).optional(),
  order: z.array(scalar).describe("order of the categories; others follow as in the table")
    .optional(),
  within: column.describe("outer category: x is grouped under the values of this column")
    .optional(),
  reverse: z.boolean().optional(),
});

/** A checked `axis`: limits and ticks in the column's own unit. */
export type Axis = z.output<typeof axis>;

/** How a measure's uncertainty is drawn, and from which columns. */
export const interval = z.enum(["stddev", "ci", "minmax"]).describe(
  "stddev: <column>_stddev · ci: <column>_ci_low and _ci_high · minmax: <column>_min and _max; " +
    "without these columns stddev and minmax are taken over the rows that share an x",
);

/** An axis that shows measures: one column, or several as one series each. */
export const measure = z.strictObject({
  column: column.describe("the measure; <column>_mean is used where only that exists").optional(),
  columns: z.array(column).min(1).describe("several measures, each a series of its own").optional(),
  interval: interval.optional(),
  ...axisBase,
  scale: z.enum(["linear", "log"]).default("linear"),
}).refine((m) => (m.column === undefined) !== (m.columns === undefined), {
  error: "give either column (one measure) or columns (a list of measures)",
});

/** A checked `measure`: one column or several, limits and ticks in their own unit. */
export type Measure = z.output<typeof measure>;

/** Okabe and Ito's colours, told apart by colour-blind readers too. */
export const PALETTE = {
  black: "#000000",
  orange: "#E69F00",
  sky: "#56B4E9",
  green: "#009E73",
  yellow: "#F0E442",
  blue: "#0072B2",
  vermillion: "#D55E00",
  purple: "#AA4499",
  pink: "#CC79A7",
  grey: "#7F7F7F",
} as const;

const colorNames = Object.keys(PALETTE) as [keyof typeof PALETTE, ...(keyof typeof PALETTE)[]];

/** A colour: a name of the palette or `#rrggbb`. */
export const color = z.string().refine(
  (text) => colorNames.includes(text as never) || /^#[0-9A-Fa-f]{6}$/.test(text),
  { error: `expected #rrggbb or one of ${colorNames.join(" ")}` },
).describe(`#rrggbb or one of ${colorNames.join(" ")}`);

/** Strokes of lines, by name; `DASHES` (theme.ts) has their lengths. */
export const dash = z.enum(["solid", "dashed", "dotted", "dashdot"]);

/** Points of lines, by name; `none` draws the line alone. */
export const marker = z.enum(["circle", "square", "triangle", "diamond", "cross", "plus", "none"]);

/** Fixed looks of a series: whatever else is drawn, it keeps them. */
export const style = z.strictObject({
  color: color.optional(),
  dash: dash.optional(),
  marker: marker.optional(),
  width: z.number().positive().max(10).optional(),
});

/** A checked `style`; `width` in logical pixels. What is absent the theme chooses. */
export type Style = z.output<typeof style>;

/**
 * A reference mark: `x` a vertical line, `y` a horizontal one, both a point; with `x_to` or `y_to` a
 * band. Used for topology limits and for published values set beside the reproduced ones.
 */
export const mark = z.strictObject({
  x: z.union([z.number(), z.string()]).optional(),
  y: z.number().optional(),
  x_to: z.number().optional(),
  y_to: z.number().optional(),
  label: z.string().optional(),
  color: color.optional(),
  dash: dash.optional(),
  marker: marker.optional(),
}).refine((m) => m.x !== undefined || m.y !== undefined, {
  error: "a mark needs x (vertical line), y (horizontal line) or both (a point)",
});

/** A checked `mark`: places on the axes, in the columns' own units. */
export type Mark = z.output<typeof mark>;

/** Panels made from the values of a column. */
export const facet = z.strictObject({
  column,
  order: z.array(scalar).optional(),
  columns: z.int().min(1).max(8).describe("panels per row of the picture").optional(),
  share: z.enum(["both", "x", "y", "none"]).default("both").describe(
    "axes with one range in all panels",
  ),
});

/** A checked `facet`: a panel for each value of a column. */
export type Facet = z.output<typeof facet>;

/** What every plot has, whatever its kind. */
export const plotBase = {
  title: z.string().describe("title of the picture, or of the panel inside `panels`").optional(),
  where: z.record(column, z.union([scalar, z.array(scalar).min(1)]))
    .describe("keep only the rows whose column has this value, or one of these").optional(),
  facet: facet.optional(),
  order: z.array(scalar).describe("order of the series; others follow as in the table").optional(),
  labels: z.record(z.string(), z.string()).describe(
    "printed name of a raw value or column, wherever it appears",
  ).optional(),
  styles: z.record(z.string(), style).describe("fixed look per series").optional(),
  marks: z.array(mark).optional(),
};

/** What the picture as a whole has. */
export const pictureBase = {
  subtitle: z.string().optional(),
  note: z.string().describe("source or reading note, printed below").optional(),
  legend: z.enum(["top", "right", "bottom", "none"]).default("top"),
  legend_title: z.string().optional(),
  width: z.number().min(300).max(4000).describe(
    "logical pixels; the PNG has at least twice as many",
  )
    .optional(),
  height: z.number().min(150).max(4000).describe("logical pixels").optional(),
};
