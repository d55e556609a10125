/** Node replication: NR, LD-NR and the concurrent maps that the dissertation compares them with. */
import type { Experiment } from "../model/mod.ts";
import { hashmap } from "./hashmap.ts";

/** What this room offers to the runner. */
export const experiments: readonly Experiment[] = [hashmap];

export { SystemCallAffinity } from "./algorithm/affinity.ts";
export type { AffinityManager } from "./algorithm/affinity.ts";
export { Dispatcher, LD_NR, type LdNrOptions } from "./algorithm/dispatcher.ts";
export type { Freeze } from "./algorithm/freeze.ts";
export { LdnrError } from "./algorithm/errors.ts";
export { InterleavingMachine, randomScheduler } from "./algorithm/interleave.ts";
export { nonLinearizableKey } from "./algorithm/linearizable.ts";
export { NodeReplicated, NR_01, NR_02, type NrOptions, type Replicated } from "./algorithm/nr.ts";
export type { Registration, Structure } from "./algorithm/replica.ts";
export { type Step, type Steps, Wait, Word, Work } from "./algorithm/step.ts";
export { CLOCK, WORK_TIME } from "./timed/clock.ts";
export { type Pricing, TimedMachine, TimedThread } from "./timed/machine.ts";
