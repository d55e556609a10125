/** Experiments that hold the substrate against real machines and textbook answers. */
import type { Experiment } from "../model/mod.ts";
import { cpuQuota } from "./cpu-quota.ts";
import { memory } from "./memory.ts";
import { queue } from "./queue.ts";
import { transfer } from "./transfer.ts";

/** What this room offers to the runner. */
export const experiments: readonly Experiment[] = [cpuQuota, memory, queue, transfer];
