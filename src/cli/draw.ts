/** Hands the figures room to the runner, loaded only when something is drawn. */
import { fileURLToPath } from "node:url";
import type { Draw } from "../experiment/mod.ts";
import { hashGraph, importGraph } from "../experiment/source-hash.ts";
import type { FigureSpec } from "../figures/spec.ts";
import { CommandError, Exit } from "./exit.ts";
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

/** The figures room, whose canvas is native code: that it cannot be loaded is told with what to do. */
export async function loadFigures(): Promise<typeof import("../figures/mod.ts")> {
  try {
    return await import("../figures/mod.ts");
  } catch (error) {
    if (!(error instanceof Error) || !/native binding/i.test(error.message)) throw error;
    // Bun's binaries unpack native code into the temporary folder to load it.
    throw new CommandError(
      Exit.runFailed,
      library().versions === undefined
        ? "the canvas cannot be loaded: run `deno install` in the project"
        : "the canvas cannot be unpacked: let TMPDIR name a folder that can be written, with 35 MB free",
    );
  }
}

/** Draws a scenario's figure as PNG and SVG; `warn` hears what the picture leaves out. */
export function drawing(warn: (message: string) => void): Draw {
  return {
    version: figuresVersion(),
    extensions: ["png", "svg"],
    async draw(scenario, table) {
      const { renderFigure } = await loadFigures();
      const { png, svg, warnings } = renderFigure(table, scenario.figure as FigureSpec, {
        title: scenario.title,
        note: scenario.source,
      });
      for (const warning of warnings) warn(`${scenario.id}: figure: ${warning}`);
      return { png, svg: new TextEncoder().encode(svg) };
    },
  };
}
