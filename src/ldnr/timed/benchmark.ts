/**
 * The benchmark of chapter 6.2.3.1 on the timed machine: pinned threads in a closed loop of gets and
 * puts, uniform keys, some of them idle at times.
 */
import type { Rng, Simulation } from "../../kernel/mod.ts";
import { type Steps, Wait, Word, Work } from "../algorithm/step.ts";
import type { TimedMachine, TimedThread } from "./machine.ts";
import type { MapThread, MapUnderTest } from "./replicated-map.ts";

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

/** Gets that a map may do in a row before it tells. */
const RUN = 64;

/** Threads in a closed loop, their counts, and who is idle. */
export class Benchmark {
  /** Operations completed by each thread. */
  readonly completed: Float64Array;
  /** Completed puts of each thread. */
  readonly puts: Float64Array;
  observer: LoadObserver | undefined = undefined;
  private readonly idle: Uint8Array;
  private readonly changed: Word = new Word(0);
  private readonly runners: TimedThread[] = [];
  private readonly inRun: Uint8Array;

  constructor(
    private readonly sim: Simulation,
    private readonly machine: TimedMachine,
    private readonly map: MapUnderTest,
    private readonly load: Load,
    cores: readonly number[],
  ) {
    this.completed = new Float64Array(cores.length);
    this.puts = new Float64Array(cores.length);
    this.idle = new Uint8Array(cores.length);
    this.inRun = new Uint8Array(cores.length);
    cores.forEach((core, i) => {
      const thread = this.map.thread(machine.coherence.domainOf(core), core);
      const rng = sim.rng(`thread ${i}`);
      this.runners.push(machine.spawn(`thread ${i}`, core, this.loop(i, thread, rng)));
    });
  }

  /** Make threads idle, or busy again; an idle thread finishes its operation first. */
  setIdle(threads: readonly number[], idle: boolean): void {
    for (const t of threads) this.idle[t] = idle ? 1 : 0;
    this.machine.poke(this.changed);
  }

  /** Operations completed so far, with the done part of runs in progress. */
  operations(): number {
    let sum = 0;
    for (let i = 0; i < this.completed.length; i++) {
      sum += this.completed[i] as number;
      if (this.inRun[i] === 1) sum += this.machine.doneSoFar(this.runners[i] as TimedThread, "get");
    }
    return sum;
  }

  private *loop(i: number, thread: MapThread, rng: Rng): Steps {
    const { completed, puts, idle, inRun, load } = this;
    const { writeShare, localOperations } = load;
    const logKeep = Math.log1p(-writeShare);
    let gets = 0;
    const more = () => {
      completed[i] = (completed[i] as number) + 1;
      return --gets > 0 && idle[i] === 0 && localOperations === 0;
    };
    // Threads of a real run do not start in step.
    yield new Work("pause", Math.round(rng.uniform(0, 2000)), 0);
    for (;;) {
      gets = writeShare === 0
        ? Infinity
        : writeShare === 1
        ? 0
        : Math.floor(Math.log(1 - rng.uniform()) / logKeep);
      while (gets > 0) {
        if (idle[i] === 1) yield this.rest(i);
        const since = this.sim.now;
        const before = completed[i] as number;
        if (localOperations > 0) yield new Work("local", localOperations, 0);
        inRun[i] = 1;
        const done = yield thread.get(localOperations > 0 ? 1 : Math.min(gets, RUN), more);
        inRun[i] = 0;
        completed[i] = (completed[i] as number) + done;
        gets -= done;
        this.observer?.gets(i, since, (completed[i] as number) - before);
      }
      if (idle[i] === 1) yield this.rest(i);
      if (localOperations > 0) yield new Work("local", localOperations, 0);
      this.observer?.put(i, true);
      yield thread.put();
      this.observer?.put(i, false);
      completed[i] = (completed[i] as number) + 1;
      puts[i] = (puts[i] as number) + 1;
    }
  }

  private *rest(i: number): Steps {
    while (this.idle[i] === 1) yield new Wait([this.changed], () => this.idle[i] === 0);
  }
}
