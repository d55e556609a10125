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

/**
 * Prints the comparison. Exit code 5 if a scenario has no current result, because then not everything
 * was compared; 4 if a claim without a recorded finding is not met.
 */
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
  const missing = compared.filter(({ missing }) => missing !== undefined);
  if (missing.length > 0) {
    const ids = missing.slice(0, 8).map(({ id }) => id).join(", ");
    const more = missing.length > 8 ? ` and ${missing.length - 8} more` : "";
    const run = names.length === 0 ? "reproduce" : `run ${names.join(" ")}`;
    terminal.alert(
      `${terminal.style("red", "error:")} no current result of ${ids}${more} in ${options.out}; ` +
        `make it first: wherewhen ${run}${
          options.out === "results" ? "" : ` --out ${options.out}`
        }`,
    );
    return Exit.runFailed;
  }
  return compared.some(({ claims }) => claims.some(isNews)) ? Exit.claim : Exit.ok;
}
