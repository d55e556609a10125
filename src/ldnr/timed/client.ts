/** One thread of the benchmark: gets and puts in a closed loop, as a machine of states. */
import type { Rng, Simulation } from "../../kernel/mod.ts";
import { CallingScript } from "../algorithm/call-stack.ts";
import { type Step, type Tally, type Wait, Work } from "../algorithm/step.ts";
import type { MapThread } from "./replicated-map.ts";

/** What the threads do. */
export interface Load {
  /** Share of puts, 0..1. */
  readonly writeShare: number;
  /** Operations on a thread-local map between operations on the shared one. */
  readonly localOperations: number;
}

/** Who is told what the threads do, for traces. */
export interface LoadObserver {
  /** A thread has done `count` gets in a row (and local operations between them) since time `since`, ns. */
  gets(thread: number, since: number, count: number): void;
  /** A thread begins (or has ended) a put. */
  put(thread: number, begins: boolean): void;
}

/** Where a thread looks for the observer, if there is one, and for the time. */
interface Watched {
  readonly observer: LoadObserver | undefined;
  readonly sim: Simulation;
}

/** What all threads count, by their numbers. */
export interface Counts {
  readonly completed: Float64Array;
  readonly puts: Float64Array;
  /** 1: to be idle. */
  readonly idle: Uint8Array;
  /** 1: in a run of gets. */
  readonly inRun: Uint8Array;
  /** Until this thread is not to be idle any more. */
  readonly rest: Wait;
}

/** Gets that a map may do in a row before it tells. */
const RUN = 64;

/** A thread's loop. */
export class Client extends CallingScript<void> implements Tally {
  private state = 0;
  /** Gets left before the next put. */
  private gets = 0;
  /** Time at which the run of gets began, and the thread's operations until then; only kept for an observer. */
  private since = 0;
  private before = 0;
  private readonly logKeep: number;
  private readonly local: Work;

  constructor(
    private readonly id: number,
    private readonly thread: MapThread,
    private readonly rng: Rng,
    private readonly load: Load,
    private readonly counts: Counts,
    private readonly watched: Watched,
  ) {
    super();
    this.logKeep = Math.log1p(-load.writeShare);
    this.local = new Work("local", load.localOperations, 0);
  }

  /** A get is done. */
  more(): boolean {
    const { id, counts } = this;
    const { completed } = counts;
    completed[id] = (completed[id] as number) + 1;
    return --this.gets > 0 && counts.idle[id] === 0 && this.load.localOperations === 0;
  }

  step(): Step | undefined {
    const { id, counts, load } = this;
    for (;;) {
      switch (this.state) {
        case 0:
          this.state = 1;
          // Threads of a real run do not start in step.
          return new Work("pause", Math.round(this.rng.uniform(0, 2000)), 0);
        case 1:
          this.gets = this.draw();
          this.state = 2;
          break;
        case 2:
          if (counts.idle[id] === 1) return counts.rest;
          this.state = 3;
          if (this.watched.observer !== undefined) this.note();
          if (load.localOperations > 0) return this.local;
          break;
        case 3: {
          const get = this.gets > 0;
          this.state = get ? 4 : 5;
          if (!get) {
            this.watched.observer?.put(id, true);
            return this.call(this.thread.put());
          }
          counts.inRun[id] = 1;
          const most = load.localOperations > 0 ? 1 : Math.min(this.gets, RUN);
          return this.call(this.thread.get(most, this));
        }
        case 4:
          counts.inRun[id] = 0;
          counts.completed[id] = (counts.completed[id] as number) + this.answer;
          this.gets -= this.answer;
          this.watched.observer?.gets(
            id,
            this.since,
            (counts.completed[id] as number) - this.before,
          );
          this.state = 2;
          break;
        default:
          this.watched.observer?.put(id, false);
          counts.completed[id] = (counts.completed[id] as number) + 1;
          counts.puts[id] = (counts.puts[id] as number) + 1;
          this.state = 1;
      }
    }
  }

  private note(): void {
    this.since = this.watched.sim.now;
    this.before = this.counts.completed[this.id] as number;
  }

  /** Gets until the next put. */
  private draw(): number {
    const { writeShare } = this.load;
    if (writeShare === 0) return Infinity;
    if (writeShare === 1) return 0;
    return Math.floor(Math.log(1 - this.rng.uniform()) / this.logKeep);
  }
}
