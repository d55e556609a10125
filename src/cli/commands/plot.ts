/** `plot`: figures drawn again from CSVs that are there; no model runs. */
import { readFileSync } from "node:fs";
import { checkBelow, OutputError, resultPaths, writeFileAtomic } from "../../experiment/mod.ts";
import type { FigureSpec } from "../../figures/spec.ts";
import { CsvError, readCsv, type Table } from "../../table/mod.ts";
import { loadFigures } from "../draw.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { findScenarios } from "../find.ts";
import { loadOrRefuse } from "../load.ts";
import { reason } from "../reason.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `plot`. */
export interface PlotOptions {
  readonly out: string;
  readonly csv?: string;
  readonly data?: readonly string[];
  readonly animate?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

function tableFrom(path: string): Table {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const hint = (error as { code?: string }).code === "ENOENT" ? "; run the scenario first" : "";
    throw new CommandError(Exit.runFailed, `cannot read ${path}: ${reason(error)}${hint}`);
  }
  try {
    return readCsv(text, path);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CommandError(Exit.runFailed, error.message);
  }
}

/** Draws each named scenario's figure into `out`. */
export async function plot(
  terminal: Terminal,
  names: readonly string[],
  options: PlotOptions,
): Promise<ExitCode> {
  const loaded = await loadOrRefuse(terminal, findScenarios(names), options.data);
  if (options.csv !== undefined && loaded.length !== 1) {
    throw new CommandError(Exit.usage, `--csv takes one scenario, not ${loaded.length}`);
  }
  const { FigureError, renderFigure } = await loadFigures();
  const shown = options.quiet ? terminal.asQuiet() : terminal;
  const written: string[] = [];
  for (const { scenario } of loaded) {
    if (scenario.figure === undefined) {
      shown.note(`${scenario.id}: has no figure`);
      continue;
    }
    const paths = resultPaths(options.out, scenario.id);
    const table = tableFrom(options.csv ?? paths.csv);
    try {
      checkBelow(options.out, paths.folder);
      const figure = scenario.figure as FigureSpec;
      const labels = { title: scenario.title, note: scenario.source };
      if (options.animate) {
        const path = paths.picture("apng");
        const { animated } = await import("../animate.ts");
        writeFileAtomic(path, animated(table, figure, labels));
        written.push(path);
        shown.note(`${scenario.id} → ${path}`);
        continue;
      }
      const { png, svg, warnings } = renderFigure(table, figure, labels);
      writeFileAtomic(paths.picture("png"), png);
      writeFileAtomic(paths.picture("svg"), svg);
      written.push(paths.picture("png"), paths.picture("svg"));
      for (const warning of warnings) shown.note(`${scenario.id}: figure: ${warning}`);
    } catch (error) {
      if (error instanceof OutputError) throw new CommandError(Exit.usage, error.message);
      if (!(error instanceof FigureError)) throw error;
      throw new CommandError(Exit.runFailed, `${scenario.id}: ${error.message}`);
    }
    shown.note(`${scenario.id} → ${paths.picture("png")} ${paths.picture("svg")}`);
  }
  if (options.json) terminal.json({ written });
  return Exit.ok;
}
