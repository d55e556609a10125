/** Axes as Chart.js draws them: exactly our limits and ticks. */
import type { Ruler } from "./ruler.ts";
import { font, INK, SIZE } from "./theme.ts";

/** Chart.js options of a scale that shows exactly these ticks. */
export function scaleOptions(of: {
  axis: "x" | "y";
  position: "left" | "right" | "top" | "bottom";
  log?: boolean;
  ruler: Ruler;
  title?: string;
  titleColor?: string;
  grid?: boolean;
  reverse?: boolean;
  bare?: boolean;
  /** Degrees by which names are turned. */
  turn?: number;
  tickColor?: string;
  weight?: number;
}) {
  const ticks = new Map(of.ruler.ticks.map((t) => [t.value, t]));
  const minor = (value: number) => ticks.get(value)?.minor === true;
  return {
    type: of.log === true ? "logarithmic" : "linear",
    axis: of.axis,
    position: of.position,
    min: of.ruler.min,
    max: of.ruler.max,
    reverse: of.reverse === true,
    weight: of.weight ?? 0,
    offset: false,
    title: {
      display: of.title !== undefined && of.title !== "",
      text: of.title,
      color: of.titleColor ?? INK.text,
      font: fontOptions(SIZE.axis),
      padding: { top: 4, bottom: 4 },
    },
    border: { display: of.bare !== true, color: INK.axis, width: 1 },
    grid: {
      display: of.bare !== true,
      drawOnChartArea: of.grid !== false,
      color: (c: { tick?: { value: number } }) =>
        minor(c.tick?.value ?? NaN) ? INK.gridMinor : INK.grid,
      tickColor: (c: { tick?: { value: number } }) =>
        minor(c.tick?.value ?? NaN) ? INK.grid : INK.axis,
      tickLength: of.bare === true ? 0 : 5,
      lineWidth: 1,
    },
    ticks: {
      autoSkip: false,
      maxRotation: of.turn ?? 0,
      minRotation: of.turn ?? 0,
      color: of.tickColor ?? INK.text,
      font: fontOptions(SIZE.tick),
      padding: of.bare === true ? 1 : 4,
      callback: (value: number) => {
        const label = ticks.get(value)?.label ?? "";
        return label.includes("\n") ? label.split("\n") : label;
      },
    },
    afterBuildTicks: (scale: { ticks: { value: number; label: string }[] }) => {
      scale.ticks = of.ruler.ticks.map((t) => ({ value: t.value, label: t.label }));
    },
  };
}

/** A font as Chart.js takes it. */
export function fontOptions(size: number, weight: "normal" | "bold" = "normal") {
  const [, family] = font(size).split('"');
  return { family, size, weight, lineHeight: 1.2 };
}
