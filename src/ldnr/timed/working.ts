/** Private work on the timed machine: priced unit by unit where its price follows from what others do. */
import * as memory from "../../hardware/memory/mod.ts";
import * as places from "./clock.ts";
import type { Simulation } from "../../kernel/mod.ts";
import type { Coherence } from "../../hardware/memory/mod.ts";
import type { Again, Word, Work } from "../algorithm/step.ts";
import { Lookahead } from "./lookahead.ts";
import type { TimedThread } from "./thread.ts";
import { Waking } from "./waking.ts";

// Own copies: see hardware/memory/registers.ts.
const { onGrid, TRAFFIC_PERIOD } = memory;
const { CLOCK: clock, AT, BOUND, LIMIT, NOW, WORK_TIME } = places;

/** Prices private work and keeps account of the memory traffic that it makes. */
export interface Pricing {
  /**
   * `count` units of `work` from unit `from` on, begun by a thread at the time in `CLOCK[WORK_TIME]`, which is then
   * how long they take, ns; from their beginning their traffic flows.
   */
  start(work: Work, from: number, count: number, thread: TimedThread): void;
  /** Its traffic ends, at the time in `CLOCK[WORK_TIME]`. */
  finish(work: Work, thread: TimedThread): void;
}

/** Carries out work. */
export abstract class Working extends Waking {
  private readonly lookahead: Lookahead;

  /** @param known threads, the first, that may take steps ahead of the clock: those that words know */
  constructor(
    sim: Simulation,
    coherence: Coherence,
    private readonly pricing: Pricing,
    known: number,
  ) {
    super(sim, coherence, known);
    this.lookahead = new Lookahead(coherence, this.queue, this.waits, known);
  }

  /** A unit of work has ended: begin the next one, or say that there is none. */
  protected workGoesOn(thread: TimedThread, work: Work): boolean {
    while (this.nextUnit(thread, work) === true) {
      this.start(thread, work, 1);
      if (this.goOnAsEvent(thread) !== true) return true;
    }
    return false;
  }

  /** What the end of a unit does; whether another one begins, and when. */
  protected nextUnit(thread: TimedThread, work: Work): boolean {
    const now = clock[NOW] as number;
    clock[AT] = now;
    if (work.inUnits === true) {
      const unit = work.done++;
      if (work.each !== undefined) {
        work.each(unit);
        const word = work.shows as Word;
        if (word.waiting > 0) this.notify(word);
      }
      // Its flow changes to that of the next unit.
      if (work.done < work.count) return true;
    } else if (work.done === 0) work.done = work.count;
    if (work.again !== undefined && this.goesAgain(work.again, thread)) {
      work.done = 0;
      // Within a period of traffic its flow may as well go on.
      const at = clock[AT] as number;
      if (Math.floor(at / TRAFFIC_PERIOD) === Math.floor(now / TRAFFIC_PERIOD)) return true;
      clock[WORK_TIME] = now;
      this.pricing.finish(work, thread);
      return true;
    }
    clock[AT] = now;
    clock[WORK_TIME] = now;
    this.pricing.finish(work, thread);
    return false;
  }

  /** Whether the same work goes on at once, from then on: all that lies between is sure to hit in the own cache. */
  private goesAgain(again: Again, thread: TimedThread): boolean {
    if (this.ahead !== true || this.lookahead.again(again, thread) !== true) return false;
    return (clock[AT] as number) <= (clock[LIMIT] as number) && again.more();
  }

  protected work(thread: TimedThread, step: Work): boolean {
    const at = clock[AT] as number;
    step.done = 0;
    if (!step.fixed) {
      // Loads of a table feel traffic that is known a period ahead; entries of the log are shared.
      const late = at - (clock[NOW] as number);
      if (late > 0 && (step.entry >= 0 || late >= TRAFFIC_PERIOD)) return this.defer(thread);
    }
    const units = step.inUnits ? 1 : step.count;
    this.start(thread, step, units);
    const end = clock[AT] as number;
    if (step.fixed && (end === at || (this.ahead && end <= (clock[LIMIT] as number)))) {
      step.done = step.count;
      clock[WORK_TIME] = end;
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
      clock[AT] = at + onGrid((end - at) / step.count);
      this.schedule(thread);
    } else {
      clock[AT] = at;
      this.sleep(thread, step.words);
    }
    return false;
  }

  /** Units of work begin at `at`, which is then their end. */
  protected start(thread: TimedThread, work: Work, units: number): void {
    const at = clock[AT] as number;
    clock[WORK_TIME] = at;
    this.pricing.start(work, work.done, units, thread);
    clock[AT] = at + onGrid(clock[WORK_TIME] as number);
  }

  /** Puts into `BOUND` how far the thread may go ahead of the clock with an access to `word`. */
  protected bound(word: Word, kind: 0 | 1 | 2, thread: TimedThread): void {
    if (this.ahead === true) this.lookahead.bound(word, kind, thread);
    else clock[BOUND] = -1;
  }
}
