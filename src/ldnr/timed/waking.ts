/** Threads that sleep until a word is written: they cost no events until the write that ends their wait. */
import * as memory from "../../hardware/memory/mod.ts";
import * as steps from "../algorithm/step.ts";
import * as places from "./clock.ts";
import type { Simulation } from "../../kernel/mod.ts";
import type { Coherence } from "../../hardware/memory/mod.ts";
import type { Word, Work } from "../algorithm/step.ts";
import type { TimedThread } from "./thread.ts";
import { Turns } from "./turns.ts";
import { subscribe, takeWoken, Waits } from "./waiting.ts";

// Own copies: see hardware/memory/registers.ts.
const { REGISTERS, ACCESS, onGrid } = memory;
const { EVERYBODY, NOWHERE, READ, WAIT, WORK } = steps;
const { CLOCK: clock, AT } = places;

/** Puts threads to sleep and wakes them. */
export abstract class Waking extends Turns {
  protected readonly waits: Waits;
  private readonly woken: TimedThread[] = [];

  /** @param known threads, the first, that may take steps ahead of the clock: those that words know */
  constructor(sim: Simulation, readonly coherence: Coherence, known: number) {
    super(sim, known > 0);
    this.waits = new Waits(known);
  }

  /** Until one of `words` is written. */
  protected sleep(thread: TimedThread, words: readonly Word[]): void {
    thread.asleep = true;
    thread.since[0] = clock[AT] as number;
    thread.waits++;
    for (let i = 0; i < words.length; i++) subscribe(words[i] as Word, thread);
  }

  /** A word was written at time `at`: whoever waits on it looks again. */
  protected notify(word: Word): void {
    const { woken } = this;
    const at = clock[AT] as number;
    const n = takeWoken(word, ENDED, woken);
    for (let i = 0; i < n; i++) {
      const thread = woken[i] as TimedThread;
      const { step } = thread;
      thread.asleep = false;
      if (step !== undefined && step.kind === WORK) this.endWork(thread, step);
      else this.endWait(thread, word);
      clock[AT] = at;
    }
  }

  protected endWork(thread: TimedThread, step: Work): void {
    const at = clock[AT] as number;
    const unit = (thread.workEnd - thread.workStart) / step.count;
    const done = Math.ceil(Math.max(0, at - thread.workStart) / unit);
    step.done = Math.max(1, Math.min(step.count, done));
    clock[AT] = Math.max(at, onGrid(thread.workStart + step.done * unit));
    this.schedule(thread);
  }

  protected endWait(thread: TimedThread, word: Word): void {
    this.waits.end(thread.id);
    // NOWHERE stands for no memory at all: there is nothing to fetch.
    if (word.home !== NOWHERE) {
      const { coherence } = this;
      const at = clock[AT] as number;
      // It sees the write when it loses its copy, and fetches the line again.
      REGISTERS[ACCESS] = word.owner === EVERYBODY ? at : Math.max(at, coherence.changesAt(word));
      coherence.fetch(word, READ, thread.core);
      clock[AT] = REGISTERS[ACCESS] as number;
    }
    this.schedule(thread);
  }
}

/** Whether what a sleeping thread waits for has come. */
function ENDED(thread: TimedThread): boolean {
  const { step } = thread;
  return step !== undefined && (step.kind === WAIT || step.kind === WORK) && step.until();
}
