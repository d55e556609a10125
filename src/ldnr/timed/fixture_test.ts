/** Set-up that the tests of the timed machine share: Figure 6.3's system, but for what a test says. */
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../../hardware/memory/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { costValues } from "../costs.ts";
import { HashMapSystem, type SystemOptions } from "./system.ts";

/** The chapter's test machine. */
export const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);

/** NR with four replicas and 96 threads at 10 % writes. */
export const DEFAULTS: SystemOptions = {
  values,
  threadsPerCore: 1,
  costs: costValues(),
  structure: "nr",
  replicas: [0, 1, 2, 3],
  threads: 96,
  writeShare: 0.1,
  extraOperations: 0,
  localOperations: 0,
  localEntries: 65_536,
  entries: 67_108_864,
  pageBytes: 4096,
  logBytes: 2 ** 21,
  nrVersion: "0.1",
  freeze: "all",
  outerLock: "distributed",
  shards: 4,
  exact: false,
};

/** A system with some options of its own. */
export function build(over: Partial<SystemOptions>, seed = 1): HashMapSystem {
  return new HashMapSystem(new Simulation({ seed }), { ...DEFAULTS, ...over });
}
