/** Hands the figures room to the runner, loaded only when something is drawn. */
import { fileURLToPath } from "node:url";
import type { Draw } from "../experiment/mod.ts";
import { hashGraph, importGraph } from "../experiment/source-hash.ts";
import type { FigureSpec } from "../figures/spec.ts";
import { library } from "./library.ts";

/** Hash of the code that draws. A binary, which has no source files, knows it from its making. */
export function figuresVersion(): string {
  const built = library().versions?.figures;
  if (built !== undefined) return built;
  const src = fileURLToPath(new URL("../", import.meta.url));
  const entry = fileURLToPath(new URL("../figures/mod.ts", import.meta.url));
  return hashGraph(importGraph([entry]), src);
}

/** The version of a system's model, where it cannot be read from source files: in a binary. */
export function builtModelVersion(system: string): string | undefined {
  return library().versions?.models[system];
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
