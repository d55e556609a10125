/** DiNOS and DiNOS*: a rackscale operating system on LD-NR, and its macro scheduler. */
import type { Experiment } from "../model/mod.ts";
import { placement } from "./experiments/placement.ts";
import { scheduler } from "./experiments/scheduler.ts";

/** What this room offers to the runner. */
export const experiments: readonly Experiment[] = [placement, scheduler];
