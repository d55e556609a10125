/** The measures of an axis as series: one per column and per value of the series column. */
import type { Row } from "../table/mod.ts";
import type { Axis, Mark, Measure } from "./channels.ts";
import { type Category, categoryExtent, type Extent, extentOf, place } from "./extent.ts";
import { type Ruler, ruler } from "./ruler.ts";
import { distinct, groups, isText, number, observe } from "./data.ts";
import type { Observation } from "./data.ts";
import { axisTitle, describeColumn, formatNumber, formatOf, type NumberFormat } from "./labels.ts";
import type { PanelInput } from "./kinds/kind.ts";

/** An observation at a place of the x axis (its category key or number as text). */
export interface Sample extends Observation {
  readonly key: string;
}

/** One line, or one bar of each group. */
export interface Series {
  readonly key: string;
  readonly label: string;
  readonly samples: readonly Sample[];
}

type Labels = Readonly<Record<string, string>> | undefined;

/** The key that identifies a row's place on a category axis, through its outer category if it has one. */
export function placeKey(row: Row, axis: Pick<Axis, "column" | "within">): string {
  const key = String(row[axis.column] ?? null);
  return axis.within === undefined ? key : `${String(row[axis.within] ?? null)}\u0000${key}`;
}

/** Whether an axis shows names rather than numbers. */
function isCategory(axis: Axis, rows: readonly Row[]): boolean {
  if (axis.scale !== undefined) return axis.scale === "category";
  return axis.within !== undefined || axis.order !== undefined || isText(rows, axis.column);
}

/** The categories of an axis, in order; outer categories as in the table. */
export function categoriesOf(axis: Axis, input: PanelInput): Category[] {
  const { rows } = input;
  const format = axis.format ?? formatOf(axis.column);
  return groups(rows, axis.within).flatMap((outer) =>
    distinct(outer.rows, axis.column, axis.order).map((value) => ({
      key: placeKey({
        [axis.column]: value,
        ...(axis.within === undefined ? {} : { [axis.within]: outer.value }),
      }, axis),
      label: tickLabel(axis, value, input.plot.labels, format),
      ...(axis.within === undefined ? {} : { group: input.name(outer.value) }),
    }))
  );
}

function tickLabel(axis: Axis, value: Row[string], labels: Labels, format: NumberFormat): string {
  const given = axis.ticks?.find((t) => typeof t === "object" && t.at === number(value));
  if (typeof given === "object") return given.label;
  const named = labels !== undefined && Object.hasOwn(labels, String(value))
    ? labels[String(value)]
    : undefined;
  if (named !== undefined) return named;
  const n = typeof value === "boolean" ? NaN : number(value);
  if (!Number.isNaN(n)) return formatNumber(n, format);
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value ?? "–");
}

/** The extent of an x axis, from its rows. */
export function axisExtent(axis: Axis, input: PanelInput, pad: number): Extent {
  if (isCategory(axis, input.rows)) return categoryExtent(categoriesOf(axis, input));
  const marked = (input.plot.marks ?? []).flatMap((m) => [m.x, m.x_to])
    .filter((x) => typeof x === "number");
  return extentOf([...input.rows.map((row) => number(row[axis.column])), ...marked], {
    scale: axis.scale,
    min: axis.min,
    max: axis.max,
    pad,
    fromZero: 0.1,
  });
}

/** The numbers that reference marks ask a measure axis to reach. */
export function markReach(marks: readonly Mark[] | undefined): number[] {
  return (marks ?? []).flatMap((m) => [m.y ?? NaN, m.y_to ?? NaN]);
}

/** The columns that a measure axis shows. */
export function measureColumns(measure: Measure): readonly string[] {
  return measure.column === undefined ? measure.columns ?? [] : [measure.column];
}

/**
 * Every series of a measure axis. Rows that share a place are one observation, unless `each` row is to
 * be one; `several` says that other measures are drawn beside these.
 */
export function seriesOf(
  input: PanelInput,
  x: Axis,
  measure: Measure,
  seriesColumn: string | undefined,
  { several = false, each = false } = {},
): Series[] {
  const columns = measureColumns(measure);
  const manyMeasures = several || columns.length > 1;
  let repeated = 0;
  const all = groups(input.rows, seriesColumn, input.plot.order).flatMap((part) =>
    columns.map((column) => {
      const own = measureName(column, input.plot.labels);
      const key = seriesColumn === undefined
        ? column
        : manyMeasures
        ? `${String(part.value)} ${column}`
        : String(part.value);
      const label = seriesColumn === undefined
        ? own
        : manyMeasures
        ? `${input.name(part.value)}: ${own}`
        : input.name(part.value);
      const places = new Map<string, Row[]>();
      for (const row of part.rows) {
        const at = placeKey(row, x);
        const there = places.get(at);
        if (there === undefined) places.set(at, [row]);
        else there.push(row);
      }
      const parts = each ? part.rows.map((row) => [placeKey(row, x), [row]] as const) : [...places];
      const samples = parts.map(([at, rows]) => {
        if (rows.length > 1 && measure.interval === undefined) repeated++;
        return { key: at, ...observe(rows, column, measure.interval, input.columns) };
      });
      return { key, label: input.plot.labels?.[key] ?? label, samples };
    })
  );
  if (repeated > 0) {
    const what = columns.join(", ");
    input.warn(
      `${repeated} places hold several rows of ${what}: their mean is drawn; name a series or ` +
        `facet column, or an interval, if that is not meant`,
    );
  }
  return all;
}

/** A measure's name in a legend. */
export function measureName(column: string, labels: Labels): string {
  return labels !== undefined && Object.hasOwn(labels, column)
    ? labels[column] as string
    : describeColumn(column).name;
}

/** The title of a measure axis. */
export function measureTitle(measure: Measure): string {
  const columns = measureColumns(measure);
  const first = columns[0] as string;
  if (columns.length === 1 || measure.label !== undefined) {
    return axisTitle(first, measure.label, measure.unit);
  }
  const unit = measure.unit ?? describeColumn(first).unit;
  return unit.charAt(0).toUpperCase() + unit.slice(1);
}

/** The format of a measure's numbers. */
export function measureFormat(measure: Measure): NumberFormat {
  return measure.format ?? formatOf(measureColumns(measure)[0] as string);
}

/** Limits and ticks of a measure axis `length` logical pixels long, upright (y) or lying (x). */
export function measureRuler(
  extent: Extent,
  measure: Measure,
  length: number,
  lying = false,
): Ruler {
  const format = measureFormat(measure);
  return ruler(extent, { length, flat: lying, format, ticks: measure.ticks });
}

/** The place of a sample on an axis. */
export function samplePlace(extent: Extent, key: string): number {
  return place(extent, key, key);
}
