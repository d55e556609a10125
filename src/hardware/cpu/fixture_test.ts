import { Simulation } from "../../kernel/mod.ts";
import { type CpuSpec, Host, type HostOptions } from "./mod.ts";

export const MS = 1e6;

/** A host without costs of its own, so that times come out round. */
export function bareHost(cpus: number, changes: Partial<CpuSpec> = {}, options: HostOptions = {}) {
  const sim = new Simulation({ seed: 1 });
  const host = new Host(sim, {
    name: "bare",
    cpus,
    tickRate: 250,
    schedulerSlice: 3 * MS,
    bandwidthSlice: 5 * MS,
    wakeUpCost: 0,
    contextSwitchCost: 0,
    newidleShare: 1,
    ...changes,
  }, options);
  return { sim, host };
}
