/**
 * Perfetto tracks of what LD-NR does: rounds of each replica's combiner with their phases inside, who
 * replays for a replica that is behind, the steps of each clone and removal, each thread's switches of
 * its memory policy, and how much of the log is in use.
 */
import type { TraceArguments, TraceSink } from "../../kernel/mod.ts";
import { SystemCallAffinity } from "../algorithm/affinity.ts";
import type { Registration } from "../algorithm/replica.ts";
import type { HashMapSystem } from "./system.ts";

/**
 * Slices of one track that end when the next begins, inside a slice that holds them all. All are written
 * when the whole has ended, so that its arguments may tell what came of it, and the whole first: viewers
 * take what begins at the same time in the order of the file.
 */
class Steps {
  private readonly steps: { readonly name: string; readonly began: number }[] = [];
  private args: TraceArguments = {};

  constructor(private readonly trace: TraceSink, private readonly track: string) {}

  /** Go on to `step`; "" ends the whole, whose arguments are those of its first step and of its end. */
  next(step: string, whole: string, now: number, args: () => TraceArguments): void {
    const { trace, track, steps } = this;
    if (steps.length === 0) this.args = args();
    if (step !== "") {
      steps.push({ name: step, began: now });
      return;
    }
    trace.complete(track, whole, steps[0]?.began ?? now, now, { ...this.args, ...args() });
    steps.forEach(({ name, began }, i) =>
      trace.complete(track, name, began, steps[i + 1]?.began ?? now)
    );
    steps.length = 0;
  }
}

/**
 * Write what the combiners, the dispatcher and the affinity manager of `system` do to `trace`. Tracks, from
 * top to bottom: the dispatcher, a combiner per replica, the threads whose policy changes.
 */
export function traceRounds(system: HashMapSystem, trace: TraceSink): void {
  const { sim, dispatcher, nr } = system;
  // A trace shows when each step happens; the results are the same.
  system.machine.ahead = false;
  const protocol = (dispatcher ?? nr)?.protocol;
  const combiner = (replica: number) => `replica ${replica}: combiner`;
  if (dispatcher !== undefined) trace.place("dispatcher", 0);
  if (protocol !== undefined) {
    const { log, counts } = protocol;
    const replicas = dispatcher === undefined ? log.cursors.length : system.options.values.domains;
    for (let r = 0; r < replicas; r++) trace.place(combiner(r), 1 + r);
    const rounds = new Map<number, Steps>();
    const before = new Map<number, number>();
    const helped = new Map<number, number>();
    const replayed = (replica: number) =>
      log.cursors.find((c) => c.replica === replica)?.ltail.value ?? 0;
    const used = (head: number, tail: number) =>
      trace.counter("log", sim.now, { "entries in use": tail - head });
    protocol.observer = {
      phase(thread, replica, phase) {
        let steps = rounds.get(replica);
        if (steps === undefined) {
          rounds.set(replica, steps = new Steps(trace, combiner(replica)));
        }
        steps.next(phase, "round", sim.now, () => {
          if (phase !== "") {
            before.set(replica, replayed(replica));
            return { "by thread": thread };
          }
          return {
            "operations of its threads": served(),
            "log entries replayed": replayed(replica) - (before.get(replica) ?? 0),
          };
        });
        if (phase === "") used(log.head.value, log.tail.value);
      },
      help(thread, replica, begins) {
        if (begins) helped.set(replica, sim.now);
        else {
          const began = helped.get(replica) as number;
          const args = { "by thread": thread };
          trace.complete(combiner(replica), "replay by a helper", began, sim.now, args);
        }
      },
      collected: used,
    };
    // A round counts its operations just before it ends; rounds of other replicas end at other times.
    let counted = 0;
    const served = () => {
      const since = counts.combined - counted;
      counted = counts.combined;
      return since;
    };
  }
  if (dispatcher === undefined) return;
  const changes = new Steps(trace, "dispatcher");
  const gib = Number((system.tableBytes / 2 ** 30).toPrecision(4));
  dispatcher.onStep = (kind, domain, step) =>
    changes.next(
      step,
      `${kind} the replica on domain ${domain}`,
      sim.now,
      () => ({ domain, GiB: gib }),
    );
  if (dispatcher.affinity instanceof SystemCallAffinity) {
    dispatcher.affinity.onSwitch = (thread: Registration<number, number>, from, to) => {
      // Every operation sets the policy; a reader wants to see where it changes.
      if (from === to) return;
      const track = `thread ${thread.id}: memory policy`;
      trace.place(track, 100 + thread.id);
      trace.instant(track, `domain ${from} → ${to}`, sim.now, { from, to });
    };
  }
}
