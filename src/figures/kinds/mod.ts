/** Every kind of plot: one line each. */
import type { PlotSpec } from "../spec.ts";
import type { Kind, Panel, PanelInput } from "./kind.ts";
import { bars } from "./bars.ts";
import { box } from "./box.ts";
import { cdf } from "./cdf.ts";
import { effect } from "./effect.ts";
import { heatmap } from "./heatmap.ts";
import { line } from "./line.ts";
import { table } from "./table.ts";
import { timeline } from "./timeline.ts";

const KINDS: { readonly [K in PlotSpec["kind"]]: Kind<K> } = {
  line,
  bars,
  cdf,
  box,
  heatmap,
  timeline,
  table,
  effect,
};

/** Reads and measures a panel by the kind of its plot. */
export function panelOf(input: PanelInput): Panel {
  const kind = KINDS[input.plot.kind] as unknown as (input: PanelInput) => Panel;
  return kind(input);
}
