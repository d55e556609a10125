/** Timelines: lanes from the top, a bar per activity, arrows between lanes. */
import type { Chart } from "chart.js";
import { scaleOptions } from "../axes.ts";
import { categoryExtent, type Extent, extentOf, place } from "../extent.ts";
import { nameRuler, ruler } from "../ruler.ts";
import { distinct, number } from "../data.ts";
import { axisTitle, describeColumn } from "../labels.ts";
import { chartOptions, markAnnotations } from "../options.ts";
import type { PlotOf } from "../spec.ts";
import type { Context } from "../surface.ts";
import { faded, font, INK, inkOver, type Look, SIZE } from "../theme.ts";
import { arrow } from "../arrow.ts";
import type { Kind, PanelInput, Placement } from "./kind.ts";

interface Span {
  readonly lane: string;
  readonly activity: string;
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** Reads a panel of `kind: timeline`; x is time in the unit of the start column. */
export const timeline: Kind<"timeline"> = (input) => {
  const { plot } = input;
  const spans = input.rows.map((row): Span => {
    const activity = plot.activity === undefined ? "" : row[plot.activity] ?? null;
    return {
      lane: String(row[plot.lane] ?? null),
      activity: String(activity),
      label: plot.activity === undefined ? "" : input.name(activity),
      start: number(row[plot.start]),
      end: number(row[plot.end]),
    };
  });
  const whole = spans.filter((s) => s.end >= s.start);
  if (whole.length < spans.length) {
    input.warn(`${spans.length - whole.length} activities have no time or end before they start`);
  }
  const lanes = distinct(input.rows, plot.lane, plot.lanes)
    .map((lane) => ({ key: String(lane), label: input.name(lane) }));
  const activities = plot.activity === undefined
    ? []
    : distinct(input.rows, plot.activity, plot.order).map(String);
  const looks = new Map(
    (activities.length === 0 ? [""] : activities).map((a) => [a, input.look(a)]),
  );
  const x = extentOf(whole.flatMap((s) => [s.start, s.end]), {
    min: plot.x.min,
    max: plot.x.max,
    pad: 0.02,
    fromZero: 0.3,
  });
  const y = categoryExtent(lanes);
  return {
    legend: activities.map((a) => {
      // A moment is drawn as a diamond, so the legend shows one.
      const moment = whole.filter((s) => s.activity === a).every((s) => s.end === s.start);
      const look = looks.get(a) as Look;
      return {
        key: a,
        label: input.name(a),
        look: moment ? { ...look, marker: "diamond" as const } : look,
        shape: moment ? "points" as const : "box" as const,
      };
    }),
    x,
    y,
    height: () => lanes.length * 46 + 96,
    chart: (at) => draw(input, at, whole, looks, at.x ?? x, at.y ?? y),
  };
};

function draw(
  input: PanelInput<PlotOf<"timeline">>,
  at: Placement,
  spans: readonly Span[],
  looks: ReadonlyMap<string, Look>,
  x: Extent,
  y: Extent,
) {
  const { plot } = input;
  const xRuler = ruler(x, { length: at.width - 120, flat: true });
  const lanes = nameRuler(y);
  const unit = plot.x.unit ?? describeColumn(plot.start).unit;
  const stripes = Object.fromEntries(
    lanes.ticks.filter((_, i) => i % 2 === 1).map((lane) => [`lane${lane.value}`, {
      type: "box",
      yMin: lane.value - 0.5,
      yMax: lane.value + 0.5,
      backgroundColor: "#f6f6f6",
      borderWidth: 0,
      drawTime: "beforeDraw",
    }]),
  );
  return {
    datasets: [],
    options: chartOptions({
      title: at.title,
      annotations: { ...stripes, ...markAnnotations(plot.marks, x) },
      scales: {
        x: scaleOptions({
          axis: "x",
          position: "bottom",
          ruler: xRuler,
          title: at.xTitle ? axisTitle(plot.start, plot.x.label, unit) : "",
        }),
        y: scaleOptions({ axis: "y", position: "left", ruler: lanes, grid: false, reverse: true }),
      },
    }),
    plugins: [{
      id: "spans",
      afterDatasetsDraw: (chart: Chart) => {
        const ctx = chart.ctx as unknown as Context;
        ctx.save();
        for (const [, lane] of Map.groupBy(spans, (s) => s.lane)) {
          paintLane(ctx, chart, lane, y, looks);
        }
        for (const link of plot.arrows ?? []) paintLink(ctx, chart, link, y);
        ctx.restore();
      },
    }],
  };
}

// Activities that overlap in a lane share its height.
function paintLane(
  ctx: Context,
  chart: Chart,
  spans: readonly Span[],
  y: Extent,
  looks: ReadonlyMap<string, Look>,
): void {
  const ordered = [...spans].sort((a, b) => a.start - b.start);
  const ends: number[] = [];
  const rows = ordered.map((span) => {
    const free = ends.findIndex((end) => end <= span.start);
    const row = free < 0 ? ends.length : free;
    ends[row] = span.end;
    return row;
  });
  const lane = place(y, ordered[0]?.lane);
  const laneHeight = Math.abs(pixel(chart, "y", lane + 0.5) - pixel(chart, "y", lane - 0.5));
  const height = (laneHeight * 0.72) / ends.length;
  const top = pixel(chart, "y", lane) - laneHeight * 0.36;
  ordered.forEach((span, i) => {
    const next = ordered.find((_, j) => j > i && rows[j] === rows[i]);
    const box = {
      x: pixel(chart, "x", span.start),
      y: top + (rows[i] as number) * height,
      width: pixel(chart, "x", span.end) - pixel(chart, "x", span.start),
      height,
    };
    const room = next === undefined ? chart.chartArea.right : pixel(chart, "x", next.start);
    paintSpan(ctx, span, box, room, looks.get(span.activity) as Look);
  });
}

function paintSpan(
  ctx: Context,
  span: Span,
  box: { x: number; y: number; width: number; height: number },
  room: number,
  look: Look,
): void {
  const middle = box.y + box.height / 2;
  ctx.fillStyle = faded(look.color, 0.75);
  ctx.strokeStyle = look.color;
  ctx.lineWidth = 1.2;
  if (span.end === span.start) {
    ctx.beginPath();
    ctx.moveTo(box.x, middle - 7);
    ctx.lineTo(box.x + 7, middle);
    ctx.lineTo(box.x, middle + 7);
    ctx.lineTo(box.x - 7, middle);
    ctx.closePath();
    ctx.fill();
  } else {
    ctx.fillRect(box.x, box.y, box.width, box.height - 1);
    ctx.strokeRect(box.x, box.y, box.width, box.height - 1);
  }
  ctx.font = font(Math.min(SIZE.tick - 1, box.height * 0.7));
  ctx.textBaseline = "middle";
  const width = ctx.measureText(span.label).width;
  if (width + 8 <= box.width) {
    ctx.textAlign = "center";
    ctx.fillStyle = inkOver(look.color, 0.75);
    ctx.fillText(span.label, box.x + box.width / 2, middle);
  } else if (box.x + box.width + 10 + width < room) {
    ctx.textAlign = "left";
    ctx.fillStyle = INK.text;
    ctx.fillText(span.label, box.x + box.width + (box.width === 0 ? 11 : 5), middle);
  }
}

function paintLink(
  ctx: Context,
  chart: Chart,
  link: NonNullable<PlotOf<"timeline">["arrows"]>[number],
  y: Extent,
): void {
  const [x0, y0] = [pixel(chart, "x", link.from.at), pixel(chart, "y", place(y, link.from.lane))];
  const [x1, y1] = [pixel(chart, "x", link.to.at), pixel(chart, "y", place(y, link.to.lane))];
  arrow(ctx, x0, y0, x1, y1, 1.6, INK.text);
  if (link.label === undefined) return;
  ctx.font = font(SIZE.note);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillStyle = INK.text;
  ctx.fillText(link.label, (x0 + x1) / 2 + 6, (y0 + y1) / 2);
}

function pixel(chart: Chart, axis: "x" | "y", value: number): number {
  return chart.scales[axis]?.getPixelForValue(value) ?? NaN;
}
