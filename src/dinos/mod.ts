/** DiNOS and DiNOS*: a rackscale operating system on LD-NR, and its macro scheduler. */
import type { Experiment } from "../model/mod.ts";
import { lifecycle } from "./experiments/lifecycle.ts";
import { memcached } from "./experiments/memcached.ts";
import { placement } from "./experiments/placement.ts";
import { vmem } from "./experiments/vmem.ts";
import { scheduler } from "./experiments/scheduler.ts";

/** What this room offers to the runner. */
export const experiments: readonly Experiment[] = [
  lifecycle,
  memcached,
  placement,
  scheduler,
  vmem,
];
