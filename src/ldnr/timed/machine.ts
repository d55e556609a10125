/**
 * The machine for throughput: the same steps as on the interleaving machine, each taking the time that
 * the memory floor says, on threads pinned to cores. A spinning thread costs no events: it is woken by
 * the write that ends its spin.
 */
import type { EventId, Handler, Simulation } from "../../kernel/mod.ts";
import type { Coherence } from "../../hardware/memory/mod.ts";
import {
  CallStack,
  NO_LINE,
  READ,
  RMW,
  type Step,
  type Steps,
  SWEEP,
  type Sweep,
  WAIT,
  type Word,
  WORK,
  type Work,
  WRITE,
} from "../algorithm/step.ts";

/** Prices private work and keeps account of the memory traffic that it makes. */
export interface Pricing {
  /** Time of the whole of `work` by a thread, in ns; from now its traffic flows. */
  start(work: Work, thread: TimedThread): number;
  /** Its traffic ends. */
  finish(work: Work, thread: TimedThread): void;
}

/** A thread pinned to a core. */
export class TimedThread {
  step: Step | undefined = undefined;
  event: EventId | undefined = undefined;
  /** Ends a wait, or a stretch of interruptible work, early. */
  until: (() => boolean) | undefined = undefined;
  finished = false;
  /** Start, end and whole units of the running work. */
  workStart = 0;
  workEnd = 0;
  /** What the pricing needs to take its traffic back. */
  flowHome = -1;
  flowRate = 0;
  readonly watched: Word[] = [];
  /** Part of a nanosecond that the last event came too early (or, negative, too late). */
  carry = 0;
  readonly stack: CallStack;

  constructor(
    readonly id: number,
    readonly name: string,
    /** Physical core. */
    readonly core: number,
    readonly domain: number,
    body: Steps,
  ) {
    this.stack = new CallStack(body);
  }
}

/** Options of a timed machine. */
export interface TimedOptions {
  /**
   * Own-cache hits are taken without an event of their own until this much time has gathered, in ns.
   * 0: every access is an event.
   */
  readonly runAhead: number;
  /** Time of one poll in a bounded spin, in ns. */
  readonly poll: number;
}

/** Runs pinned threads on the coherence floor under the kernel's clock. */
export class TimedMachine {
  readonly threads: TimedThread[] = [];
  /** Steps taken. */
  steps = 0;
  private readonly resume: Handler;

  constructor(
    readonly sim: Simulation,
    readonly coherence: Coherence,
    private readonly pricing: Pricing,
    private readonly options: TimedOptions,
  ) {
    this.resume = sim.handler((id) => this.wake(this.threads[id] as TimedThread));
  }

  /** Start a thread on a core. */
  spawn(name: string, core: number, body: Steps): TimedThread {
    const thread = new TimedThread(
      this.threads.length,
      name,
      core,
      this.coherence.domainOf(core),
      body,
    );
    this.threads.push(thread);
    thread.event = this.sim.schedule(0, this.resume, thread.id);
    return thread;
  }

  /** Something outside of the machine changed a word: whoever waits on it looks again. */
  poke(word: Word): void {
    this.notify(word);
  }

  /** Units of a thread's running work that are done by now, if it is of this activity. */
  doneSoFar(thread: TimedThread, activity: string): number {
    const step = thread.step;
    if (step === undefined || step.kind !== WORK || step.activity !== activity) return 0;
    if (thread.workEnd <= thread.workStart) return 0;
    const share = (this.sim.now - thread.workStart) / (thread.workEnd - thread.workStart);
    return Math.floor(Math.max(0, Math.min(1, share)) * step.count);
  }

  private wake(thread: TimedThread): void {
    thread.event = undefined;
    if (thread.until !== undefined && thread.workEnd > this.sim.now + 1) {
      const running = thread.step;
      if (running !== undefined && running.kind === WORK) {
        // Misses on the way have made the run longer.
        this.schedule(thread, thread.workEnd - this.sim.now);
        return;
      }
    }
    thread.until = undefined;
    const step = thread.step;
    if (step !== undefined && step.kind === WORK) {
      this.pricing.finish(step, thread);
      if (step.done === 0) step.done = step.count;
    }
    this.advance(thread);
  }

  /** Let a thread take steps until one of them needs time. */
  private advance(thread: TimedThread): void {
    const { sim, coherence, options } = this;
    let ahead = 0;
    for (;;) {
      const before = thread.step;
      const step = thread.step = thread.stack.next();
      this.steps++;
      if (before !== undefined && (before.kind === WRITE || before.kind === RMW)) {
        if (before.word.waiters.length > 0) this.notify(before.word);
      }
      if (step === undefined) {
        thread.finished = true;
        return;
      }
      if (step.kind === WORK) {
        step.done = 0;
        const duration = this.pricing.start(step, thread);
        if (step.words.length > 0 && step.until()) {
          step.done = 1;
          this.pricing.finish(step, thread);
          thread.flowRate = 0;
          this.schedule(thread, ahead + duration / step.count);
          return;
        }
        thread.workStart = sim.now + ahead;
        thread.workEnd = thread.workStart + duration;
        if (step.words.length > 0) {
          thread.until = step.until;
          this.watch(thread, step.words);
        }
        this.schedule(thread, ahead + duration);
        return;
      }
      if (step.kind === WAIT) {
        if (step.until()) {
          ahead += coherence.values.cacheHit;
          continue;
        }
        thread.until = step.until;
        this.watch(thread, step.words);
        if (step.spins !== undefined && step.spins !== Infinity) {
          this.schedule(thread, ahead + step.spins * options.poll);
        }
        return;
      }
      if (step.kind === SWEEP) {
        ahead += this.sweep(step, thread.core, sim.now + ahead);
        if (ahead > options.runAhead) {
          this.schedule(thread, ahead);
          return;
        }
        continue;
      }
      if (step.word.line === NO_LINE) continue;
      const now = sim.now + ahead;
      const latency = coherence.access(step.word.line, step.kind, thread.core, now) - now;
      ahead += step.overlapped ? latency / coherence.values.outstandingMisses : latency;
      if (ahead > options.runAhead) {
        this.schedule(thread, ahead);
        return;
      }
    }
  }

  private sweep(step: Sweep, core: number, now: number): number {
    const { words, zeroOnly, inTurn } = step;
    let sum = 0;
    if (inTurn) {
      for (let i = 0; i < words.length; i++) {
        const at = now + sum;
        sum += this.coherence.access((words[i] as Word).line, READ, core, at) - at;
      }
      return sum;
    }
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as Word;
      if (zeroOnly && word.value !== 0) continue;
      sum += this.coherence.access(word.line, READ, core, now) - now;
    }
    return sum / this.coherence.values.outstandingMisses;
  }

  private schedule(thread: TimedThread, delay: number): void {
    // The clock is whole nanoseconds; what rounding takes now it gives back at the next event.
    const exact = Math.max(0, delay + thread.carry);
    const whole = Math.round(exact);
    thread.carry = exact - whole;
    thread.event = this.sim.schedule(whole, this.resume, thread.id);
  }

  private watch(thread: TimedThread, words: readonly Word[]): void {
    for (const word of words) {
      if (thread.watched.includes(word)) continue;
      thread.watched.push(word);
      word.waiters.push(thread);
    }
  }

  /** A word was written: whoever waits on it looks again. */
  private notify(word: Word): void {
    const waiters = word.waiters as TimedThread[];
    for (let i = waiters.length - 1; i >= 0; i--) {
      const thread = waiters[i] as TimedThread;
      if (thread.until === undefined) {
        // Not waiting for anything now: forget the subscription, to be renewed when it is needed.
        waiters[i] = waiters[waiters.length - 1] as TimedThread;
        waiters.pop();
        const at = thread.watched.indexOf(word);
        thread.watched[at] = thread.watched[thread.watched.length - 1] as Word;
        thread.watched.pop();
      } else if (thread.until()) this.end(thread, word);
      else if ((thread.step as Step).kind === WORK) this.look(thread, word);
    }
  }

  /**
   * A word that a run of work looks at between its units was written, but nothing that ends the run: the
   * next look is a miss, which makes the run that much longer.
   */
  private look(thread: TimedThread, word: Word): void {
    if (word.line === NO_LINE) return;
    const { now } = this.sim;
    const unit = (thread.workEnd - thread.workStart) / (thread.step as Work).count;
    const next = thread.workStart + Math.ceil(Math.max(0, now - thread.workStart) / unit) * unit;
    if (next >= thread.workEnd) return;
    const latency = this.coherence.access(word.line, READ, thread.core, next) - next;
    thread.workStart += latency;
    thread.workEnd += latency;
  }

  private end(thread: TimedThread, word: Word): void {
    const now = this.sim.now;
    thread.until = undefined;
    if (thread.event !== undefined) this.sim.cancel(thread.event);
    const step = thread.step as Step;
    if (step.kind === WORK) {
      const unit = (thread.workEnd - thread.workStart) / step.count;
      const done = Math.ceil(Math.max(0, now - thread.workStart) / unit);
      step.done = Math.max(1, Math.min(step.count, done));
      this.schedule(thread, thread.workStart + step.done * unit - now);
      return;
    }
    // NO_LINE stands for no memory at all, and is shared by every machine: it must keep no state.
    const latency = word.line === NO_LINE
      ? 0
      : this.coherence.access(word.line, 0, thread.core, now) - now;
    this.schedule(thread, latency);
  }
}
