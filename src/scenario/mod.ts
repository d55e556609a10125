/** Scenarios: YAML in, a typed and checked scenario out, every error with its place. */
export * from "./resolved.ts";
export * from "./sources.ts";
export {
  addedColumns,
  gatheredColumns,
  type Gathering,
  runColumns,
  yieldedColumns,
} from "./columns.ts";
export { folderFiles, liesInside, MAX_FILE_BYTES, readRegular } from "./files.ts";
export { type LoadResult, loadScenario } from "./load.ts";
export {
  formatError,
  formatErrors,
  type Loaded,
  type LocatedError,
  type YamlSource,
} from "../yaml/mod.ts";
export { isSafeName, isScenarioId } from "./names.ts";
export { type JsonSchema, platformJsonSchema, scenarioJsonSchema } from "./json-schema.ts";
export { loadPlatform } from "./platforms.ts";
export { MAX_SEEDS, parseSeeds } from "./seeds.ts";
export { MAX_RUNS } from "./settings.ts";
export { newScenario, type NewScenarioOptions } from "./template.ts";
