/** Perfetto tracks of combining rounds and of replica clones. */
import type { TraceSink } from "../../kernel/mod.ts";
import type { HashMapSystem } from "./system.ts";

/** Write each combiner's phases, and each step of a clone or removal, to `trace`. */
export function traceRounds(system: HashMapSystem, trace: TraceSink): void {
  const { sim, dispatcher, nr } = system;
  const protocol = (dispatcher ?? nr)?.protocol;
  if (protocol !== undefined) {
    const open = new Map<number, { phase: string; since: number; thread: number }>();
    protocol.onPhase = (thread, replica, phase) => {
      const before = open.get(replica);
      if (before !== undefined && before.phase !== "") {
        trace.complete(`replica ${replica} combiner`, before.phase, before.since, sim.now, {
          thread: before.thread,
        });
      }
      open.set(replica, { phase, since: sim.now, thread });
    };
  }
  if (dispatcher !== undefined) {
    let before: { step: string; since: number } | undefined = undefined;
    dispatcher.onStep = (replica, step) => {
      if (before !== undefined && before.step !== "") {
        trace.complete("dispatcher", before.step, before.since, sim.now, { replica });
      }
      before = { step, since: sim.now };
    };
  }
}
