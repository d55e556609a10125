/** `list`: what can be run. */
import { loadCatalogue } from "../../experiment/catalogue.ts";
import { unknownName } from "../../units/mod.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { matches, shippedMatching } from "../find.ts";
import { readHead } from "../head.ts";
import { library } from "../library.ts";
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

async function listScenarios(terminal: Terminal, options: ListOptions): Promise<void> {
  const heads = library().heads;
  const found = await Promise.all(
    shippedMatching(options.only).map(async ({ file, text }) => ({
      ...(heads?.[file] ?? await readHead(file, text)),
      file,
    })),
  );
  if (options.json) return terminal.json(found);
  terminal.data(columnsOfText(found.map(({ id, experiment, title }) => [id, experiment, title])));
}

async function listExperiments(terminal: Terminal, options: ListOptions): Promise<void> {
  const { only } = options;
  const all = [...(await loadCatalogue()).values()].sort((a, b) => a.id < b.id ? -1 : 1);
  const chosen = all.filter(({ id }) => only?.some((pattern) => matches(pattern, id)) ?? true);
  for (const pattern of only ?? []) {
    if (chosen.some(({ id }) => matches(pattern, id))) continue;
    throw new CommandError(
      Exit.usage,
      unknownName("experiment", pattern, all.map(({ id }) => id)),
    );
  }
  const found = chosen.map(({ id, experiment }) => ({
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
  else await listScenarios(terminal, options);
  return Exit.ok;
}
