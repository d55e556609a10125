/** Options that every Chart.js panel shares: its title and reference marks. */
import { fontOptions } from "./axes.ts";
import { type Extent, place } from "./extent.ts";
import type { Mark } from "./channels.ts";
import { DASHES, faded, INK, ink, MARKERS, SIZE } from "./theme.ts";

/** Options of a panel's chart. */
export function chartOptions(of: {
  title?: string | undefined;
  scales: Record<string, unknown>;
  annotations?: Annotations;
  horizontal?: boolean;
}): Record<string, unknown> {
  const annotations = Object.entries(of.annotations ?? {})
    .map(([name, own]) => [name, { xScaleID: "x", yScaleID: "y", ...own }]);
  return {
    indexAxis: of.horizontal === true ? "y" : "x",
    scales: of.scales,
    plugins: {
      legend: { display: false },
      tooltip: { enabled: false },
      title: {
        display: of.title !== undefined,
        text: of.title,
        align: "center",
        color: INK.text,
        font: fontOptions(SIZE.panel, "bold"),
        padding: { top: 2, bottom: 8 },
      },
      annotation: { annotations: Object.fromEntries(annotations), clip: true },
    },
  };
}

/** Annotations by name, as chartjs-plugin-annotation takes them. */
export type Annotations = Record<string, Record<string, unknown>>;

/**
 * Reference marks as annotations. A mark's `x` is the axis of places and its `y` the axis of
 * measures; in a lying chart (`horizontal`) these are drawn the other way round.
 */
export function markAnnotations(
  marks: readonly Mark[] | undefined,
  extent: Extent,
  horizontal = false,
): Annotations {
  const annotations: Annotations = {};
  const sides: Sides = horizontal ? ["y", "x"] : ["x", "y"];
  (marks ?? []).forEach((mark, i) => {
    const at = mark.x === undefined ? undefined : place(extent, mark.x);
    if (mark.x_to !== undefined || mark.y_to !== undefined) {
      annotations[`mark${i}`] = band(mark, at, sides);
    } else if (at === undefined || mark.y === undefined) {
      annotations[`mark${i}`] = line(mark, at, sides);
    } else {
      annotations[`mark${i}`] = point(mark, at, sides);
      if (mark.label === undefined) return;
      const left = at > (extent.min + extent.max) / 2;
      annotations[`mark${i}label`] = pointLabel(mark, at, sides, left);
    }
  });
  return annotations;
}

type Sides = readonly ["x", "y"] | readonly ["y", "x"];

const inkOf = (mark: Mark) => ink(mark.color ?? "#444444");

function text(mark: Mark): Record<string, unknown> {
  return {
    content: mark.label,
    color: inkOf(mark),
    backgroundColor: "rgba(255, 255, 255, 0.85)",
    font: fontOptions(SIZE.note + 1),
    padding: { x: 4, y: 2 },
  };
}

function band(mark: Mark, at: number | undefined, [p, m]: Sides): Record<string, unknown> {
  return {
    type: "box",
    ...(at === undefined ? {} : { [`${p}Min`]: at, [`${p}Max`]: mark.x_to ?? at }),
    ...(mark.y === undefined ? {} : { [`${m}Min`]: mark.y, [`${m}Max`]: mark.y_to ?? mark.y }),
    backgroundColor: faded(inkOf(mark), 0.12),
    borderWidth: 0,
    drawTime: "beforeDatasetsDraw",
    label: {
      ...text(mark),
      display: mark.label !== undefined,
      backgroundColor: "rgba(255, 255, 255, 0)",
      position: at === undefined ? { x: "start", y: "center" } : { x: "center", y: "start" },
    },
  };
}

function line(mark: Mark, at: number | undefined, [p, m]: Sides): Record<string, unknown> {
  const [axis, value] = at === undefined ? [m, mark.y] : [p, at];
  const upright = axis === "x";
  return {
    type: "line",
    [`${axis}Min`]: value,
    [`${axis}Max`]: value,
    borderColor: inkOf(mark),
    borderWidth: 1.2,
    borderDash: [...DASHES[mark.dash ?? (at === undefined ? "dashed" : "dotted")]],
    drawTime: "beforeDatasetsDraw",
    label: {
      ...text(mark),
      display: mark.label !== undefined,
      position: upright ? "end" : "start",
      yAdjust: upright ? 0 : -10,
      drawTime: "afterDatasetsDraw",
    },
  };
}

function point(mark: Mark, at: number, [p, m]: Sides): Record<string, unknown> {
  return {
    type: "point",
    [`${p}Value`]: at,
    [`${m}Value`]: mark.y,
    radius: 6,
    pointStyle: MARKERS[mark.marker ?? "cross"],
    borderColor: inkOf(mark),
    borderWidth: 2,
    backgroundColor: "rgba(255, 255, 255, 0)",
  };
}

// Beside the point, on the side that has room.
function pointLabel(mark: Mark, at: number, [p, m]: Sides, left: boolean): Record<string, unknown> {
  return {
    ...text(mark),
    type: "label",
    [`${p}Value`]: at,
    [`${m}Value`]: mark.y,
    position: { x: left ? "end" : "start", y: "center" },
    xAdjust: left ? -10 : 10,
  };
}
