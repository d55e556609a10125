/** `list`: what can be run. */
import { parse } from "yaml";
import { loadCatalogue } from "../../experiment/catalogue.ts";
import { Exit, type ExitCode } from "../exit.ts";
import { shippedMatching } from "../find.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `list`. */
export interface ListOptions {
  readonly experiments?: boolean;
  readonly only?: readonly string[];
  readonly json?: boolean;
}

/** Aligns rows into columns two spaces apart; the last column runs free. */
export function columnsOfText(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i] as number)).join("  ")
      .trimEnd()
  ).join("\n");
}

function listScenarios(terminal: Terminal, options: ListOptions): void {
  const found = shippedMatching(options.only).map((source) => {
    // Titles only: a scenario with an error is still listed, and `check` tells what is wrong.
    let yaml: Record<string, unknown> = {};
    try {
      yaml = (parse(new TextDecoder().decode(source.text)) ?? {}) as Record<string, unknown>;
    } catch { /* listed by its path */ }
    const text = (key: string) => typeof yaml[key] === "string" ? yaml[key] as string : "";
    const claims = Array.isArray(yaml["claims"]) ? yaml["claims"].length : 0;
    return {
      id: text("id") || source.file,
      title: text("title"),
      source: text("source"),
      experiment: text("experiment"),
      hardware: text("hardware"),
      claims,
      file: source.file,
    };
  });
  if (options.json) return terminal.json(found);
  terminal.data(columnsOfText(found.map(({ id, experiment, title }) => [id, experiment, title])));
}

async function listExperiments(terminal: Terminal, options: ListOptions): Promise<void> {
  const found = [...(await loadCatalogue()).values()].map(({ id, experiment }) => ({
    id,
    says: experiment.says,
    replications: experiment.replications,
    columns: Object.fromEntries(
      Object.entries(experiment.columns).map(([name, column]) => [name, column.says]),
    ),
  }));
  if (options.json) return terminal.json(found);
  terminal.data(
    found.map(({ id, says, columns }) =>
      `${terminal.style("bold", id)}  ${says}\n` +
      columnsOfText(Object.entries(columns).map(([name, text]) => [`  ${name}`, text]))
    ).join("\n\n"),
  );
}

/** Prints the shipped scenarios, or the experiments with their columns. */
export async function list(terminal: Terminal, options: ListOptions): Promise<ExitCode> {
  if (options.experiments) await listExperiments(terminal, options);
  else listScenarios(terminal, options);
  return Exit.ok;
}
