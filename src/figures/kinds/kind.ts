/** What a kind of plot offers to the picture: its ranges first, then its drawing in a given place. */
import type { Extent } from "../extent.ts";
import type { ChartDescription } from "../chart.ts";
import type { Cell, Row } from "../../table/mod.ts";
import type { PlotOf, PlotSpec } from "../spec.ts";
import type { Context, Rect } from "../surface.ts";
import type { Look } from "../theme.ts";

/** One entry of the legend. */
export interface LegendEntry {
  readonly key: string;
  readonly label: string;
  readonly look: Look;
  readonly shape: "line" | "points" | "box";
}

/** A panel's data and what it may ask of the picture. */
export interface PanelInput<P extends PlotSpec = PlotSpec> {
  readonly plot: P;
  /** Columns of the table. */
  readonly columns: readonly string[];
  /** This panel's rows. */
  readonly rows: readonly Row[];
  /** The look of a series, the same in every panel. */
  look(key: string, plainLines?: boolean): Look;
  /** The printed name of a value or column. */
  name(value: Cell): string;
  /** Notes what the reader of the picture must be told (dropped points). */
  warn(message: string): void;
}

/** Where a panel is drawn, and which of its axes carry titles. */
export interface Placement {
  /** Size of the panel in logical pixels. */
  readonly width: number;
  readonly height: number;
  readonly x?: Extent;
  readonly y?: Extent;
  /** What colours stand for, where they stand for numbers. */
  readonly v?: Extent;
  readonly title?: string;
  readonly xTitle: boolean;
  readonly yTitle: boolean;
}

/** A panel read and measured, ready to be drawn. */
export interface Panel {
  readonly legend: readonly LegendEntry[];
  readonly x?: Extent;
  readonly y?: Extent;
  /** What colours stand for, where they stand for numbers. */
  readonly v?: Extent;
  /** Least width that it can be read at, in logical pixels. */
  width?(context: Context): number;
  /** Height that suits it, in logical pixels, when `width` wide; default: 0.62 of the width. */
  height?(width: number, context: Context): number;
  /** A chart of Chart.js … */
  chart?(placement: Placement): ChartDescription;
  /** … or a drawing of its own. */
  paint?(context: Context, rect: Rect, placement: Placement): void;
}

/** A kind of plot: from rows to a panel. */
export type Kind<K extends PlotSpec["kind"]> = (input: PanelInput<PlotOf<K>>) => Panel;
