/** Colour scales of heat maps: values to colours, and ink that can be read on them. */

const STOPS = {
  // Sampled from matplotlib's viridis (CC0): even in lightness, safe for colour-blind readers.
  viridis: [
    "#440154",
    "#482878",
    "#3e4a89",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
  ],
  blues: ["#f7fbff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594"],
  diverging: ["#0072b2", "#6aaed6", "#c9e0f0", "#f7f7f7", "#fbd9bd", "#f0965a", "#d55e00"],
} as const;

/** The names of the colour scales. */
export type ColorScale = keyof typeof STOPS;

type Rgb = readonly [number, number, number];

function rgb(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function mixed(scale: ColorScale, share: number): Rgb {
  const stops = STOPS[scale];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const [a, b] = [rgb(stops[low] as string), rgb(stops[low + 1] as string)];
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (at - low));
  return [mix(0), mix(1), mix(2)];
}

/** The colour at `share` (0 to 1) of a scale. */
export function colorAt(scale: ColorScale, share: number): string {
  return `rgb(${mixed(scale, share).join(", ")})`;
}

/** Black or white, whichever reads better on the colour at `share`. */
export function inkOn(scale: ColorScale, share: number): string {
  const [r, g, b] = mixed(scale, share);
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#111111" : "#ffffff";
}
