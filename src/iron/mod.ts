/** The IRON extensions (chapter 7): the programming interface, taplib, placers, designs, metrics. */
import type { Experiment } from "../model/mod.ts";
import { accessPattern } from "./experiments/access-pattern.ts";
import { design } from "./experiments/design.ts";
import { features } from "./experiments/features.ts";
import { placement } from "./experiments/placement.ts";
import { sourceMetrics } from "./metrics/source-metrics.ts";

/** What this room offers to the runner. */
export const experiments: readonly Experiment[] = [
  accessPattern,
  design,
  placement,
  features,
  sourceMetrics,
];
