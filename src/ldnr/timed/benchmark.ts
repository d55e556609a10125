/**
 * The benchmark of chapter 6.2.3.1 on the timed machine: pinned threads in a closed loop of gets and
 * puts, uniform keys, some of them idle at times.
 */
import type { Rng, Simulation } from "../../kernel/mod.ts";
import { Wait, Word } from "../algorithm/step.ts";
import { Client, type Load, type LoadObserver } from "./client.ts";
import type { TimedMachine, TimedThread } from "./machine.ts";
import type { MapThread, MapUnderTest } from "./replicated-map.ts";

/** Threads in a closed loop, their counts, and who is idle. */
export class Benchmark {
  /** Operations completed by each thread. */
  readonly completed: Float64Array;
  /** Completed puts of each thread. */
  readonly puts: Float64Array;
  /** Told what the threads do, for traces. */
  observer: LoadObserver | undefined = undefined;
  private readonly idle: Uint8Array;
  private readonly changed: Word = new Word(0);
  private readonly runners: TimedThread[] = [];
  private readonly inRun: Uint8Array;

  constructor(
    readonly sim: Simulation,
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
      this.runners.push(machine.spawn(`thread ${i}`, core, this.client(i, thread, rng)));
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

  /** What a thread of the benchmark shares with its loop. */
  private client(i: number, thread: MapThread, rng: Rng): Client {
    const { completed, puts, idle, inRun, load } = this;
    const rest = new Wait([this.changed], () => idle[i] === 0);
    return new Client(i, thread, rng, load, { completed, puts, idle, inRun, rest }, this);
  }
}
