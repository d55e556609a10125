/** `iron metrics`: Table 7.1 and Figures 7.4 and 7.5 for a checkout of designs, or for the bundled ones. */
import {
  bundledSources,
  CheckoutError,
  checkoutSources,
  MEASURED_COLUMNS,
  type MeasuredPair,
  measurePair,
  parsersFor,
  rowsOf,
  SourceFileError,
  type SourcePair,
  SourceSyntaxError,
  summarise,
} from "../../iron/metrics/mod.ts";
import { type Table, writeCsv } from "../../table/mod.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { changesOf, publishedChanges, summaryText } from "../metrics-summary.ts";
import { drawMetrics, metricsText, scenarioTables } from "../metrics-tables.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `iron metrics`. */
export interface IronMetricsOptions {
  readonly before?: string;
  readonly after?: string;
  readonly out?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** At most so many sources with errors are named. */
const MOST_ERRORS = 20;

function sourcesOf(directory: string | undefined, options: IronMetricsOptions): SourcePair[] {
  const { before, after } = options;
  try {
    if (directory === undefined) {
      if (before !== undefined || after !== undefined) {
        throw new CheckoutError("--before and --after need a DIR, which holds these folders");
      }
      return bundledSources();
    }
    return checkoutSources(directory, {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  } catch (error) {
    if (error instanceof CheckoutError) throw new CommandError(Exit.usage, error.message);
    if (error instanceof SourceFileError) throw new CommandError(Exit.runFailed, error.message);
    throw error;
  }
}

async function measure(terminal: Terminal, pairs: readonly SourcePair[]): Promise<MeasuredPair[]> {
  const parsers = await parsersFor(pairs);
  const measured: MeasuredPair[] = [];
  const errors: string[] = [];
  for (const pair of pairs) {
    terminal.status(`measuring ${pair.design}`);
    try {
      measured.push(measurePair(pair, parsers));
    } catch (error) {
      if (!(error instanceof SourceSyntaxError)) throw error;
      errors.push(error.message);
    }
  }
  terminal.status("");
  if (errors.length === 0) return measured;
  errors.slice(0, MOST_ERRORS).forEach((message) => terminal.alert(message));
  throw new CommandError(
    Exit.runFailed,
    `${errors.length} of ${pairs.length} designs cannot be measured: correct them or leave them ` +
      "out of both folders",
  );
}

/** Measures the designs of a checkout, or the bundled ones, and prints what the chapter shows of its own. */
export async function ironMetrics(
  terminal: Terminal,
  directory: string | undefined,
  options: IronMetricsOptions,
): Promise<ExitCode> {
  if (options.csv && options.json) {
    throw new CommandError(Exit.usage, "--csv and --json exclude each other");
  }
  const shown = options.quiet ? terminal.asQuiet() : terminal;
  const measured = await measure(shown, sourcesOf(directory, options));
  const runs: Table = { columns: MEASURED_COLUMNS, rows: [...rowsOf(measured)] };
  if (options.csv) {
    terminal.data(writeCsv(runs));
    if (options.out === undefined) return Exit.ok;
  }
  const tables = await scenarioTables(terminal, runs, directory);
  const summary = summarise(changesOf(measured));
  const published = publishedChanges(tables);
  const beside = published.length === 0 ? undefined : summarise(published);
  if (options.json) {
    terminal.json({
      designs: measured,
      summary,
      ...(beside === undefined ? {} : { published: beside }),
    });
  } else if (!options.csv) {
    for (const each of tables) {
      terminal.data(metricsText(each, (text) => terminal.style("bold", text)));
    }
    terminal.data(summaryText(summary, beside));
  }
  if (options.out !== undefined) {
    for (const path of await drawMetrics(shown, tables, options.out)) shown.note(`→ ${path}`);
  }
  return Exit.ok;
}
