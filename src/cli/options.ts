/** Options that several commands share, read into typed values with errors that name the option. */
import { availableParallelism } from "node:os";
import { InvalidArgumentError, Option } from "commander";

function positiveInteger(what: string, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new InvalidArgumentError(`expected ${what} from 1 to ${most}`);
    }
    return value;
  };
}

/** `--jobs N`: worker threads; default: one for each core. */
export const jobsOption = (): Option =>
  new Option("-j, --jobs <n>", "worker threads")
    .argParser(positiveInteger("a number of workers", 256))
    .default(availableParallelism(), "all cores")
    .env("WHEREWHEN_JOBS");

/** A path; `--out ""` is a variable that was not set, not the folder above all. */
function path(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("expected a path, not nothing");
  return text;
}

/** `--out DIR`: the folder that receives results. */
export const outOption = (): Option =>
  new Option("-o, --out <dir>", "folder for CSV, PNG, SVG and manifests")
    .argParser(path)
    .default("results")
    .env("WHEREWHEN_OUT");

/** `--out DIR` of `run`: where it goes by default depends on whether results are compared. */
export const runOutOption = (): Option =>
  new Option(
    "-o, --out <dir>",
    `folder for CSV, PNG, SVG and manifests (default: "results", with --compare "new-results")`,
  ).argParser(path).env("WHEREWHEN_OUT");

/** `--compare DIR`: earlier results, which the new ones must equal. */
export const compareOption = (): Option =>
  new Option("--compare <dir>", "fail if a number is not as in the results of this folder")
    .argParser(path).conflicts("print");

/** `--tolerance SHARE`: how far a number may be from the earlier one. */
export const toleranceOption = (): Option =>
  new Option("--tolerance <share>", "with --compare: numbers may differ by this, for example 0.1%")
    .argParser((text) => {
      const [, number, percent] = /^(\d+(?:\.\d+)?(?:e-?\d+)?) ?(%?)$/i.exec(text) ?? [];
      const share = Number(number) / (percent === "%" ? 100 : 1);
      if (!(share >= 0 && share < 1)) {
        throw new InvalidArgumentError("expected a share such as 0.001 or 0.1%");
      }
      return share;
    });

/** `--junit FILE`: a report for CI systems. */
export const junitOption = (): Option =>
  new Option("--junit <file>", "write runs, numbers and claims as JUnit XML")
    .argParser(path).conflicts("print");

/** `--summary FILE`: a report for people. */
export const summaryOption = (): Option =>
  new Option("--summary <file>", "write what changed as Markdown, for a pull request")
    .argParser(path).conflicts("print");

/** `--trace FILE`: events of one run, in place of results. */
export const traceOption = (): Option =>
  new Option(
    "--trace <file>",
    "write one run's events for Perfetto, no results (one scenario only)",
  )
    .argParser(path).conflicts(["print", "compare", "junit", "summary", "json", "force"]);

/** `--verbose`: every run. */
export const verboseOption = (): Option =>
  new Option("-v, --verbose", "a line for every run, also off a terminal").conflicts("quiet");

/** `--seeds N`: replications 1..N in place of the scenario's. */
export const seedsOption = (): Option =>
  new Option("--seeds <n>", "run replications 1..n instead of the scenario's own")
    .argParser(positiveInteger("a number of replications", 10_000));

/** `--seed N`: that replication alone. */
export const seedOption = (): Option =>
  new Option("--seed <n>", "run only replication n")
    .argParser(positiveInteger("a replication number", 2 ** 31 - 1))
    .conflicts("seeds");

/** `--only PATTERN`: ids or globs of scenarios (with `--experiments` of experiments). */
export const onlyOption = (): Option =>
  new Option(
    "--only <pattern...>",
    "only scenarios whose id matches, for example freshen/* or */fig-4.4",
  );

/** `--json`: data as JSON on stdout. */
export const jsonOption = (): Option => new Option("--json", "print the data as JSON");

/** `--quiet`: errors and warnings only. */
export const quietOption = (): Option => new Option("-q, --quiet", "no progress, errors only");

/** `--data DIR`: a further folder that scenarios may read input files from. */
export const dataOption = (): Option =>
  new Option("--data <dir...>", "further folders that scenarios may read traces from");

/** `--trace-run N`: which run `--trace` follows. */
export const traceRunOption = (): Option =>
  new Option("--trace-run <n>", "the run that --trace follows, in scenario order (default: 1)")
    .argParser(positiveInteger("a run number", 1_000_000));
