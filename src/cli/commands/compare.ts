/** `compare`: each claim as met or not, by the results that are there. */
import { compareJson, compareMarkdown, compareText, isNews } from "../../report/mod.ts";
import { compareOnDisk } from "../comparison.ts";
import { Exit, type ExitCode } from "../exit.ts";
import { findScenarios, shippedMatching } from "../find.ts";
import { loadOrRefuse } from "../load.ts";
import type { Style, Terminal } from "../terminal.ts";

/** Options of `compare`. */
export interface CompareOptions {
  readonly out: string;
  readonly only?: readonly string[];
  readonly data?: readonly string[];
  readonly markdown?: boolean;
  readonly json?: boolean;
}

const STYLES: Readonly<Record<string, Style>> = {
  good: "green",
  bad: "red",
  dim: "dim",
  bold: "bold",
};

/** Prints the comparison; exit code 4 if a claim without a recorded finding is not met. */
export async function compare(
  terminal: Terminal,
  names: readonly string[],
  options: CompareOptions,
): Promise<ExitCode> {
  const sources = names.length === 0 ? shippedMatching(options.only) : findScenarios(names);
  const compared = await compareOnDisk(
    await loadOrRefuse(terminal, sources, options.data),
    options.out,
  );
  if (options.json) terminal.json(compareJson(compared));
  else if (options.markdown) terminal.data(compareMarkdown(compared));
  else {
    terminal.data(
      compareText(compared, (kind, text) => terminal.style(STYLES[kind] as Style, text)),
    );
  }
  const missing = compared.filter((scenario) => scenario.missing !== undefined);
  if (missing.length > 0) {
    const ids = missing.slice(0, 8).map(({ id }) => id).join(", ");
    const more = missing.length > 8 ? ` and ${missing.length - 8} more` : "";
    terminal.note(
      `no current result of ${ids}${more}: run them first ` +
        "(wherewhen reproduce runs all)",
    );
  }
  return compared.some(({ claims }) => claims.some(isNews)) ? Exit.claim : Exit.ok;
}
