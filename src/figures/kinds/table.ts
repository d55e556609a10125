/** A table as a picture: ruled as in print, numbers at the right, yes and no as marks. */
import type { Cell } from "../../table/mod.ts";
import { describeColumn, formatNumber, formatOf } from "../labels.ts";
import type { PlotOf } from "../spec.ts";
import type { Context, Rect } from "../surface.ts";
import { paintLines, wrap } from "../text.ts";
import { font, INK, SIZE } from "../theme.ts";
import type { Kind, PanelInput } from "./kind.ts";

const ROW = 24;
const PAD = 10;
const HEAD_LINE = SIZE.tick * 1.25;

interface Column {
  readonly head: readonly string[];
  readonly cells: readonly string[];
  readonly align: "left" | "right" | "center";
  readonly width: number;
}

interface Layout {
  readonly columns: readonly Column[];
  readonly headHeight: number;
  readonly size: number;
  readonly width: number;
}

/** Reads a panel of `kind: table`, which is painted and not charted. */
export const table: Kind<"table"> = (input) => {
  const { plot } = input;
  const rows = input.rows.slice(0, plot.max_rows);
  if (rows.length < input.rows.length) {
    input.warn(
      `${input.rows.length - rows.length} rows beyond max_rows: ${plot.max_rows} are left out`,
    );
  }
  const height = (width: number, context: Context) => {
    const layout = lay(context, input, rows, width);
    return layout.headHeight + rows.length * ROW + 16 + titleHeight(plot);
  };
  return {
    legend: [],
    width: (context) =>
      columnsOf(input).reduce(
        (sum, c) => sum + columnOf(context, input, rows, c, SIZE.note, true).width,
        0,
      ),
    height,
    paint: (context, rect, at) => {
      const layout = lay(context, input, rows, rect.width);
      let top = rect.y + 4;
      if (at.title !== undefined) {
        const middle = rect.x + rect.width / 2;
        paintLines(context, [at.title], middle, top, SIZE.panel, INK.text, "bold");
        top += titleHeight(plot);
      }
      paint(context, layout, rows.length, { ...rect, y: top });
    },
  };
};

type ShownColumn = NonNullable<PlotOf<"table">["columns"]>[number];

/** The columns to show: those that the plot names, or else all that the rows have. */
function columnsOf({ plot, rows }: PanelInput<PlotOf<"table">>): readonly ShownColumn[] {
  return plot.columns ?? Object.keys(rows[0] ?? {}).map((column) => ({ column }));
}

function titleHeight(plot: PlotOf<"table">): number {
  return plot.title === undefined && plot.facet === undefined ? 0 : SIZE.panel + 10;
}

function lay(
  context: Context,
  input: PanelInput<PlotOf<"table">>,
  rows: PanelInput["rows"],
  available: number,
): Layout {
  let size: number = SIZE.tick;
  // Heads on one line if there is room, else broken, else all text smaller.
  for (let broken = false;; broken = true) {
    const columns = columnsOf(input).map((c) => columnOf(context, input, rows, c, size, broken));
    const width = columns.reduce((sum, c) => sum + c.width, 0);
    if (width <= available || (broken && size <= 7)) {
      // What is left over is shared, so that the rules span the picture.
      const extra = Math.max(0, Math.min(60, (available - width) / columns.length));
      const headHeight = Math.max(...columns.map((c) => c.head.length)) * HEAD_LINE + 12;
      return {
        columns: columns.map((c) => ({ ...c, width: c.width + extra })),
        headHeight,
        size,
        width: width + extra * columns.length,
      };
    }
    if (broken) size -= 0.5;
  }
}

function columnOf(
  context: Context,
  input: PanelInput<PlotOf<"table">>,
  rows: PanelInput["rows"],
  column: ShownColumn,
  size: number,
  broken: boolean,
): Column {
  const own = describeColumn(column.column);
  const unit = column.unit ?? own.unit;
  const name = column.label ?? input.plot.labels?.[column.column] ?? own.name;
  const cells = rows.map((row) => written(input, row[column.column] ?? null, column));
  const kinds = rows.map((row) => row[column.column]).filter((v) => v !== null);
  const align = column.align ??
    (kinds.every((v) => typeof v === "number")
      ? "right"
      : kinds.every((v) => isFlag(v ?? null))
      ? "center"
      : "left");
  context.font = font(size);
  const body = Math.max(0, ...cells.map((c) => context.measureText(c).width));
  const title = unit === "" ? name : `${name} (${unit})`;
  const head = wrap(context, title, broken ? Math.max(body, 60) : Infinity, size, "bold");
  context.font = font(size, "bold");
  const top = Math.max(...head.map((line) => context.measureText(line).width));
  return { head, cells, align, width: Math.max(body, top) + 2 * PAD };
}

// A CSV that was read back has its booleans as text.
function isFlag(cell: Cell): boolean {
  return typeof cell === "boolean" || cell === "true" || cell === "false";
}

function written(
  input: PanelInput<PlotOf<"table">>,
  cell: Cell,
  column: ShownColumn,
): string {
  if (isFlag(cell)) return String(cell) === "true" ? "✓" : "–";
  if (typeof cell !== "number") return input.name(cell);
  return formatNumber(cell, column.format ?? formatOf(column.column), column.digits);
}

function paint(context: Context, layout: Layout, rows: number, rect: Rect): void {
  const left = rect.x + (rect.width - layout.width) / 2;
  const body = rect.y + layout.headHeight;
  context.save();
  for (let row = 1; row < rows; row += 2) {
    context.fillStyle = "#f4f4f4";
    context.fillRect(left, body + row * ROW, layout.width, ROW);
  }
  for (const [y, width] of [[rect.y, 1.8], [body, 1], [body + rows * ROW, 1.8]] as const) {
    context.fillStyle = INK.axis;
    context.fillRect(left, y - width / 2, layout.width, width);
  }
  let x = left;
  context.textBaseline = "middle";
  context.fillStyle = INK.text;
  for (const column of layout.columns) {
    const at = { left: x + PAD, right: x + column.width - PAD, center: x + column.width / 2 };
    context.textAlign = column.align;
    context.font = font(layout.size, "bold");
    column.head.forEach((line, i) => {
      const y = body - 6 - (column.head.length - i - 0.5) * HEAD_LINE;
      context.fillText(line, at[column.align], y);
    });
    context.font = font(layout.size);
    column.cells.forEach((text, i) =>
      context.fillText(text, at[column.align], body + (i + 0.5) * ROW)
    );
    x += column.width;
  }
  context.restore();
}
