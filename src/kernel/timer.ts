/** Timers: callbacks that can be taken back. */
import type { Simulation } from "./simulation.ts";
import type { Ticks } from "./time.ts";

/** A callback that lies ahead; made by `sim.after` and `sim.at`. */
export class Timer {
  /** @internal Its event; -1 when not pending. */
  slot = -1;

  /** @internal Use `sim.after` or `sim.at`. */
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

  /** Sets it `delay` ns from now, pending or not, allocating nothing (a retransmission timer). */
  restart(delay: Ticks): void {
    this.cancel();
    this.slot = this.sim.startTimer(this, delay);
  }
}
