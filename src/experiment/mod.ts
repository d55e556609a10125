/** From resolved scenarios to results: runs on workers, tables, manifests, claims. */
export { type Baseline, readBaseline } from "./baseline.ts";
export { type Catalogue, type CatalogueEntry, loadCatalogue } from "./catalogue.ts";
export { checkBelow, checkWritable, OutputError, writeFileAtomic } from "./files.ts";
export type { Draw, RunEvent, RunFailure, RunOptions, ScenarioOutcome } from "./outcome.ts";
export { readResult, type ResultOnDisk } from "./results.ts";
export { type RunOutcome, runScenarios } from "./run-scenarios.ts";
export { systemSourceHash } from "./source-hash.ts";
export { resultPaths } from "./up-to-date.ts";
export { type TracedRun, traceRun } from "./trace-run.ts";
