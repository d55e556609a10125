/** Hands the figures room to the runner, loaded only when something is drawn. */
import { fileURLToPath } from "node:url";
import type { Draw } from "../experiment/mod.ts";
import { hashGraph, importGraph } from "../experiment/source-hash.ts";
import type { FigureSpec } from "../figures/spec.ts";
import { VERSION } from "./version.ts";

function figuresVersion(): string {
  try {
    const src = fileURLToPath(new URL("../", import.meta.url));
    const entry = fileURLToPath(new URL("../figures/mod.ts", import.meta.url));
    return hashGraph(importGraph([entry]), src);
  } catch {
    return VERSION; // no source files: inside a binary
  }
}

/** Draws a scenario's figure as PNG and SVG; `warn` hears what the picture leaves out. */
export function drawing(warn: (message: string) => void): Draw {
  return {
    version: figuresVersion(),
    extensions: ["png", "svg"],
    async draw(scenario, table) {
      const { renderFigure } = await import("../figures/mod.ts");
      const { png, svg, warnings } = renderFigure(table, scenario.figure as FigureSpec, {
        title: scenario.title,
        note: scenario.source,
      });
      for (const warning of warnings) warn(`${scenario.id}: figure: ${warning}`);
      return { png, svg: new TextEncoder().encode(svg) };
    },
  };
}
