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
import { Turns } from "./turns.ts";
import { subscribe, takeWoken } from "./waiting.ts";

export { TimedThread } from "./thread.ts";

/** Prices private work and keeps account of the memory traffic that it makes. */
export interface Pricing {
  /**
   * Time of `count` units of `work` from unit `from` on, begun by a thread at time `at`, in ns; from then
   * its traffic flows.
   */
  start(work: Work, from: number, count: number, thread: TimedThread, at: number): number;
  /** Its traffic ends. */
  finish(work: Work, thread: TimedThread, at: number): void;
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
    this.lookahead = new Lookahead(coherence, this.threads, this.queue, options.lookahead);
  }

  /** Start a thread on a core. */
  spawn(name: string, core: number, body: Steps | CallingScript<void>): TimedThread {
    const domain = this.coherence.domainOf(core);
    const id = this.threads.length;
    const rank = this.options.socketsInTurn === true ? this.rankOf(core) : id;
    const thread = new TimedThread(id, name, core, domain, body, rank);
    this.threads.push(thread);
    this.ranked[rank] = thread;
    this.schedule(thread, this.sim.now);
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
    this.notify(word, this.sim.now);
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
    this.at = this.now;
    if (step !== undefined && !thread.deferred) {
      thread.asleep = false;
      if (step.kind === WORK) {
        if (this.workGoesOn(thread, step)) return;
        this.at = this.now;
      } else thread.wait = undefined;
    }
    this.advance(thread);
  }

  /** A unit of work has ended: begin the next one, or say that there is none. */
  private workGoesOn(thread: TimedThread, work: Work): boolean {
    while (this.nextUnit(thread, work)) {
      const { at } = this;
      const end = at + onGrid(this.pricing.start(work, work.done, 1, thread, at));
      if (!this.isNext(thread, end)) {
        this.schedule(thread, end);
        return true;
      }
      this.now = end;
    }
    return false;
  }

  /** What the end of a unit does; whether another one begins, and when. */
  private nextUnit(thread: TimedThread, work: Work): boolean {
    const { now } = this;
    this.at = now;
    if (work.inUnits) {
      const unit = work.done++;
      if (work.each !== undefined) {
        work.each(unit);
        const word = work.shows as Word;
        if (word.waiting > 0) this.notify(word, now);
      }
      // Its flow changes to that of the next unit.
      if (work.done < work.count) return true;
    } else if (work.done === 0) work.done = work.count;
    this.pricing.finish(work, thread, now);
    if (work.again === undefined || !this.ahead) return false;
    // The same work again, if all that lies between is sure to hit in the own cache.
    const at = this.lookahead.again(work.again, thread, now);
    if (at < 0 || at > this.limit || !work.again.more()) return false;
    work.done = 0;
    this.at = at;
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
          if (before.word.waiting > 0) this.notify(before.word, this.at);
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
    const { coherence, at } = this;
    let done = at + (coherence.hits[kind] as number);
    let bound: number;
    if (at > this.now) {
      // Ahead of the clock only what is sure to hit.
      bound = this.bound(word, kind, thread);
      if (done >= bound) return this.defer(thread);
    } else {
      const hit = done;
      done = coherence.access(line, kind, thread.core, at);
      bound = done === hit ? this.bound(word, kind, thread) : -1;
    }
    return this.goOn(thread, step.overlapped ? this.overlap(at, done) : done, bound);
  }

  /** Between two parties a miss may be begun ahead of the clock as well. */
  private accessOfTwo(thread: TimedThread, step: Access): boolean {
    const { word, kind } = step;
    const { at } = this;
    const bound = this.bound(word, kind, thread);
    if (at > this.now && at >= bound) return this.defer(thread);
    const done = this.coherence.access(word.line, kind, thread.core, at);
    return this.goOn(thread, step.overlapped ? this.overlap(at, done) : done, bound);
  }

  /** End of an access of several in flight. */
  private overlap(at: number, done: number): number {
    return at + onGrid((done - at) / this.coherence.values.outstandingMisses);
  }

  private sweep(thread: TimedThread, step: Sweep): boolean {
    const { words } = step;
    const { coherence, at } = this;
    let bound = Infinity;
    for (const word of words) bound = Math.min(bound, this.bound(word, READ, thread));
    if (at > this.now && at + (coherence.hits[READ] as number) >= bound) return this.defer(thread);
    let longest = 0;
    let sum = 0;
    for (const word of words) {
      const latency = coherence.access(word.line, READ, thread.core, at) - at;
      longest = Math.max(longest, latency);
      sum += latency;
    }
    const together = Math.max(longest, sum / coherence.values.outstandingMisses);
    return this.goOn(thread, at + onGrid(together), bound);
  }

  private wait(thread: TimedThread, step: Wait): boolean {
    const { coherence, at } = this;
    const hit = coherence.hits[READ] as number;
    const { words } = step;
    let bound = Infinity;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as Word;
      bound = word.line === NO_LINE ? -1 : Math.min(bound, this.bound(word, READ, thread));
    }
    if (at > this.now && at + hit >= bound) return this.defer(thread);
    // Who spins on a word has it in its cache; lost when asked for, it would never be sure to have it.
    if (coherence.loss === "done") {
      for (let i = 0; i < words.length; i++) {
        const { line, pair } = words[i] as Word;
        if (line === NO_LINE || pair !== undefined) continue;
        if (coherence.sureUntil(line, READ, thread.core, at) >= 0) continue;
        this.at = coherence.access(line, READ, thread.core, at);
        return this.defer(thread);
      }
    }
    if (step.until()) return this.goOn(thread, at + hit, bound);
    thread.wait = step;
    this.sleep(thread, words);
    if (step.spins !== undefined && step.spins !== Infinity) {
      this.schedule(thread, at + onGrid(step.spins * this.options.poll));
    }
    return false;
  }

  /** Until one of `words` is written. */
  private sleep(thread: TimedThread, words: readonly Word[]): void {
    thread.asleep = true;
    thread.since = this.at;
    thread.waits++;
    for (let i = 0; i < words.length; i++) subscribe(words[i] as Word, thread);
  }

  private work(thread: TimedThread, step: Work): boolean {
    const { at } = this;
    step.done = 0;
    if (!step.fixed) {
      // Loads of a table feel traffic that is known a period ahead; entries of the log are shared.
      const late = at - this.now;
      if (late > 0 && (step.entry >= 0 || late >= TRAFFIC_PERIOD)) return this.defer(thread);
    }
    const units = step.inUnits ? 1 : step.count;
    const end = at + onGrid(this.pricing.start(step, 0, units, thread, at));
    if (step.fixed && (end === at || (this.ahead && end <= this.limit))) {
      step.done = step.count;
      this.pricing.finish(step, thread, end);
      this.at = end;
      return true;
    }
    this.schedule(thread, end);
    if (step.fixed || step.inUnits) return false;
    thread.workStart = at;
    thread.workEnd = end;
    if (step.words.length === 0) return false;
    if (step.until()) {
      step.done = 1;
      this.schedule(thread, at + onGrid((end - at) / step.count));
    } else this.sleep(thread, step.words);
    return false;
  }

  private bound(word: Word, kind: 0 | 1 | 2, thread: TimedThread): number {
    return this.ahead ? this.lookahead.bound(word, kind, thread, this.now) : -1;
  }

  /** A word was written at time `at`: whoever waits on it looks again. */
  private notify(word: Word, at: number): void {
    const { woken } = this;
    takeWoken(word, ENDED, woken);
    for (const thread of woken) {
      const { step } = thread;
      thread.asleep = false;
      if (step !== undefined && step.kind === WORK) this.endWork(thread, step, at);
      else this.endWait(thread, word, at);
    }
  }

  private endWork(thread: TimedThread, step: Work, at: number): void {
    const unit = (thread.workEnd - thread.workStart) / step.count;
    const done = Math.ceil(Math.max(0, at - thread.workStart) / unit);
    step.done = Math.max(1, Math.min(step.count, done));
    this.schedule(thread, Math.max(at, onGrid(thread.workStart + step.done * unit)));
  }

  private endWait(thread: TimedThread, word: Word, at: number): void {
    thread.wait = undefined;
    // NO_LINE stands for no memory at all, and is shared by every machine: it must keep no state.
    if (word.line === NO_LINE) return this.schedule(thread, at);
    // It sees the write when it loses its copy, and fetches the line again.
    const lost = word.pair === undefined ? at : Math.max(at, this.coherence.changesAt(word.line));
    const got = this.coherence.access(word.line, READ, thread.core, lost);
    this.schedule(thread, got);
  }
}

/** Whether what a sleeping thread waits for has come. */
function ENDED(thread: TimedThread): boolean {
  const { step } = thread;
  return step !== undefined && (step.kind === WAIT || step.kind === WORK) && step.until();
}
