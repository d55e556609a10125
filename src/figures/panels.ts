/** The panels of a picture: a plot may be one, or one per value of its facet column. */
import type { Cell, Row, Table } from "../table/mod.ts";
import { type Extent, unite } from "./extent.ts";
import type { Style } from "./channels.ts";
import { FigureError, groups, keep } from "./data.ts";
import type { Panel } from "./kinds/kind.ts";
import { panelOf } from "./kinds/mod.ts";
import { describeColumn, printed } from "./labels.ts";
import type { FigureSpec, PlotSpec } from "./spec.ts";
import { type Look, lookOf } from "./theme.ts";

/** A panel with its title and the panels that it shares an axis with. */
export interface Cellular {
  readonly plot: PlotSpec;
  readonly panel: Panel;
  readonly title: string | undefined;
  /** Panels with the same name share that axis; undefined: the axis is its own. */
  readonly shareX: string | undefined;
  readonly shareY: string | undefined;
}

/** Every panel of `spec`, in order, and the panels per row that the description asks for. */
export function panelsOf(
  table: Table,
  spec: FigureSpec,
  warn: (message: string) => void,
): { cells: Cellular[]; columns: number | undefined } {
  const looks = new Looks();
  if (spec.kind !== "panels") {
    const { title: _, ...plot } = spec;
    return {
      cells: facets(table, plot as PlotSpec, table.rows, looks, warn, "figure"),
      columns: spec.facet?.columns,
    };
  }
  const rows = some(keep(table.rows, spec.where), spec.where, "figure.where");
  const cells = spec.panels.flatMap((own, i) => {
    const order = own.order ?? spec.order;
    const plot = {
      ...own,
      labels: { ...spec.labels, ...own.labels },
      styles: { ...spec.styles, ...own.styles },
      ...(order === undefined ? {} : { order }),
    } as PlotSpec;
    return facets(table, plot, rows, looks, warn, `figure.panels[${i}]`).map((cell) => ({
      ...cell,
      ...(spec.share === "both" || spec.share === "x" ? { shareX: "all" } : {}),
      ...(spec.share === "both" || spec.share === "y" ? { shareY: "all" } : {}),
    }));
  });
  const facetColumns = spec.panels.length === 1 ? spec.panels[0]?.facet?.columns : undefined;
  return { cells, columns: spec.columns ?? facetColumns };
}

function facets(
  table: Table,
  plot: PlotSpec,
  all: readonly Row[],
  looks: Looks,
  warn: (message: string) => void,
  path: string,
): Cellular[] {
  const rows = some(keep(all, plot.where), plot.where, `${path}.where`);
  const { facet } = plot;
  looks.learn(plot.styles, plot.order);
  return groups(rows, facet?.column, facet?.order).map((part) => {
    const named = facet === undefined ? plot.title : facetTitle(facet.column, part.value, plot);
    const input = {
      plot,
      columns: table.columns,
      rows: part.rows,
      look: (key: string, plainLines?: boolean) => looks.of(key, plainLines),
      name: (value: Cell) => printed(value, plot.labels),
      warn: (message: string) => warn(named === undefined ? message : `${named}: ${message}`),
    };
    const shares = (axis: "x" | "y") =>
      facet !== undefined && (facet.share === "both" || facet.share === axis) ? path : undefined;
    return {
      plot,
      panel: panelOf(input),
      title: named,
      shareX: shares("x"),
      shareY: shares("y"),
    };
  });
}

// Names stand for themselves; a number needs to be told of what.
function facetTitle(column: string, value: Cell, plot: PlotSpec): string {
  const text = printed(value, plot.labels);
  const title = plot.title === undefined ? "" : `${plot.title}: `;
  if (typeof value !== "number" || Object.hasOwn(plot.labels ?? {}, String(value))) {
    return title + text;
  }
  const { name, unit } = describeColumn(column);
  return `${title}${name} ${text}${unit === "" ? "" : ` ${unit}`}`;
}

function some(rows: readonly Row[], where: PlotSpec["where"], path: string): readonly Row[] {
  if (rows.length > 0) return rows;
  throw new FigureError(`${path} keeps no row of the table: ${JSON.stringify(where)}`);
}

/** The extent that each panel is drawn with: its own, or the union with those it shares with. */
export function sharedExtents(
  cells: readonly Cellular[],
  axis: "x" | "y" | "v",
): (Extent | undefined)[] {
  const union = new Map<string, Extent>();
  // Colours mean the same wherever x does.
  const share = (cell: Cellular) => axis === "y" ? cell.shareY : cell.shareX;
  for (const cell of cells) {
    const name = share(cell);
    const own = cell.panel[axis];
    if (name === undefined || own === undefined) continue;
    const before = union.get(name);
    union.set(name, before === undefined ? own : unite(before, own));
  }
  return cells.map((cell) => {
    const name = share(cell);
    const whole = name === undefined ? undefined : union.get(name);
    return whole?.scale === cell.panel[axis]?.scale ? whole : cell.panel[axis];
  });
}

/** The looks of the series of one picture: first by the given order, then as they come. */
class Looks {
  readonly #index = new Map<string, number>();
  #styles: Record<string, Style> = {};

  learn(styles: Record<string, Style> | undefined, order: readonly Cell[] | undefined): void {
    this.#styles = { ...this.#styles, ...styles };
    for (const value of order ?? []) this.#number(String(value));
  }

  of(key: string, plainLines = false): Look {
    return lookOf(this.#number(key), this.#styles[key], plainLines);
  }

  #number(key: string): number {
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const next = this.#index.size;
    this.#index.set(key, next);
    return next;
  }
}
