/**
 * Whose turn it is: threads go on in order of (time, rank), under the kernel's clock, which the machine lets
 * pass as long as nobody else has any event.
 */
import * as places from "./clock.ts";
import type { EventId, Handler, Simulation } from "../../kernel/mod.ts";
import type { TimedThread } from "./thread.ts";
import { ThreadQueue } from "./thread-queue.ts";

// Own copies: see hardware/memory/registers.ts.
const { CLOCK: clock, AT, BOUND, LIMIT, NOW } = places;

/** Gives threads their turns. */
export abstract class Turns {
  readonly threads: TimedThread[] = [];
  protected readonly ranked: TimedThread[] = [];
  /** Times that a thread was taken from the queue. */
  events = 0;
  /** Whether steps may be taken ahead of the clock; a trace shows their times, and so needs them as events. */
  ahead: boolean;
  protected readonly queue: ThreadQueue = new ThreadQueue();
  private readonly handler: Handler;
  private event: EventId | undefined = undefined;
  private armedFor = Infinity;
  private running = false;

  constructor(readonly sim: Simulation, ahead: boolean) {
    this.handler = sim.handler(() => this.run());
    this.ahead = ahead;
  }

  /** It is the thread's turn. */
  protected abstract wake(thread: TimedThread): void;

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
      const { lull } = sim;
      if (at > lull) break;
      clock[LIMIT] = lull;
      const tick = Math.floor(at);
      if (tick > sim.now) sim.elapseChecked(tick);
      clock[NOW] = at;
      this.events++;
      queue.take();
      const thread = this.ranked[id] as TimedThread;
      this.wake(thread);
    }
    this.running = false;
    this.arm();
  }

  /** Have the kernel come back when the next thread is due. */
  protected arm(): void {
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

  /** The thread goes on at `AT`. */
  protected schedule(thread: TimedThread): void {
    const { queue } = this;
    const rank = thread.rank | 0;
    queue.times[rank] = clock[AT] as number;
    queue.put(rank);
  }

  /** Go on ahead of the clock if `AT` is before `BOUND` and within the run, else by an event; whether at once. */
  protected goOn(thread: TimedThread): boolean {
    const at = clock[AT] as number;
    return (at < (clock[BOUND] as number) && at <= (clock[LIMIT] as number)) ||
      this.goOnAsEvent(thread);
  }

  /**
   * Go on when the thread's time, `AT`, has come: at once if no other thread comes before, so that the clock may as
   * well go on to there.
   */
  protected goOnAsEvent(thread: TimedThread): boolean {
    const { queue } = this;
    const at = clock[AT] as number;
    if (this.ahead === true && at <= (clock[LIMIT] as number)) {
      const first = queue.first | 0;
      let before = true;
      if (first >= 0) {
        const time = queue.times[first] as number;
        before = at < time || (at === time && (thread.rank | 0) < first);
      }
      if (before === true) {
        clock[NOW] = at;
        return true;
      }
    }
    this.schedule(thread);
    return false;
  }

  /** The thread's step cannot be taken ahead of the clock: take it when its time has come. */
  protected defer(thread: TimedThread): boolean {
    thread.deferred = true;
    return this.goOnAsEvent(thread);
  }
}
