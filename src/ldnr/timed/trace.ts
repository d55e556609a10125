/**
 * Perfetto tracks of what LD-NR does: rounds of each replica's combiner with their phases inside, who
 * replays for a replica that is behind, the steps of each clone and removal, each thread's switches of
 * its memory policy, and how much of the log is in use.
 */
import type { TraceSink } from "../../kernel/mod.ts";
import { SystemCallAffinity } from "../algorithm/affinity.ts";
import type { Registration } from "../algorithm/replica.ts";
import type { HashMapSystem } from "./system.ts";

/** Slices of one track that end when the next begins, inside a slice that holds them all. */
class Steps {
  private open = false;

  constructor(
    private readonly trace: TraceSink,
    private readonly track: string,
    private readonly now: () => number,
  ) {}

  /** Go on to `step`; "" ends the whole, whose name and arguments count at its first step. */
  next(step: string, whole: string, args: Record<string, string | number>): void {
    const { trace, track } = this;
    if (this.open) trace.end(track, this.now());
    else trace.begin(track, whole, this.now(), args);
    this.open = step !== "";
    if (this.open) trace.begin(track, step, this.now());
    else trace.end(track, this.now());
  }
}

/** Write what the combiners, the dispatcher and the affinity manager of `system` do to `trace`. */
export function traceRounds(system: HashMapSystem, trace: TraceSink): void {
  const { sim, dispatcher, nr } = system;
  // A trace shows when each step happens; the results are the same.
  system.machine.ahead = false;
  const now = () => sim.now;
  const protocol = (dispatcher ?? nr)?.protocol;
  const combiner = (replica: number) => `replica ${replica}: combiner`;
  if (protocol !== undefined) {
    const rounds = new Map<number, Steps>();
    const used = (head: number, tail: number) =>
      trace.counter("log", sim.now, { "entries in use": tail - head });
    protocol.observer = {
      phase(thread, replica, phase) {
        let steps = rounds.get(replica);
        if (steps === undefined) {
          rounds.set(replica, steps = new Steps(trace, combiner(replica), now));
        }
        steps.next(phase, "round", { thread });
        if (phase === "") used(protocol.log.head.value, protocol.log.tail.value);
      },
      help(thread, replica, begins) {
        if (begins) trace.begin(combiner(replica), "replay by a helper", sim.now, { thread });
        else trace.end(combiner(replica), sim.now);
      },
      collected: used,
    };
  }
  if (dispatcher === undefined) return;
  const changes = new Steps(trace, "dispatcher", now);
  dispatcher.onStep = (kind, domain, step) =>
    changes.next(step, `${kind} the replica on domain ${domain}`, { domain });
  if (dispatcher.affinity instanceof SystemCallAffinity) {
    dispatcher.affinity.onSwitch = (thread: Registration<number, number>, from, to) =>
      trace.instant(`thread ${thread.id}`, `memory policy: domain ${to}`, sim.now, { from, to });
  }
}
