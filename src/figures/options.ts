/** Options that every Chart.js panel shares: its title, reference marks, phase bands. */
import type { Mark } from "./channels.ts";
import { fontOptions, place } from "./axes.ts";
import type { Extent } from "./axes.ts";
import { DASHES, faded, INK, ink, MARKERS, SIZE } from "./theme.ts";

/** Options of a panel's chart. */
export function chartOptions(of: {
  title?: string | undefined;
  scales: Record<string, unknown>;
  annotations?: Record<string, unknown>;
  horizontal?: boolean;
}): Record<string, unknown> {
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
      annotation: { annotations: of.annotations ?? {}, clip: true },
    },
  };
}

/** Reference marks as annotations; `horizontal` charts have their categories on y. */
export function markAnnotations(
  marks: readonly Mark[] | undefined,
  x: Extent,
): Record<string, unknown> {
  const annotations: Record<string, unknown> = {};
  (marks ?? []).forEach((mark, i) => {
    annotations[`mark${i}`] = annotationOf(mark, x);
  });
  return annotations;
}

function annotationOf(mark: Mark, x: Extent): Record<string, unknown> {
  const color = ink(mark.color ?? "#444444");
  const at = mark.x === undefined ? undefined : place(x, mark.x);
  const label = (position: string, yAdjust: number) => ({
    display: mark.label !== undefined,
    content: mark.label,
    position,
    color,
    backgroundColor: "rgba(255, 255, 255, 0.85)",
    font: fontOptions(SIZE.note + 1),
    padding: { x: 4, y: 2 },
    yAdjust,
  });
  if (mark.x_to !== undefined || mark.y_to !== undefined) {
    return {
      type: "box",
      ...(at === undefined ? {} : { xMin: at, xMax: mark.x_to ?? at }),
      ...(mark.y === undefined ? {} : { yMin: mark.y, yMax: mark.y_to ?? mark.y }),
      backgroundColor: faded(color, 0.12),
      borderWidth: 0,
      drawTime: "beforeDatasetsDraw",
      label: label(mark.y === undefined ? "start" : "center", 0),
    };
  }
  if (at !== undefined && mark.y !== undefined) {
    return {
      type: "point",
      xValue: at,
      yValue: mark.y,
      radius: 6,
      pointStyle: MARKERS[mark.marker ?? "cross"],
      borderColor: color,
      borderWidth: 2,
      backgroundColor: "rgba(255, 255, 255, 0)",
    };
  }
  const vertical = at !== undefined;
  return {
    type: "line",
    ...(vertical ? { xMin: at, xMax: at } : { yMin: mark.y, yMax: mark.y }),
    borderColor: color,
    borderWidth: 1.2,
    borderDash: [...DASHES[mark.dash ?? (vertical ? "dotted" : "dashed")]],
    drawTime: "beforeDatasetsDraw",
    label: {
      ...label(vertical ? "end" : "start", vertical ? 0 : -9),
      drawTime: "afterDatasetsDraw",
    },
  };
}
