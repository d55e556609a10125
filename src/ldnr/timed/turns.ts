/**
 * Whose turn it is: threads go on in order of (time, rank), under the kernel's clock, which the machine lets
 * pass as long as nobody else has any event.
 */
import type { EventId, Handler, Simulation } from "../../kernel/mod.ts";
import type { TimedThread } from "./thread.ts";
import { ThreadQueue } from "./thread-queue.ts";

/** Gives threads their turns. */
export abstract class Turns {
  readonly threads: TimedThread[] = [];
  protected readonly ranked: TimedThread[] = [];
  /** Times that a thread was taken from the queue. */
  events = 0;
  /** Whether steps may be taken ahead of the clock; a trace shows their times, and so needs them as events. */
  ahead: boolean;
  /** The times below: kept in an array, where storing one allocates nothing. */
  private readonly clock: Float64Array = new Float64Array(3);
  protected readonly queue: ThreadQueue = new ThreadQueue();
  private readonly handler: Handler;
  private event: EventId | undefined = undefined;
  private armedFor = Infinity;
  private running = false;

  constructor(readonly sim: Simulation, ahead: boolean) {
    this.handler = sim.handler(() => this.run());
    this.ahead = ahead;
  }

  /** Time of the event that is going on. */
  protected get now(): number {
    return this.clock[0] as number;
  }
  protected set now(time: number) {
    this.clock[0] = time;
  }

  /** Time up to which the thread whose turn it is has come, where it is ahead of the clock. */
  protected get at(): number {
    return this.clock[1] as number;
  }
  protected set at(time: number) {
    this.clock[1] = time;
  }

  /** No thread goes on beyond this time for now. */
  protected get limit(): number {
    return this.clock[2] as number;
  }
  protected set limit(time: number) {
    this.clock[2] = time;
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
      this.limit = sim.lull;
      if (at > this.limit) break;
      const tick = Math.floor(at);
      if (tick > sim.now) sim.elapseChecked(tick);
      this.now = at;
      this.events++;
      queue.take();
      const thread = this.ranked[id] as TimedThread;
      thread.scheduled = false;
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

  protected schedule(thread: TimedThread, at: number): void {
    thread.scheduled = true;
    this.queue.set(thread.rank, at);
  }

  /** Whether no other thread comes before this one at `at`: then the clock may as well go on to there. */
  protected isNext(thread: TimedThread, at: number): boolean {
    return this.ahead && at <= this.limit && this.queue.wouldBeFirst(thread.rank, at);
  }

  /** Go on at `at` ahead of the clock if that is before `bound` and within the run, else by an event; whether at once. */
  protected goOn(thread: TimedThread, at: number, bound: number): boolean {
    this.at = at;
    return (at < bound && at <= this.limit) || this.goOnAsEvent(thread);
  }

  /** Go on when the thread's time has come: at once, if nobody comes before. */
  protected goOnAsEvent(thread: TimedThread): boolean {
    const { at } = this;
    if (this.isNext(thread, at)) {
      this.now = at;
      return true;
    }
    this.schedule(thread, at);
    return false;
  }

  /** The thread's step cannot be taken ahead of the clock: take it when its time has come. */
  protected defer(thread: TimedThread): boolean {
    thread.deferred = true;
    return this.goOnAsEvent(thread);
  }
}
