/**
 * wherewhen as a library: the simulation kernel, the simulated hardware, and the way from a scenario
 * to a table and a figure.
 *
 * @example A queue of your own
 * ```ts
 * import { Resource, Simulation } from "./mod.ts";
 *
 * const sim = new Simulation({ seed: 1 });
 * const server = new Resource(sim, "server", 1);
 * function* customer() {
 *   yield server;
 *   yield 1_000_000; // one millisecond of service
 *   server.release();
 * }
 * sim.spawn("first", customer());
 * sim.spawn("second", customer());
 * sim.run();
 * console.log(sim.now); // 2000000
 * ```
 * @module
 */
export * from "./src/units/mod.ts";
export * from "./src/kernel/mod.ts";
export * from "./src/hardware/mod.ts";
export * from "./src/model/mod.ts";
export { readCsv, type Table, writeCsv } from "./src/table/mod.ts";
export type { ClaimKind, ClaimResult, ClaimSpec, Published, Tolerance } from "./src/claims/mod.ts";
export {
  type ExperimentEntry,
  type FileReader,
  folderFiles,
  formatErrors,
  type LoadOptions,
  type LoadResult,
  loadScenario,
  type LocatedError,
  type PlatformSource,
  type PrepareSql,
  type ResolvedScenario,
  type YamlSource,
} from "./src/scenario/mod.ts";
export {
  type Catalogue,
  type Draw,
  loadCatalogue,
  type RunEvent,
  type RunOptions,
  type RunOutcome,
  runScenarios,
  type ScenarioOutcome,
} from "./src/experiment/mod.ts";
export {
  type Figure,
  type FigureOptions,
  type FigureSpec,
  renderFigure,
} from "./src/figures/mod.ts";
// The names of chapter 7's taplib as they are.
export * from "./src/iron/taplib/mod.ts";
/** The whole of chapter 7's interfaces: designs, graphs, placers, the NPU that runs them. */
export * as iron from "./src/iron/library.ts";
export {
  createFreshen,
  type Freshen,
  type HandlerLimits,
  type HandlerResource,
  replayable,
} from "./src/freshen/runtime/mod.ts";
