/** Which columns a figure needs, checked against a table before anything is drawn. */
import { nearest } from "../units/mod.ts";
import type { Measure } from "./channels.ts";
import type { FigureSpec, PlotSpec } from "./spec.ts";

/** One use of columns in a figure's description. */
export interface ColumnUse {
  /** Keys from the `figure` block down to the name. */
  readonly path: readonly (string | number)[];
  /** The name as written. */
  readonly column: string;
  /** Sets of columns of which one must be there in full; the first that is there is drawn. */
  readonly alternatives: readonly (readonly string[])[];
}

/** A column that is not in the table: where it is asked for, and what to do. */
export interface ColumnProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Path = readonly (string | number)[];

/** How uncertainty is drawn: see `interval` of a measure. */
export type Interval = "stddev" | "ci" | "minmax";

/** The columns beside a measure that its interval is drawn from. */
export const INTERVAL_SUFFIXES = {
  stddev: ["_stddev"],
  ci: ["_ci_low", "_ci_high"],
  minmax: ["_min", "_max"],
} as const;

/** Every column that `spec` needs, in the order written, with its place in the description. */
export function figureColumns(spec: FigureSpec): ColumnUse[] {
  const uses: ColumnUse[] = [];
  if (spec.kind !== "panels") return plotColumns(spec, []);
  for (const name of Object.keys(spec.where ?? {})) uses.push(plain(name, ["where", name]));
  spec.panels.forEach((plot, i) => uses.push(...plotColumns(plot, ["panels", i])));
  return uses;
}

/** Problems of `spec` with a table that has `columns`; empty when it can be drawn. */
export function checkColumns(spec: FigureSpec, columns: readonly string[]): ColumnProblem[] {
  const there = new Set(columns);
  return figureColumns(spec)
    .filter((use) => !use.alternatives.some((set) => set.every((name) => there.has(name))))
    .map((use) => ({ path: use.path, message: missing(use, columns) }));
}

function missing(use: ColumnUse, columns: readonly string[]): string {
  const wanted = use.alternatives.map((set) => set.join(" and ")).join(", or ");
  // A column without its unit is nearer than any misspelling.
  const near = columns.find((name) => name.startsWith(`${use.column}_`)) ??
    nearest(use.column, columns);
  const named = wanted === use.column ? "" : ` (needed: ${wanted})`;
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  const all = columns.length === 0 ? "it has none" : `its columns: ${columns.join(", ")}`;
  return `no column "${use.column}"${named} in the table${hint} (${all})`;
}

function plain(column: string, path: Path): ColumnUse {
  return { path, column, alternatives: [[column]] };
}

function ofMeasure(measure: Measure, path: Path): ColumnUse[] {
  const one = (column: string, at: Path): ColumnUse => {
    const mean = `${column}_mean`;
    // stddev and min-max can be taken over the rows of a plain column; a confidence interval cannot.
    if (measure.interval !== "ci") return { path: at, column, alternatives: [[column], [mean]] };
    const bounds = INTERVAL_SUFFIXES.ci.map((suffix) => column + suffix);
    return { path: at, column, alternatives: [[column, ...bounds], [mean, ...bounds]] };
  };
  if (measure.column !== undefined) return [one(measure.column, [...path, "column"])];
  return (measure.columns ?? []).map((name, i) => one(name, [...path, "columns", i]));
}

function plotColumns(plot: PlotSpec, path: Path): ColumnUse[] {
  const uses: ColumnUse[] = [];
  const add = (name: string | undefined, ...keys: Path) => {
    if (name !== undefined) uses.push(plain(name, [...path, ...keys]));
  };
  const axis = (of: { column: string; within?: string | undefined }, key: string) => {
    add(of.column, key, "column");
    add(of.within, key, "within");
  };
  for (const name of Object.keys(plot.where ?? {})) add(name, "where", name);
  add(plot.facet?.column, "facet", "column");
  switch (plot.kind) {
    case "line":
      axis(plot.x, "x");
      uses.push(...ofMeasure(plot.y, [...path, "y"]));
      if (plot.y2 !== undefined) uses.push(...ofMeasure(plot.y2, [...path, "y2"]));
      add(plot.series, "series");
      add(plot.phases?.column, "phases", "column");
      break;
    case "bars":
      axis(plot.x, "x");
      uses.push(...ofMeasure(plot.y, [...path, "y"]));
      add(plot.series, "series");
      break;
    case "cdf":
      axis(plot.x, "x");
      add(plot.cdf, "cdf");
      add(plot.series, "series");
      break;
    case "box":
      axis(plot.x, "x");
      if (plot.quantiles === undefined) uses.push(...ofMeasure(plot.y, [...path, "y"]));
      for (const [key, name] of Object.entries(plot.quantiles ?? {})) add(name, "quantiles", key);
      add(plot.series, "series");
      break;
    case "heatmap":
      axis(plot.x, "x");
      axis(plot.y, "y");
      add(plot.value.column, "value", "column");
      add(plot.arrows, "arrows");
      break;
    case "timeline":
      for (const key of ["lane", "start", "end", "activity"] as const) add(plot[key], key);
      break;
    case "table":
      plot.columns?.forEach((c, i) => add(c.column, "columns", i, "column"));
      break;
    case "effect":
      plot.factors.forEach((name, i) => add(name, "factors", i));
      uses.push(...ofMeasure(plot.y, [...path, "y"]));
  }
  return uses;
}
