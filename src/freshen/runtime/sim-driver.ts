/** The primitive's world under simulation: the kernel's clock and signals. */
import { Signal, type Simulation, type Waitable } from "../../kernel/mod.ts";
import type { Driver, Steps } from "./steps.ts";

/** What steps wait for under simulation: a delay in ns, or something of the kernel. */
export type SimWait = number | Waitable<unknown>;

/** Runs on the simulation's clock; steps are kernel processes. */
export function simDriver(sim: Simulation): Driver<SimWait> {
  return {
    now: () => sim.now,
    gate() {
      const signal = new Signal<void>(sim, "fr_state entry");
      return {
        *wait(): Steps<SimWait, void> {
          yield signal;
        },
        open: () => signal.fire(),
      };
    },
  };
}
