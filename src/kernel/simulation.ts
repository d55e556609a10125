/** The simulation: clock, future events, tasks and random streams of one run. */
import { EventQueue } from "./event-queue.ts";
import { Rng } from "./rng.ts";
import { Task } from "./task.ts";
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
  /** Since when, if known. */
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
const STRIDE = 0x4000000; // 2^26 slots; the generation stands above

/** One pending callback; `cancel` while it is pending. Made by `sim.after` and `sim.at`. */
export class Timer {
  /** @internal */
  slot = -1;
  /** @internal */
  constructor(private readonly sim: Simulation, /** @internal */ readonly fn: () => void) {}
  /** Whether it still lies ahead. */
  get pending(): boolean {
    return this.slot >= 0;
  }
  /** Takes it back; false if it has run or was cancelled before. */
  cancel(): boolean {
    if (this.slot < 0) return false;
    this.sim.cancelSlot(this.slot);
    this.slot = -1;
    return true;
  }
}

/** A discrete-event simulation. Time is whole nanoseconds; events run in order of (time, sequence). */
export class Simulation {
  readonly seed: number;
  readonly horizon: Ticks;
  readonly trace: TraceSink | null;
  #now = 0;
  #queue = new EventQueue();
  #handlers: ((argument: number) => void)[] = [];
  #timers: Timer[] = [];
  #freeTimers: number[] = [];
  #tasks: (Task<any> | null)[] = [];
  #freeTasks: number[] = [];
  #streams = new Map<string, Rng>();
  #events = 0;
  #hash = 0x811c9dc5 | 0;
  #stopped = false;
  #running = false;

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
      const timer = this.#timers[id];
      this.#freeTimers.push(id);
      timer.slot = -1;
      timer.fn();
    });
  }

  /** The current time in nanoseconds. */
  get now(): Ticks {
    return this.#now;
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
    const id = this.#freeTasks.pop() ?? this.#tasks.length;
    const task = new Task<R>(this, id, name, options?.daemon === true, body);
    this.#tasks[id] = task;
    task.slot = this.resumeNow(id);
    return task;
  }

  /** Calls `fn` after `delay` ns. @throws {RangeError} for a negative or non-finite delay. */
  after(delay: Ticks, fn: () => void): Timer {
    const timer = new Timer(this, fn);
    const id = this.#freeTimers.pop() ?? this.#timers.length;
    this.#timers[id] = timer;
    timer.slot = this.#add(delay, TIMER, id, "a callback");
    return timer;
  }

  /** Calls `fn` at `time`. @throws {RangeError} for a time in the past. */
  at(time: Ticks, fn: () => void): Timer {
    return this.after(time - this.#now, fn);
  }

  /** Registers a callback for `schedule`; do so once, not per event. */
  handler(fn: (argument: number) => void): Handler {
    return this.#handlers.push(fn) - 1 as Handler;
  }

  /** The hot path: calls a registered handler with a 32-bit integer after `delay` ns; allocates nothing. */
  schedule(delay: Ticks, handler: Handler, argument = 0): EventId {
    const slot = this.#add(delay, handler, argument, "an event");
    return this.#queue.generation[slot] * STRIDE + slot as EventId;
  }

  /** Cancels an event made by `schedule`; false if it has run or was cancelled before. */
  cancel(event: EventId): boolean {
    const slot = event % STRIDE;
    if (this.#queue.generation[slot] !== (event - slot) / STRIDE) return false;
    this.cancelSlot(slot);
    return true;
  }

  /** Ends `run` after the current event. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Runs events up to and including `until` (default: the horizon). May be called again to go on.
   *
   * The clock is left at `until` when the time was up or a given `until` was reached idle; otherwise at
   * the last event.
   */
  run(until?: Ticks): Outcome {
    if (this.#running) throw new Error("run() was called from inside the simulation");
    const limit = Math.min(until ?? Infinity, this.horizon);
    if (!(limit >= this.#now)) {
      throw new RangeError(`run(${until}): it is ${this.#now} ns already, or that is no time`);
    }
    const queue = this.#queue;
    this.#running = true;
    this.#stopped = false;
    let ended: Outcome["ended"] = "idle";
    try {
      for (;;) {
        if (this.#stopped) {
          ended = "stopped";
          break;
        }
        const time = queue.peek();
        if (time === Infinity) break;
        if (time > limit) {
          ended = "horizon";
          break;
        }
        const slot = queue.pop();
        this.#now = time;
        this.#events++;
        this.#mix(time);
        this.#mix(queue.seq[slot]);
        this.#handlers[queue.handler[slot]](queue.argument[slot]);
      }
    } finally {
      this.#running = false;
    }
    if (ended === "idle" && this.#tasks.some((t) => t?.state === "waiting" && !t.daemon)) {
      ended = "deadlock";
    }
    if (ended === "horizon" || (ended === "idle" && until !== undefined && limit !== Infinity)) {
      this.#now = limit;
    }
    return { ended, waiting: this.waiting(), events: this.#events, hash: this.hash };
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
    const { handler, argument } = this.#queue;
    if (handler[slot] === TIMER) this.#freeTimers.push(argument[slot]);
    this.#queue.cancel(slot);
  }
  /** @internal */
  resumeNow(task: number): number {
    return this.#queue.add(this.#now, RESUME, task);
  }
  /** @internal */
  resumeLater(task: Task<any>, delay: Ticks): number {
    const whole = Math.round(delay);
    if (!(whole >= 0 && whole < Infinity)) {
      throw new RangeError(`process "${task.name}" yielded a delay of ${delay}`);
    }
    return this.#queue.add(this.#now + whole, RESUME, task.id);
  }
  /** @internal */
  taskEnded(task: Task<any>): void {
    this.#tasks[task.id] = null;
    this.#freeTasks.push(task.id);
  }

  #add(delay: Ticks, handler: number, argument: number, what: string): number {
    const whole = Math.round(delay);
    if (!(whole >= 0 && whole < Infinity)) {
      throw new RangeError(`${what} was scheduled with a delay of ${delay} ns at ${this.#now} ns`);
    }
    return this.#queue.add(this.#now + whole, handler, argument);
  }

  #mix(x: number): void {
    const low = x | 0;
    const high = (x / 0x100000000) | 0;
    let h = Math.imul(this.#hash ^ low, 0x01000193);
    h = (h << 13) | (h >>> 19);
    this.#hash = Math.imul(h ^ high, 0x5bd1e995);
  }
}
