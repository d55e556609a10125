/**
 * The machine for throughput: the same steps as on the interleaving machine, each taking the time that
 * the memory floor says, on threads pinned to cores. Threads go on in order of (time, number); times are
 * on a grid of 2^-10 ns, so that sums of them are exact in any order. A spinning thread costs no events:
 * it is woken by the write that ends its spin.
 *
 * With `lookahead` a thread takes steps ahead of the clock where nobody can tell the difference
 * (lookahead.ts); without, every step is an event. The results are the same, to the last bit.
 */
import * as memory from "../../hardware/memory/mod.ts";
import * as steps from "../algorithm/step.ts";
import * as places from "./clock.ts";
import type { Simulation } from "../../kernel/mod.ts";
import type { AccessMode, Coherence } from "../../hardware/memory/mod.ts";
import type { CallingScript } from "../algorithm/call-stack.ts";
import type { Steps, Sweep, Wait, Word } from "../algorithm/step.ts";
import { TimedThread } from "./thread.ts";
import { type Pricing, Working } from "./working.ts";

export { TimedThread } from "./thread.ts";
export type { Pricing } from "./working.ts";

// Own copies: see hardware/memory/registers.ts.
const { REGISTERS, ACCESS, SURE, onGrid } = memory;
const { EVERYBODY, MODE: mode, NOWHERE, OVERLAPPED, READ, SWEEP, WAIT, WORK } = steps;
const { CLOCK: clock, AT, BOUND, NOW } = places;

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
export class TimedMachine extends Working {
  /** Steps taken. */
  steps = 0;

  constructor(
    sim: Simulation,
    coherence: Coherence,
    pricing: Pricing,
    private readonly options: TimedOptions,
  ) {
    super(sim, coherence, pricing, options.lookahead);
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
    clock[AT] = this.sim.now;
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
    clock[AT] = this.sim.now;
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
    clock[AT] = clock[NOW] as number;
    if (step !== undefined && !thread.deferred) {
      thread.asleep = false;
      if (step.kind === WORK) {
        if (this.workGoesOn(thread, step)) return;
      } else this.waits.end(thread.id);
    }
    this.advance(thread);
  }

  /** Let a thread take steps, from `at` on, until one of them needs an event. */
  private advance(thread: TimedThread): void {
    let goesOn: boolean;
    do {
      if (thread.deferred) thread.deferred = false;
      else {
        const { wrote } = thread;
        thread.step = thread.stack.next();
        thread.mode = mode[0] as number;
        this.steps++;
        if (wrote !== undefined) {
          thread.wrote = undefined;
          if (wrote.waiting > 0) this.notify(wrote);
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
      else {
        if ((thread.mode & 3) !== READ) thread.wrote = step;
        goesOn = step.owner === EVERYBODY
          ? this.access(thread, step)
          : this.accessOfTwo(thread, step);
      }
    } while (goesOn);
  }

  /** Each kind of step: whether the thread can go on at once, and when (`at`); else it needs an event. */
  private access(thread: TimedThread, word: Word): boolean {
    const kind = (thread.mode & 3) as AccessMode;
    if (word.home === NOWHERE) return true;
    const { coherence } = this;
    const at = clock[AT] as number;
    let done = at + (coherence.hits[kind] as number);
    if (at > (clock[NOW] as number)) {
      // Ahead of the clock only what is sure to hit.
      this.bound(word, kind, thread);
      if (done >= (clock[BOUND] as number)) return this.defer(thread);
    } else {
      REGISTERS[ACCESS] = at;
      coherence.fetch(word, kind, thread.core);
      done = REGISTERS[ACCESS] as number;
      // As far ahead as it is sure to hit, but whoever spins on it is to be woken at the time of the write.
      const seen = this.ahead !== true || (kind !== READ && word.waiting > 0);
      clock[BOUND] = seen ? -1 : REGISTERS[SURE] as number;
    }
    this.end(thread, done);
    return this.goOn(thread);
  }

  /** Between two parties a miss may be begun ahead of the clock as well. */
  private accessOfTwo(thread: TimedThread, word: Word): boolean {
    const kind = (thread.mode & 3) as AccessMode;
    const { coherence } = this;
    const at = clock[AT] as number;
    this.bound(word, kind, thread);
    if (at > (clock[NOW] as number) && at >= (clock[BOUND] as number)) return this.defer(thread);
    REGISTERS[ACCESS] = at;
    coherence.fetch(word, kind, thread.core);
    this.end(thread, REGISTERS[ACCESS] as number);
    return this.goOn(thread);
  }

  /** The step is done at that time; where the core does not wait for it the thread goes on before. */
  private end(thread: TimedThread, done: number): void {
    if ((thread.mode & OVERLAPPED) === 0) {
      clock[AT] = done;
      return;
    }
    const at = clock[AT] as number;
    clock[AT] = at + onGrid((done - at) / this.coherence.values.outstandingMisses);
  }

  private sweep(thread: TimedThread, step: Sweep): boolean {
    const { words } = step;
    const { coherence } = this;
    const at = clock[AT] as number;
    let bound = Infinity;
    for (const word of words) {
      this.bound(word, READ, thread);
      bound = Math.min(bound, clock[BOUND] as number);
    }
    if (at > (clock[NOW] as number) && at + (coherence.hits[READ] as number) >= bound) {
      return this.defer(thread);
    }
    let longest = 0;
    let sum = 0;
    for (const word of words) {
      const latency = coherence.access(word, READ, thread.core, at) - at;
      longest = Math.max(longest, latency);
      sum += latency;
    }
    const together = Math.max(longest, sum / coherence.values.outstandingMisses);
    clock[AT] = at + onGrid(together);
    clock[BOUND] = bound;
    return this.goOn(thread);
  }

  private wait(thread: TimedThread, step: Wait): boolean {
    const { coherence } = this;
    const at = clock[AT] as number;
    const hit = coherence.hits[READ] as number;
    const { words } = step;
    let bound = Infinity;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as Word;
      if (word.home === NOWHERE) bound = -1;
      else {
        this.bound(word, READ, thread);
        bound = Math.min(bound, clock[BOUND] as number);
      }
    }
    if (at > (clock[NOW] as number) && at + hit >= bound) return this.defer(thread);
    // Who spins on a word has it in its cache; lost when asked for, it would never be sure to have it.
    if (coherence.loss === "done") {
      for (let i = 0; i < words.length; i++) {
        const word = words[i] as Word;
        if (word.home === NOWHERE || word.owner !== EVERYBODY) continue;
        REGISTERS[ACCESS] = at;
        coherence.lookUp(word, READ, thread.core);
        if ((REGISTERS[SURE] as number) >= 0) continue;
        clock[AT] = coherence.access(word, READ, thread.core, at);
        return this.defer(thread);
      }
    }
    if (step.until()) {
      clock[AT] = at + hit;
      clock[BOUND] = bound;
      return this.goOn(thread);
    }
    this.waits.begin(thread.id, step);
    this.sleep(thread, words);
    if (step.spins !== undefined && step.spins !== Infinity) {
      clock[AT] = at + onGrid(step.spins * this.options.poll);
      this.schedule(thread);
    }
    return false;
  }
}
