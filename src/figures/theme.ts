/** Sizes, inks and the looks of series: one place, so that every picture is of one hand. */
import { PALETTE, type Style } from "./channels.ts";
import { FONT_FAMILY } from "./fonts.ts";

/** Font sizes in logical pixels. */
export const SIZE = { title: 17, subtitle: 13, panel: 14, axis: 14, tick: 13, note: 11 } as const;

/** Colours of everything that is not data: text, axes, grids, bands. */
export const INK = {
  text: "#222222",
  soft: "#5f5f5f",
  axis: "#444444",
  grid: "#dcdcdc",
  gridMinor: "#f0f0f0",
  phase: "#ececec",
} as const;

/** A CSS font of the picture's family. */
export const font = (size: number, weight: "normal" | "bold" = "normal") =>
  `${weight} ${size}px "${FONT_FAMILY}"`;

/** Lengths of strokes and gaps, in logical pixels. */
export const DASHES = {
  solid: [],
  dashed: [8, 4],
  dotted: [2, 3],
  dashdot: [9, 3, 2, 3],
} as const satisfies Record<string, readonly number[]>;

/** The name of a stroke. */
export type Dash = keyof typeof DASHES;

/** Our marker names → Chart.js point styles; a diamond is its turned square. */
export const MARKERS = {
  circle: "circle",
  square: "rect",
  triangle: "triangle",
  diamond: "rectRot",
  cross: "crossRot",
  plus: "cross",
  none: false,
} as const;

/** The name of a marker. */
export type Marker = keyof typeof MARKERS;

/** A marker's radius, in logical pixels. */
export const MARKER_SIZE = 4.8;

/** The look of one series, with nothing left open. */
export interface Look {
  readonly color: string;
  readonly dash: Dash;
  readonly marker: Marker;
  readonly width: number;
}

// Neighbours differ in lightness as well as in hue, so that they differ in grey print.
const COLORS = ["blue", "orange", "green", "vermillion", "purple", "sky", "black", "grey"] as const;
const SHAPES: readonly Marker[] = ["circle", "square", "triangle", "diamond", "cross", "plus"];
const STROKES: readonly Dash[] = ["solid", "dashed", "dashdot", "dotted"];

/** `#rrggbb` of a palette name or of itself. */
export function ink(color: string): string {
  return PALETTE[color as keyof typeof PALETTE] ?? color;
}

/** `color` at an opacity, as CSS. */
export function faded(color: string, opacity: number): string {
  const value = parseInt(ink(color).slice(1), 16);
  return `rgba(${value >> 16}, ${(value >> 8) & 255}, ${value & 255}, ${opacity})`;
}

/** Black or white, whichever reads better on `color` laid over white at an opacity. */
export function inkOver(color: string, opacity: number): string {
  const value = parseInt(ink(color).slice(1), 16);
  const light = 0.299 * (value >> 16) + 0.587 * ((value >> 8) & 255) + 0.114 * (value & 255);
  return 255 + (light - 255) * opacity > 120 ? "#111111" : "#ffffff";
}

/**
 * The look of the `index`th series: its fixed style, else the next of the sequence. Lines without
 * markers (`plainLines`) are told apart by their strokes.
 */
export function lookOf(index: number, style: Style | undefined, plainLines = false): Look {
  return {
    color: ink(style?.color ?? COLORS[index % COLORS.length] as string),
    dash: style?.dash ?? (plainLines ? STROKES[index % STROKES.length] as Dash : "solid"),
    marker: style?.marker ?? SHAPES[index % SHAPES.length] as Marker,
    width: style?.width ?? 2,
  };
}

/** The stroke of a marker: crosses are strokes alone, all others are filled. */
export function outlineOf(look: Look): number {
  return look.marker === "cross" || look.marker === "plus" ? 2 : 0;
}
