/** Escra (chapter 5): sub-second container limits, its rivals, and the experiments of section 5.6. */
import type { Experiment } from "../model/mod.ts";
import { microservicesExperiment } from "./microservices.ts";
import { overhead } from "./overhead.ts";
import { serverlessExperiment } from "./serverless/mod.ts";
import { tracking } from "./tracking.ts";

export { MlRecommender } from "./autopilot-ml.ts";
export { EscraPolicy } from "./escra.ts";
export { ResourceAllocator } from "./resource-allocator.ts";

/** The experiments of this room. */
export const experiments: readonly Experiment[] = [
  microservicesExperiment,
  tracking,
  overhead,
  serverlessExperiment,
];
