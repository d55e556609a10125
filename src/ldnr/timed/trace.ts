/**
 * Perfetto tracks of what a map under test does. Of the whole: plotted time, the dispatcher with the steps of
 * each clone and removal, how much of the log is in use. Of each domain: the rounds of its replica's combiner
 * with their phases, how far the replica is behind, and the threads on its cores, which are drawn in full for
 * a short while after each plotted sample begins and after each change.
 */
import type { TraceArguments, TraceSink } from "../../kernel/mod.ts";
import { SystemCallAffinity } from "../algorithm/affinity.ts";
import type { Registration } from "../algorithm/replica.ts";
import type { HashMapSystem } from "./system.ts";
import { ThreadTracks } from "./thread-tracks.ts";

/** Simulated time between two values of a counter, ns. */
const LOG_EVERY = 5000, LAG_EVERY = 20_000;

/**
 * Slices of one track that end when the next begins, inside a slice that holds them all. What takes no time
 * is left out: viewers put ends before beginnings of the same time.
 */
class Steps {
  private within = false;
  private step = "";
  private began = 0;
  private args: TraceArguments | undefined = undefined;

  constructor(private readonly trace: TraceSink, private readonly track: string) {}

  /** Go on to `step`, within a slice `whole`; "" ends both. */
  next(step: string, whole: string, now: number, args?: TraceArguments): void {
    const { trace, track } = this;
    if (!this.within) trace.begin(track, whole, now);
    else if (now > this.began) {
      trace.begin(track, this.step, this.began, this.args);
      trace.end(track, now);
    }
    this.within = step !== "";
    this.step = step;
    this.began = now;
    this.args = args;
    if (!this.within) trace.end(track, now, args);
  }
}

/** What the player of a timeline tells a trace. */
export interface TimelineObserver {
  /** A sample of plotted time from `from` to `until`, ns, begins. */
  sample(from: number, until: number): void;
  /** The last sample is over. */
  over(): void;
  /** Threads of a replica fall idle, or are busy again. */
  happens(what: string): void;
}

/** The group of tracks of a domain. */
export function groupOf(domain: number): string {
  return `domain ${domain}`;
}

/**
 * Write what `system` does to `trace`, under a heading that says which phase this is, which starts at `start`
 * ns of plotted time. Tracks are placed from the whole to its parts.
 */
export function traceSystem(
  system: HashMapSystem,
  trace: TraceSink,
  heading: string,
  start = 0,
): TimelineObserver {
  const { sim, dispatcher, nr } = system;
  // A trace shows when each step happens; the results are the same.
  system.machine.ahead = false;
  const time = "plotted time";
  trace.place(time, 0);
  trace.begin(time, heading, sim.now);
  if (dispatcher !== undefined) trace.place("dispatcher", 1);
  const threads = new ThreadTracks(system, trace);
  if (dispatcher !== undefined || nr !== undefined) traceRounds(system, trace, threads);
  threads.place();
  if (dispatcher !== undefined) traceChanges(system, trace, threads);
  // A sample's place in simulated time; those that stand for another one have none.
  let current: { readonly name: string; readonly began: number } | undefined = undefined;
  const end = () => {
    if (current === undefined || sim.now === current.began) return;
    trace.begin(time, current.name, current.began);
    trace.end(time, sim.now);
  };
  return {
    sample(from, until) {
      end();
      const name = `${(start + from) / 1e9} to ${(start + until) / 1e9} s`;
      current = { name, began: sim.now };
      threads.draw();
    },
    over: end,
    happens(what) {
      trace.instant(time, what, sim.now);
      threads.draw();
    },
  };
}

/** What is known of a replica's round while it goes on. */
class Round {
  readonly steps: Steps;
  /** The replica's place in the log when the round began. */
  from = 0;
  /** Threads whose operations it has collected; since when it fills entries with them, -1: it does not. */
  took: readonly number[] = [];
  filling = -1;

  constructor(trace: TraceSink, readonly track: string) {
    this.steps = new Steps(trace, track);
  }
}

/** The rounds of each replica's combiner, who replays for a replica that is behind, the log's fill. */
function traceRounds(system: HashMapSystem, trace: TraceSink, threads: ThreadTracks): void {
  const { sim, dispatcher, nr } = system;
  const replicated = dispatcher ?? nr;
  if (replicated === undefined) return;
  const { log, counts } = replicated.protocol;
  // LD-NR's replicas are numbered by domain; NR's in the order of their domains.
  const homes = dispatcher === undefined
    ? system.options.replicas
    : Array.from({ length: system.options.values.domains }, (_, d) => d);
  const rounds = homes.map((domain, r) => {
    const track = `replica ${r}: combiner`;
    trace.place(track, 0, groupOf(domain));
    return new Round(trace, track);
  });
  const place = (replica: number) => log.cursors.find((c) => c.replica === replica)?.ltail.value;
  let toldLog = -Infinity;
  const used = (head: number, tail: number) => {
    toldLog = sim.now;
    trace.counter("log", sim.now, { "entries in use": tail - head });
  };
  const told = homes.map(() => -Infinity);
  const tellLag = (replica: number) => {
    told[replica] = sim.now;
    const values = { entries: log.tail.value - (place(replica) ?? log.tail.value) };
    const group = groupOf(homes[replica] as number);
    trace.counter(`replica ${replica}: behind the log's tail`, sim.now, values, group);
  };
  // A round counts its operations just before it ends; rounds of other replicas end at other times.
  let counted = 0;
  replicated.protocol.observer = {
    phase(thread, replica, phase) {
      const round = rounds[replica] as Round;
      if (phase === "collect") {
        round.from = place(replica) ?? 0;
        threads.combines(thread, replica, true);
      }
      const filled = round.filling;
      round.filling = phase === "fill" ? sim.now : -1;
      const args = phase === ""
        ? {
          "by thread": thread,
          "operations of its threads": counts.combined - counted,
          "log entries replayed": (place(replica) ?? 0) - round.from,
        }
        : undefined;
      round.steps.next(phase, "round", sim.now, args);
      // The phase that an arrow points to has to be in the file before it.
      if (filled >= 0) { for (const t of round.took) threads.taken(t, round.track, filled); }
      if (phase !== "") return;
      threads.combines(thread, replica, false);
      counted = counts.combined;
      if (sim.now - toldLog >= LOG_EVERY) used(log.head.value, log.tail.value);
      told.forEach((last, r) => {
        if (sim.now - last >= LAG_EVERY) tellLag(r);
      });
    },
    took: (replica, from) => (rounds[replica] as Round).took = from,
    behind: (thread, begins) => threads.behind(thread, begins),
    help(thread, replica, begins) {
      const { track } = rounds[replica] as Round;
      if (begins) trace.begin(track, "replay by a helper", sim.now);
      else {
        trace.end(track, sim.now, { "by thread": thread });
        tellLag(replica);
      }
    },
    collected: used,
  };
}

/** The steps of each clone and removal, and switches of memory policies. */
function traceChanges(system: HashMapSystem, trace: TraceSink, threads: ThreadTracks): void {
  const { sim, dispatcher } = system;
  if (dispatcher === undefined) return;
  const changes = new Steps(trace, "dispatcher");
  dispatcher.onEnter = (thread, begins) => threads.enters(thread, begins);
  const gib = Number((system.tableBytes / 2 ** 30).toPrecision(4));
  dispatcher.onStep = (kind, domain, step, model) => {
    const args = step === ""
      ? { domain, GiB: gib }
      : model === undefined
      ? undefined
      : { "model: replica on domain": model };
    changes.next(step, `${kind} the replica on domain ${domain}`, sim.now, args);
    if (step === "") threads.draw();
  };
  if (!(dispatcher.affinity instanceof SystemCallAffinity)) return;
  dispatcher.affinity.onSwitch = (thread: Registration<number, number>, from, to) => {
    // Every operation sets the policy; a reader wants to see where it changes.
    if (from !== to) {
      threads.switched(thread.id, `memory policy: domain ${from} → ${to}`, { from, to });
    }
  };
}
