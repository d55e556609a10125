/**
 * The machine for throughput: the same steps as on the interleaving machine, each taking the time that
 * the memory floor says, on threads pinned to cores. Threads go on in order of (time, number); times are
 * on a grid of 2^-10 ns, so that sums of them are exact in any order. A spinning thread costs no events:
 * it is woken by the write that ends its spin.
 *
 * With `lookahead` a thread takes steps ahead of the clock where nobody can tell the difference
 * (lookahead.ts); without, every step is an event. The results are the same, to the last bit.
 */
import type { Simulation } from "../../kernel/mod.ts";
import { type Coherence, onGrid, TRAFFIC_PERIOD } from "../../hardware/memory/mod.ts";
import {
  type Access,
  type CallingScript,
  NO_LINE,
  READ,
  RMW,
  type Steps,
  SWEEP,
  type Sweep,
  WAIT,
  type Wait,
  type Word,
  WORK,
  type Work,
  WRITE,
} from "../algorithm/step.ts";
import { Lookahead } from "./lookahead.ts";
import { TimedThread } from "./thread.ts";
import { AT, LIMIT, NOW, Turns } from "./turns.ts";
import { subscribe, takeWoken } from "./waiting.ts";

export { TimedThread } from "./thread.ts";

/** Prices private work and keeps account of the memory traffic that it makes. */
export interface Pricing {
  /** In an array, where it costs no allocation: the time at which work begins, and then how long it takes, ns. */
  readonly time: Float64Array;
  /**
   * `count` units of `work` from unit `from` on, begun by a thread at the time in `time[0]`, which is then that
   * in which they are done; from their beginning their traffic flows.
   */
  start(work: Work, from: number, count: number, thread: TimedThread): void;
  /** Its traffic ends, at the time in `time[0]`. */
  finish(work: Work, thread: TimedThread): void;
}

/** Options of a timed machine. */
export interface TimedOptions {
  /** Steps may be taken ahead of the clock by this many threads, the first: those that words know. */
  readonly lookahead: number;
  /** Time of one poll in a bounded spin, in ns. */
  readonly poll: number;
  /** Threads that go on at the same time do so socket by socket in turn, not in order of their numbers. */
  readonly socketsInTurn?: boolean;
}

/** Runs pinned threads on the coherence floor under the kernel's clock. */
export class TimedMachine extends Turns {
  /** Steps taken. */
  steps = 0;
  private readonly lookahead: Lookahead;
  private readonly woken: TimedThread[] = [];

  constructor(
    sim: Simulation,
    readonly coherence: Coherence,
    private readonly pricing: Pricing,
    private readonly options: TimedOptions,
  ) {
    super(sim, options.lookahead > 0);
    this.lookahead = new Lookahead(
      coherence,
      this.threads,
      this.queue,
      options.lookahead,
      this.clock,
    );
  }

  /** Start a thread on a core. */
  spawn(name: string, core: number, body: Steps | CallingScript<void>): TimedThread {
    const domain = this.coherence.domainOf(core);
    const id = this.threads.length;
    const rank = this.options.socketsInTurn === true ? this.rankOf(core) : id;
    const thread = new TimedThread(id, name, core, domain, body, rank);
    this.threads.push(thread);
    this.ranked[rank] = thread;
    this.queue.reserve(rank);
    this.clock[AT] = this.sim.now;
    this.schedule(thread);
    this.arm();
    return thread;
  }

  /** The first threads of all sockets, then the second ones; the second threads of cores after all first. */
  private rankOf(core: number): number {
    const { domains, coresPerDomain } = this.coherence.values;
    const before = this.threads.filter((t) => t.core === core).length;
    const place = (core % coresPerDomain) * domains + Math.floor(core / coresPerDomain);
    return place + before * this.coherence.cores;
  }

  /** Something outside of the machine changed a word: whoever waits on it looks again. */
  poke(word: Word): void {
    this.clock[AT] = this.sim.now;
    this.notify(word);
    this.arm();
  }

  /** Units of a thread's running work that are done by now, if it is of this activity. */
  doneSoFar(thread: TimedThread, activity: string): number {
    const step = thread.step;
    if (step === undefined || step.kind !== WORK || step.activity !== activity) return 0;
    if (thread.deferred) return 0;
    if (step.inUnits) return step.done;
    if (thread.workEnd <= thread.workStart) return 0;
    const share = (this.sim.now - thread.workStart) / (thread.workEnd - thread.workStart);
    return Math.floor(Math.max(0, Math.min(1, share)) * step.count);
  }

  protected override wake(thread: TimedThread): void {
    const { step } = thread;
    this.clock[AT] = this.clock[NOW] as number;
    if (step !== undefined && !thread.deferred) {
      thread.asleep = false;
      if (step.kind === WORK) {
        if (this.workGoesOn(thread, step)) return;
      } else thread.wait = undefined;
    }
    this.advance(thread);
  }

  /** A unit of work has ended: begin the next one, or say that there is none. */
  private workGoesOn(thread: TimedThread, work: Work): boolean {
    while (this.nextUnit(thread, work)) {
      this.start(thread, work, 1);
      if (!this.goOnAsEvent(thread)) return true;
    }
    return false;
  }

  /** What the end of a unit does; whether another one begins, and when. */
  private nextUnit(thread: TimedThread, work: Work): boolean {
    const now = this.clock[NOW] as number;
    this.clock[AT] = now;
    if (work.inUnits) {
      const unit = work.done++;
      if (work.each !== undefined) {
        work.each(unit);
        const word = work.shows as Word;
        if (word.waiting > 0) this.notify(word);
      }
      // Its flow changes to that of the next unit.
      if (work.done < work.count) return true;
    } else if (work.done === 0) work.done = work.count;
    this.pricing.time[0] = now;
    this.pricing.finish(work, thread);
    const { again } = work;
    if (again === undefined || !this.ahead) return false;
    // The same work again, if all that lies between is sure to hit in the own cache.
    if (
      !this.lookahead.again(again, thread) ||
      (this.clock[AT] as number) > (this.clock[LIMIT] as number) || !again.more()
    ) {
      this.clock[AT] = now;
      return false;
    }
    work.done = 0;
    return true;
  }

  /** Let a thread take steps, from `at` on, until one of them needs an event. */
  private advance(thread: TimedThread): void {
    let goesOn: boolean;
    do {
      if (thread.deferred) thread.deferred = false;
      else {
        const before = thread.step;
        thread.step = thread.stack.next();
        this.steps++;
        if (before !== undefined && (before.kind === WRITE || before.kind === RMW)) {
          if (before.word.waiting > 0) this.notify(before.word);
        }
      }
      const step = thread.step;
      if (step === undefined) {
        thread.finished = true;
        return;
      }
      if (step.kind === WORK) goesOn = this.work(thread, step);
      else if (step.kind === WAIT) goesOn = this.wait(thread, step);
      else if (step.kind === SWEEP) goesOn = this.sweep(thread, step);
      else if (step.word.pair === undefined) goesOn = this.access(thread, step);
      else goesOn = this.accessOfTwo(thread, step);
    } while (goesOn);
  }

  /** Each kind of step: whether the thread can go on at once, and when (`at`); else it needs an event. */
  private access(thread: TimedThread, step: Access): boolean {
    const { word, kind } = step;
    const { line } = word;
    if (line === NO_LINE) return true;
    const { coherence } = this;
    const at = this.clock[AT] as number;
    let done = at + (coherence.hits[kind] as number);
    let bound: number;
    if (at > (this.clock[NOW] as number)) {
      // Ahead of the clock only what is sure to hit.
      bound = this.bound(word, kind, thread);
      if (done >= bound) return this.defer(thread);
    } else {
      const hit = done;
      coherence.at[0] = at;
      coherence.fetch(line, kind, thread.core);
      done = coherence.at[0] as number;
      bound = done === hit ? this.bound(word, kind, thread) : -1;
    }
    this.clock[AT] = step.overlapped
      ? at + onGrid((done - at) / coherence.values.outstandingMisses)
      : done;
    return this.goOn(thread, bound);
  }

  /** Between two parties a miss may be begun ahead of the clock as well. */
  private accessOfTwo(thread: TimedThread, step: Access): boolean {
    const { word, kind } = step;
    const at = this.clock[AT] as number;
    const bound = this.bound(word, kind, thread);
    if (at > (this.clock[NOW] as number) && at >= bound) return this.defer(thread);
    const { coherence } = this;
    coherence.at[0] = at;
    coherence.fetch(word.line, kind, thread.core);
    const done = coherence.at[0] as number;
    this.clock[AT] = step.overlapped
      ? at + onGrid((done - at) / coherence.values.outstandingMisses)
      : done;
    return this.goOn(thread, bound);
  }

  private sweep(thread: TimedThread, step: Sweep): boolean {
    const { words } = step;
    const { coherence } = this;
    const at = this.clock[AT] as number;
    let bound = Infinity;
    for (const word of words) bound = Math.min(bound, this.bound(word, READ, thread));
    if (at > (this.clock[NOW] as number) && at + (coherence.hits[READ] as number) >= bound) {
      return this.defer(thread);
    }
    let longest = 0;
    let sum = 0;
    for (const word of words) {
      const latency = coherence.access(word.line, READ, thread.core, at) - at;
      longest = Math.max(longest, latency);
      sum += latency;
    }
    const together = Math.max(longest, sum / coherence.values.outstandingMisses);
    this.clock[AT] = at + onGrid(together);
    return this.goOn(thread, bound);
  }

  private wait(thread: TimedThread, step: Wait): boolean {
    const { coherence } = this;
    const at = this.clock[AT] as number;
    const hit = coherence.hits[READ] as number;
    const { words } = step;
    let bound = Infinity;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as Word;
      bound = word.line === NO_LINE ? -1 : Math.min(bound, this.bound(word, READ, thread));
    }
    if (at > (this.clock[NOW] as number) && at + hit >= bound) return this.defer(thread);
    // Who spins on a word has it in its cache; lost when asked for, it would never be sure to have it.
    if (coherence.loss === "done") {
      for (let i = 0; i < words.length; i++) {
        const { line, pair } = words[i] as Word;
        if (line === NO_LINE || pair !== undefined) continue;
        if (coherence.sureUntil(line, READ, thread.core, at) >= 0) continue;
        this.clock[AT] = coherence.access(line, READ, thread.core, at);
        return this.defer(thread);
      }
    }
    if (step.until()) {
      this.clock[AT] = at + hit;
      return this.goOn(thread, bound);
    }
    thread.wait = step;
    this.sleep(thread, words);
    if (step.spins !== undefined && step.spins !== Infinity) {
      this.clock[AT] = at + onGrid(step.spins * this.options.poll);
      this.schedule(thread);
    }
    return false;
  }

  /** Until one of `words` is written. */
  private sleep(thread: TimedThread, words: readonly Word[]): void {
    thread.asleep = true;
    thread.since[0] = this.clock[AT] as number;
    thread.waits++;
    for (let i = 0; i < words.length; i++) subscribe(words[i] as Word, thread);
  }

  private work(thread: TimedThread, step: Work): boolean {
    const at = this.clock[AT] as number;
    step.done = 0;
    if (!step.fixed) {
      // Loads of a table feel traffic that is known a period ahead; entries of the log are shared.
      const late = at - (this.clock[NOW] as number);
      if (late > 0 && (step.entry >= 0 || late >= TRAFFIC_PERIOD)) return this.defer(thread);
    }
    const units = step.inUnits ? 1 : step.count;
    this.start(thread, step, units);
    const end = this.clock[AT] as number;
    if (step.fixed && (end === at || (this.ahead && end <= (this.clock[LIMIT] as number)))) {
      step.done = step.count;
      this.pricing.time[0] = end;
      this.pricing.finish(step, thread);
      return true;
    }
    this.schedule(thread);
    if (step.fixed || step.inUnits) return false;
    thread.workStart = at;
    thread.workEnd = end;
    if (step.words.length === 0) return false;
    if (step.until()) {
      step.done = 1;
      this.clock[AT] = at + onGrid((end - at) / step.count);
      this.schedule(thread);
    } else {
      this.clock[AT] = at;
      this.sleep(thread, step.words);
    }
    return false;
  }

  /** Units of work begin at `at`, which is then their end. */
  private start(thread: TimedThread, work: Work, units: number): void {
    const at = this.clock[AT] as number;
    const { time } = this.pricing;
    time[0] = at;
    this.pricing.start(work, work.done, units, thread);
    this.clock[AT] = at + onGrid(time[0] as number);
  }

  private bound(word: Word, kind: 0 | 1 | 2, thread: TimedThread): number {
    return this.ahead ? this.lookahead.bound(word, kind, thread) : -1;
  }

  /** A word was written at time `at`: whoever waits on it looks again. */
  private notify(word: Word): void {
    const { woken } = this;
    const at = this.clock[AT] as number;
    const n = takeWoken(word, ENDED, woken);
    for (let i = 0; i < n; i++) {
      const thread = woken[i] as TimedThread;
      const { step } = thread;
      thread.asleep = false;
      if (step !== undefined && step.kind === WORK) this.endWork(thread, step);
      else this.endWait(thread, word);
      this.clock[AT] = at;
    }
  }

  private endWork(thread: TimedThread, step: Work): void {
    const at = this.clock[AT] as number;
    const unit = (thread.workEnd - thread.workStart) / step.count;
    const done = Math.ceil(Math.max(0, at - thread.workStart) / unit);
    step.done = Math.max(1, Math.min(step.count, done));
    this.clock[AT] = Math.max(at, onGrid(thread.workStart + step.done * unit));
    this.schedule(thread);
  }

  private endWait(thread: TimedThread, word: Word): void {
    thread.wait = undefined;
    // NO_LINE stands for no memory at all, and is shared by every machine: it must keep no state.
    if (word.line !== NO_LINE) {
      const { coherence } = this;
      const at = this.clock[AT] as number;
      // It sees the write when it loses its copy, and fetches the line again.
      coherence.at[0] = word.pair === undefined ? at : Math.max(at, coherence.changesAt(word.line));
      coherence.fetch(word.line, READ, thread.core);
      this.clock[AT] = coherence.at[0] as number;
    }
    this.schedule(thread);
  }
}

/** Whether what a sleeping thread waits for has come. */
function ENDED(thread: TimedThread): boolean {
  const { step } = thread;
  return step !== undefined && (step.kind === WAIT || step.kind === WORK) && step.until();
}
