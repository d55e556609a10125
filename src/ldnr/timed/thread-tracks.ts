/** Perfetto tracks of the benchmark's threads, drawn in full for short stretches of a run. */
import type { TraceArguments, TraceSink } from "../../kernel/mod.ts";
import type { HashMapSystem } from "./system.ts";

/** Length of a stretch that is drawn, simulated ns, and the most slices in it. */
const STRETCH = 50_000, MOST = 2000;

/** Longer than threads that enter take to get their lines, ns. */
const FROZEN = 10_000;

const ARROW = "put on the log";

/** One kind of thing that threads do: since when, and whether it was to be drawn when it began. */
class Doing {
  readonly since: Float64Array;
  readonly drawn: Uint8Array;

  constructor(threads: number) {
    this.since = new Float64Array(threads);
    this.drawn = new Uint8Array(threads);
  }

  begin(thread: number, now: number, drawn: boolean): void {
    this.since[thread] = now;
    this.drawn[thread] = drawn ? 1 : 0;
  }
}

/** What each thread does: runs of gets, puts, waits for its replica, combining; arrows from puts to rounds. */
export class ThreadTracks {
  private until = -1;
  private left = 0;
  private readonly putting: Doing;
  private readonly waiting: Doing;
  private readonly combining: Doing;
  private readonly entering: Doing;
  /** Where and when each thread's put was put on the log. */
  private readonly log: ({ readonly track: string; readonly at: number } | undefined)[] = [];
  private readonly names: readonly string[];

  constructor(private readonly system: HashMapSystem, private readonly trace: TraceSink) {
    const { threads } = system.options;
    this.putting = new Doing(threads);
    this.waiting = new Doing(threads);
    this.combining = new Doing(threads);
    this.entering = new Doing(threads);
    this.names = system.cores.map((core, t) => `thread ${t} (core ${core})`);
    system.benchmark.observer = {
      gets: (thread, since, count) => {
        const name = system.options.localOperations > 0 ? "local operations, get" : "gets";
        const begun = since >= this.until - STRETCH && since <= this.until && this.left > 0;
        if (begun || this.draws()) this.slice(thread, name, since, { count });
      },
      put: (thread, begins) => {
        if (begins) {
          this.log[thread] = undefined;
          this.begin(this.putting, thread);
        } else if (this.end(this.putting, thread, "put")) this.arrowOf(thread);
      },
    };
  }

  /** Name the tracks, in order of cores. */
  place(): void {
    const { cores, machine } = this.system;
    cores.forEach((core, t) => {
      const group = `domain ${machine.coherence.domainOf(core)}`;
      this.trace.place(this.names[t] as string, 1 + core, group);
    });
  }

  /** Draw the threads for a while from now on. */
  draw(): void {
    this.until = this.system.sim.now + STRETCH;
    this.left = MOST;
  }

  /** A combiner whose track is `track` has put a thread's operation on the log, from time `at` on. */
  taken(thread: number, track: string, at: number): void {
    this.log[thread] = { track, at };
  }

  /** A thread begins (or ends) to wait for its replica before it reads. */
  behind(thread: number, begins: boolean): void {
    if (begins) this.begin(this.waiting, thread);
    else this.end(this.waiting, thread, "wait for the replica");
  }

  /** A thread begins (or has ended) to enter the dispatcher: drawn where that was kept closed for a while. */
  enters(thread: number, begins: boolean): void {
    // An operation begins with it: inside of that, a nanosecond later, as viewers nest by time.
    if (begins) this.entering.begin(thread, this.system.sim.now + 1, this.draws());
    else if (this.system.sim.now - (this.entering.since[thread] as number) > FROZEN) {
      this.end(this.entering, thread, "frozen by the dispatcher");
    }
  }

  /** A thread begins (or has ended) a round as the combiner of a replica. */
  combines(thread: number, replica: number, begins: boolean): void {
    if (begins) this.begin(this.combining, thread);
    else this.end(this.combining, thread, `combine for replica ${replica}`);
  }

  /** A thread's memory policy changes. The thread that changes replicas is drawn on the dispatcher's track. */
  switched(thread: number, name: string, args: TraceArguments): void {
    const { now } = this.system.sim;
    const track = this.names[thread];
    if (track === undefined) this.trace.instant("dispatcher", name, now, args);
    else if (this.draws()) this.trace.instant(track, name, now, args);
  }

  private draws(): boolean {
    return this.left > 0 && this.system.sim.now <= this.until;
  }

  private begin(what: Doing, thread: number): void {
    what.begin(thread, this.system.sim.now, this.draws());
  }

  /** Draws what has ended if it began or ended where threads are drawn; whether it did. */
  private end(what: Doing, thread: number, name: string): boolean {
    const drawn = what.drawn[thread] === 1 || this.draws();
    what.drawn[thread] = 0;
    if (drawn) this.slice(thread, name, what.since[thread] as number);
    return drawn;
  }

  /** An arrow from the put that has just been drawn to where it was put on the log. */
  private arrowOf(thread: number): void {
    const log = this.log[thread];
    if (log === undefined) return;
    const [arrow, since] = [this.trace.newFlow(), this.putting.since[thread] as number];
    this.trace.flow("from", ARROW, arrow, this.names[thread] as string, since);
    // Within what begins then, not at the end of what ends then: viewers look for it by time.
    this.trace.flow("to", ARROW, arrow, log.track, log.at + 1);
  }

  private slice(thread: number, name: string, since: number, args?: TraceArguments): void {
    const track = this.names[thread];
    if (track === undefined) return;
    this.left--;
    this.trace.complete(track, name, since, this.system.sim.now, args);
  }
}
