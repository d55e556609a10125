/**
 * The machine for throughput: the same steps as on the interleaving machine, each taking the time that
 * the memory floor says, on threads pinned to cores. Threads go on in order of (time, number); times are
 * on a grid of 2^-10 ns, so that sums of them are exact in any order. A spinning thread costs no events:
 * it is woken by the write that ends its spin.
 *
 * With `lookahead` a thread takes steps ahead of the clock where nobody can tell the difference
 * (lookahead.ts); without, every step is an event. The results are the same, to the last bit.
 */
import type { EventId, Handler, Simulation } from "../../kernel/mod.ts";
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
import { ThreadQueue } from "./thread-queue.ts";
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
export class TimedMachine {
  readonly threads: TimedThread[] = [];
  private readonly ranked: TimedThread[] = [];
  /** Steps taken, and times that a thread was taken from the queue. */
  steps = 0;
  events = 0;
  /** Whether steps may be taken ahead of the clock; a trace shows their times, and so needs them as events. */
  ahead: boolean;
  /** Time of the event that is going on. */
  private now = 0;
  /** No thread goes on beyond this time for now. */
  private limit = 0;
  private readonly queue = new ThreadQueue();
  private readonly handler: Handler;
  private event: EventId | undefined = undefined;
  private armedFor = Infinity;
  private readonly lookahead: Lookahead;
  private running = false;
  private readonly woken: TimedThread[] = [];

  constructor(
    readonly sim: Simulation,
    readonly coherence: Coherence,
    private readonly pricing: Pricing,
    private readonly options: TimedOptions,
  ) {
    this.handler = sim.handler(() => this.run());
    this.ahead = options.lookahead > 0;
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

  /** The kernel gives the machine its turn: events in order, as long as nobody else has any. */
  private run(): void {
    const { sim, queue } = this;
    this.event = undefined;
    this.armedFor = Infinity;
    this.running = true;
    for (;;) {
      const id = queue.first;
      if (id < 0) break;
      const at = queue.times[id] as number;
      this.limit = sim.lull;
      if (at > this.limit) break;
      const tick = Math.floor(at);
      if (tick > sim.now) sim.elapseChecked(tick);
      this.now = at;
      this.events++;
      queue.remove(id);
      this.wake(this.ranked[id] as TimedThread);
    }
    this.running = false;
    this.arm();
  }

  /** Have the kernel come back when the next thread is due. */
  private arm(): void {
    if (this.running) return;
    const id = this.queue.first;
    const at = id < 0
      ? Infinity
      : Math.max(this.sim.now, Math.ceil(this.queue.times[id] as number));
    if (at === this.armedFor) return;
    if (this.event !== undefined) this.sim.cancel(this.event);
    this.event = undefined;
    this.armedFor = at;
    if (at !== Infinity) this.event = this.sim.schedule(at - this.sim.now, this.handler);
  }

  private schedule(thread: TimedThread, at: number): void {
    thread.scheduled = true;
    this.queue.set(thread.rank, at);
  }

  private wake(thread: TimedThread): void {
    const { step } = thread;
    thread.scheduled = false;
    if (step !== undefined && !thread.deferred) {
      if (step.kind === WORK) {
        if (!this.workGoesOn(thread, step)) this.advance(thread);
      } else {
        thread.wait = undefined;
        thread.asleep = false;
        this.advance(thread);
      }
    } else this.advance(thread);
  }

  /** A unit of work has ended: begin the next one, or say that there is none. */
  private workGoesOn(thread: TimedThread, work: Work): boolean {
    thread.asleep = false;
    for (;;) {
      const at = this.nextUnit(thread, work);
      if (at < 0) return false;
      const end = at + onGrid(this.pricing.start(work, work.done, 1, thread, at));
      if (!this.isNext(thread, end)) {
        this.schedule(thread, end);
        return true;
      }
      this.now = end;
    }
  }

  /** What the end of a unit does, and when the next one begins; -1: the work is over. */
  private nextUnit(thread: TimedThread, work: Work): number {
    const { now } = this;
    if (work.inUnits) {
      const unit = work.done++;
      if (work.each !== undefined) {
        work.each(unit);
        const word = work.shows as Word;
        if (word.waiting > 0) this.notify(word, now);
      }
      // Its flow changes to that of the next unit.
      if (work.done < work.count) return now;
    } else if (work.done === 0) work.done = work.count;
    this.pricing.finish(work, thread, now);
    if (work.again === undefined || !this.ahead) return -1;
    // The same work again, if all that lies between is sure to hit in the own cache.
    const at = this.lookahead.again(work.again, thread, now);
    if (at < 0 || at > this.limit || !work.again.more()) return -1;
    work.done = 0;
    return at;
  }

  private beginUnit(thread: TimedThread, work: Work, at: number): void {
    this.schedule(thread, at + onGrid(this.pricing.start(work, work.done, 1, thread, at)));
  }

  /** Its step cannot be taken ahead of the clock: take it when its time has come. */
  private defer(thread: TimedThread, at: number): number {
    thread.deferred = true;
    if (this.isNext(thread, at)) {
      this.now = at;
      return at;
    }
    this.schedule(thread, at);
    return -1;
  }

  /** Whether no other thread comes before this one at `at`: then the clock may as well go on to there. */
  private isNext(thread: TimedThread, at: number): boolean {
    return this.ahead && at <= this.limit && this.queue.wouldBeFirst(thread.rank, at);
  }

  /** Let a thread take steps until one of them needs an event. */
  private advance(thread: TimedThread): void {
    let at = this.now;
    for (;;) {
      if (thread.deferred) thread.deferred = false;
      else {
        const before = thread.step;
        thread.step = thread.stack.next();
        this.steps++;
        if (before !== undefined && (before.kind === WRITE || before.kind === RMW)) {
          if (before.word.waiting > 0) this.notify(before.word, at);
        }
      }
      const step = thread.step;
      if (step === undefined) {
        thread.finished = true;
        return;
      }
      if (step.kind === WORK) at = this.work(thread, step, at);
      else if (step.kind === WAIT) at = this.wait(thread, step, at);
      else if (step.kind === SWEEP) at = this.sweep(thread, step, at);
      else at = this.access(thread, step, at);
      if (at < 0) return;
    }
  }

  /** Each kind of step: the time at which the thread can go on at once, or -1 if it needs an event. */
  private access(thread: TimedThread, step: Access, at: number): number {
    const { word, kind } = step;
    const { line } = word;
    if (word.pair !== undefined) return this.accessOfTwo(thread, step, at);
    if (line === NO_LINE) return at;
    const { coherence } = this;
    let done = at + (coherence.hits[kind] as number);
    let bound: number;
    if (at > this.now) {
      // Ahead of the clock only what is sure to hit.
      bound = this.bound(word, kind, thread);
      if (done >= bound) return this.defer(thread, at);
    } else {
      const hit = done;
      done = coherence.access(line, kind, thread.core, at);
      bound = done === hit ? this.bound(word, kind, thread) : -1;
    }
    return this.goOn(thread, step.overlapped ? this.overlap(at, done) : done, bound);
  }

  /** Between two parties a miss may be begun ahead of the clock as well. */
  private accessOfTwo(thread: TimedThread, step: Access, at: number): number {
    const { word, kind } = step;
    const bound = this.bound(word, kind, thread);
    if (at > this.now && at >= bound) return this.defer(thread, at);
    const done = this.coherence.access(word.line, kind, thread.core, at);
    return this.goOn(thread, step.overlapped ? this.overlap(at, done) : done, bound);
  }

  /** End of an access of several in flight. */
  private overlap(at: number, done: number): number {
    return at + onGrid((done - at) / this.coherence.values.outstandingMisses);
  }

  private sweep(thread: TimedThread, step: Sweep, at: number): number {
    const { words } = step;
    const { coherence } = this;
    let bound = Infinity;
    for (const word of words) bound = Math.min(bound, this.bound(word, READ, thread));
    if (at > this.now && at + coherence.hits[READ] >= bound) {
      return this.defer(thread, at);
    }
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

  private wait(thread: TimedThread, step: Wait, at: number): number {
    let bound = Infinity;
    for (const word of step.words) {
      if (word.line !== NO_LINE) bound = Math.min(bound, this.bound(word, READ, thread));
      else bound = -1;
    }
    if (at > this.now && at + this.coherence.hits[READ] >= bound) {
      return this.defer(thread, at);
    }
    const { coherence } = this;
    const hit = coherence.hits[READ];
    // Who spins on a word has it in its cache; lost when asked for, it would never be sure to have it.
    for (const word of coherence.loss === "asked" ? [] : step.words) {
      if (word.line === NO_LINE || word.pair !== undefined) continue;
      if (coherence.sureUntil(word.line, READ, thread.core, at) >= 0) continue;
      const got = coherence.access(word.line, READ, thread.core, at);
      return this.defer(thread, got);
    }
    if (step.until()) return this.goOn(thread, at + hit, bound);
    thread.wait = step;
    thread.asleep = true;
    thread.since = at;
    thread.waits++;
    for (const word of step.words) subscribe(word, thread);
    if (step.spins !== undefined && step.spins !== Infinity) {
      this.schedule(thread, at + onGrid(step.spins * this.options.poll));
    }
    return -1;
  }

  private work(thread: TimedThread, step: Work, at: number): number {
    const late = at > this.now;
    step.done = 0;
    if (step.fixed) {
      const time = onGrid(this.pricing.start(step, 0, step.count, thread, at));
      const end = at + time;
      if (time === 0 || (this.ahead && end <= this.limit)) {
        step.done = step.count;
        this.pricing.finish(step, thread, end);
        return end;
      }
      this.schedule(thread, end);
      return -1;
    }
    // Loads of a table feel traffic that is known a period ahead; entries of the log are shared.
    if (late && (step.entry >= 0 || at - this.now >= TRAFFIC_PERIOD)) {
      return this.defer(thread, at);
    }
    if (step.inUnits) {
      this.beginUnit(thread, step, at);
      return -1;
    }
    const time = onGrid(this.pricing.start(step, 0, step.count, thread, at));
    thread.workStart = at;
    thread.workEnd = at + time;
    this.schedule(thread, thread.workEnd);
    if (step.words.length === 0) return -1;
    if (step.until()) {
      step.done = 1;
      this.schedule(thread, at + onGrid(time / step.count));
      return -1;
    }
    thread.asleep = true;
    thread.since = at;
    thread.waits++;
    for (const word of step.words) subscribe(word, thread);
    return -1;
  }

  private bound(word: Word, kind: 0 | 1 | 2, thread: TimedThread): number {
    return this.ahead ? this.lookahead.bound(word, kind, thread, this.now) : -1;
  }

  /** Go on at `at` ahead of the clock if that is before `bound` and within the run, else by an event. */
  private goOn(thread: TimedThread, at: number, bound: number): number {
    if (at < bound && at <= this.limit) return at;
    if (this.isNext(thread, at)) {
      this.now = at;
      return at;
    }
    this.schedule(thread, at);
    return -1;
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
