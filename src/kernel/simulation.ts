/** The simulation: clock, future events, tasks and random streams of one run. */
import { EventQueue } from "./event-queue.ts";
import { Rng } from "./rng.ts";
import { Task } from "./task.ts";
import { Timer } from "./timer.ts";
import type { Ticks } from "./time.ts";
import type { TraceSink } from "./trace.ts";
import type { Process } from "./waiting.ts";

/** What a new simulation needs to know. */
export interface SimulationOptions {
  /** Seed of every random stream: a whole number from 0 to 2^53-1. */
  readonly seed: number;
  /** `run` never goes past this time; default: none. */
  readonly horizon?: Ticks;
  /** Where to write a trace; default: none, at no cost. */
  readonly trace?: TraceSink | undefined;
}

/** A task that still waited when the run ended. */
export interface Waiting {
  /** The task's name. */
  readonly task: string;
  /** What it waits for: `resource "cores"`. */
  readonly for: string;
  /** Whether it was spawned as a daemon: such a wait is no deadlock. */
  readonly daemon: boolean;
}

/** How a run ended. */
export interface Outcome {
  /** `horizon`: time is up. `idle`: nothing left to do. `deadlock`: tasks wait, nothing can wake them. */
  readonly ended: "horizon" | "idle" | "deadlock" | "stopped";
  /** Tasks that wait for something other than time, in order of spawning. */
  readonly waiting: readonly Waiting[];
  /** Events executed since the simulation was made. */
  readonly events: number;
  /** Eight hexadecimal digits over the (time, sequence) of every event executed. */
  readonly hash: string;
}

/** A callback registered by `sim.handler`; a small integer. */
export type Handler = number & { readonly __handler: true };
/** A scheduled event, for `sim.cancel`. */
export type EventId = number & { readonly __event: true };

const RESUME = 0;
const TIMER = 1;
// An EventId is a slot of 26 bits below a generation of 26 bits.
const STRIDE = 0x4000000;
const GENERATIONS = STRIDE - 1;

/** A discrete-event simulation. Time is whole nanoseconds; events run in order of (time, sequence). */
export class Simulation {
  /** A whole number from 0: with the name of a stream it determines every draw. */
  readonly seed: number;
  /** When it ends at the latest, ns; Infinity: when nothing is left to happen. */
  readonly horizon: Ticks;
  /** Where its events are written; null: nowhere. */
  readonly trace: TraceSink | null;
  #queue = new EventQueue();
  #handlers: ((argument: number) => void)[] = [];
  #timers: (Timer | undefined)[] = [];
  #freeTimers: number[] = [];
  #tasks: (Task<any> | null)[] = [];
  #freeTasks: number[] = [];
  #streams = new Map<string, Rng>();
  #events = 0;
  #hash = 0x811c9dc5 | 0;
  #stopped = false;
  #running = false;
  #limit = 0;
  #watched = false;

  /** @throws {RangeError} for a seed that is not a whole number, or a horizon that is no time. */
  constructor(options: SimulationOptions) {
    const { seed, horizon = Infinity, trace } = options;
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`a simulation's seed must be a whole number from 0, not ${seed}`);
    }
    if (!(horizon >= 0)) throw new RangeError(`a simulation's horizon cannot be ${horizon} ns`);
    this.seed = seed;
    this.horizon = horizon;
    this.trace = trace ?? null;
    this.handler((id) => (this.#tasks[id] as Task).step());
    this.handler((id) => {
      const timer = this.#timers[id] as Timer;
      this.#timers[id] = undefined;
      this.#freeTimers.push(id);
      timer.slot = -1;
      timer.fn();
    });
  }

  /** @internal Where the time stands, for those who read it often. */
  get clock(): { readonly now: Ticks } {
    return this.#queue;
  }
  /** The current time in nanoseconds. */
  get now(): Ticks {
    return this.#queue.now;
  }
  /** Events executed so far. */
  get events(): number {
    return this.#events;
  }
  /** Running hash of the (time, sequence) of every event executed: equal for equal trajectories. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  /** The random stream of this name: always the same object, independent of every other stream. */
  rng(name: string): Rng {
    let stream = this.#streams.get(name);
    if (stream === undefined) this.#streams.set(name, stream = new Rng(this.seed, name));
    return stream;
  }

  /** Starts a process in the current tick, after what is already due. */
  spawn<R>(name: string, body: Process<R>, options?: { readonly daemon?: boolean }): Task<R> {
    if (typeof body?.next !== "function") {
      throw new TypeError(`process "${name}" needs a generator: call the generator function`);
    }
    const id = this.#freeTasks.length > 0 ? this.#freeTasks.pop() as number : this.#tasks.length;
    const task = new Task<R>(this, id, name, options?.daemon === true, body);
    this.#tasks[id] = task;
    task.slot = this.resumeNow(id);
    if (this.trace !== null) this.trace.taskBegins(task, this.now);
    return task;
  }

  /** Calls `fn` after `delay` ns. @throws {RangeError} for a negative or non-finite delay. */
  after(delay: Ticks, fn: () => void): Timer {
    const timer = new Timer(this, fn);
    timer.restart(delay);
    return timer;
  }

  /** Calls `fn` at `time`. @throws {RangeError} for a time in the past. */
  at(time: Ticks, fn: () => void): Timer {
    return this.after(time - this.#queue.now, fn);
  }

  /** Registers a callback for `schedule`; do so once, not per event. */
  handler(fn: (argument: number) => void): Handler {
    return this.#handlers.push(fn) - 1 as Handler;
  }

  /** The hot path: calls a registered handler with a 32-bit integer after `delay` ns; allocates nothing. */
  schedule(delay: Ticks, handler: Handler, argument = 0): EventId {
    const slot = this.#add(delay, handler, argument, "an event");
    return (this.#queue.words[(slot << 3) + 7] & GENERATIONS) * STRIDE + slot as EventId;
  }

  /** Cancels an event made by `schedule`; false if it has run or was cancelled before. */
  cancel(event: EventId): boolean {
    const slot = event % STRIDE;
    if ((this.#queue.words[(slot << 3) + 7] & GENERATIONS) !== (event - slot) / STRIDE) {
      return false;
    }
    this.cancelSlot(slot);
    return true;
  }

  /** Ends `run` after the current event; the next `run` goes on from there. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Runs events up to and including `until` (default: the horizon). May be called again to go on.
   *
   * The clock is left at `until` when the time was up or a given `until` was reached idle; otherwise at
   * the last event.
   *
   * @param stopWhen asked after every event; true ends the run as `stopped`.
   * @throws {ProcessError} when a process fails and no other process waits for it.
   */
  run(until?: Ticks, stopWhen?: () => boolean): Outcome {
    if (this.#running) throw new Error("run() was called from inside the simulation");
    const limit = Math.min(until ?? Infinity, this.horizon);
    if (!(limit >= this.#queue.now)) {
      throw new RangeError(
        `run(${until}): it is ${this.#queue.now} ns already, or that is no time`,
      );
    }
    const queue = this.#queue;
    this.#limit = limit;
    this.#watched = stopWhen !== undefined;
    this.#running = true;
    this.#stopped = false;
    let ended: Outcome["ended"] = "stopped";
    try {
      while (!this.#stopped) {
        const slot = queue.next(limit);
        if (slot < 0) {
          ended = queue.size > queue.dead ? "horizon" : "idle";
          break;
        }
        this.#events++;
        const words = queue.words;
        const handler = words[(slot << 3) + 4];
        const argument = words[(slot << 3) + 5];
        const time = queue.now;
        const h = Math.imul(this.#hash ^ (time | 0), 0x01000193);
        this.#hash = Math.imul(
          ((h << 13) | (h >>> 19)) ^ ((time * 2.3283064365386963e-10) | 0) ^
            (queue.doubles[(slot << 2) + 1] | 0),
          0x5bd1e995,
        );
        if (handler === RESUME) (this.#tasks[argument] as Task<any>).step();
        else this.#handlers[handler](argument);
        if (stopWhen !== undefined && stopWhen()) break;
      }
    } finally {
      this.#running = false;
    }
    if (ended === "idle" && this.#tasks.some((t) => t?.state === "waiting" && !t.daemon)) {
      ended = "deadlock";
    }
    if (ended === "horizon" || (ended === "idle" && until !== undefined && limit !== Infinity)) {
      queue.now = limit;
    }
    return { ended, waiting: this.waiting(), events: this.#events, hash: this.hash };
  }

  /**
   * Inside an event, the time until which nothing else can happen: the end of the run if no other event
   * is due, else now. A model that orders events of its own may let time pass until then by `elapse`.
   */
  get lull(): Ticks {
    const { size, dead, now } = this.#queue;
    const alone = this.#running && !this.#stopped && !this.#watched && size === dead;
    return alone ? this.#limit : now;
  }

  /** Inside an event: time passes until `time`. @throws {RangeError} for a time past or beyond `lull`. */
  elapse(time: Ticks): void {
    if (!(time >= this.#queue.now && time <= this.lull)) {
      throw new RangeError(
        `elapse(${time}): it is ${this.#queue.now} ns, and something may happen from ${this.lull} on`,
      );
    }
    this.#queue.now = time;
  }

  /** @internal The same for who has just seen that `time` is neither past nor beyond `lull`. */
  elapseChecked(time: Ticks): void {
    this.#queue.now = time;
  }

  /** Tasks that wait for something other than time, in order of their place in the table. */
  waiting(): Waiting[] {
    const found: Waiting[] = [];
    for (const task of this.#tasks) {
      if (task?.state !== "waiting") continue;
      found.push({ task: task.name, for: task.on?.waitingFor() ?? "?", daemon: task.daemon });
    }
    return found;
  }

  /** @internal */
  cancelSlot(slot: number): void {
    const words = this.#queue.words;
    if (words[(slot << 3) + 4] === TIMER) {
      const id = words[(slot << 3) + 5];
      this.#timers[id] = undefined;
      this.#freeTimers.push(id);
    }
    this.#queue.cancel(slot);
  }
  /** @internal */
  startTimer(timer: Timer, delay: Ticks): number {
    const id = this.#freeTimers.length > 0 ? this.#freeTimers[this.#freeTimers.length - 1] : -1;
    const slot = this.#add(delay, TIMER, id < 0 ? this.#timers.length : id, "a callback");
    if (id < 0) this.#timers.push(timer);
    else {
      this.#freeTimers.pop();
      this.#timers[id] = timer;
    }
    return slot;
  }
  /** @internal */
  resumeNow(task: number): number {
    return this.#queue.add(this.#queue.now, RESUME, task);
  }
  /** @internal */
  resumeLater(task: Task<any>, delay: Ticks): number {
    const whole = Math.round(delay);
    if (!(whole >= 0 && whole < Infinity)) {
      throw new RangeError(`process "${task.name}" yielded a delay of ${delay}`);
    }
    return this.#queue.add(this.#queue.now + whole, RESUME, task.id);
  }
  /** @internal */
  taskEnded(task: Task<any>): void {
    if (this.trace !== null) this.trace.taskEnds(task, this.now);
    this.#tasks[task.id] = null;
    this.#freeTasks.push(task.id);
  }

  #add(delay: Ticks, handler: number, argument: number, what: string): number {
    const whole = Math.round(delay);
    if (!(whole >= 0 && whole < Infinity)) {
      throw new RangeError(
        `${what} was scheduled with a delay of ${delay} ns at ${this.#queue.now} ns`,
      );
    }
    return this.#queue.add(this.#queue.now + whole, handler, argument);
  }
}
