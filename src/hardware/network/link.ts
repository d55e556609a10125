/** A full-duplex link that several connections use at once: a fluid, max-min fair share for each. */
import { Signal, type Simulation, type Timer } from "../../kernel/mod.ts";
import type { Process } from "../../kernel/mod.ts";
import { shareLink } from "./max-min.ts";
import type { LinkSpec } from "./spec.ts";

interface Passage {
  /** Bits still to be carried. */
  left: number;
  /** Most that the flow's windows let through, bit/s. */
  readonly most: number;
  rate: number;
  readonly done: Signal;
}

/** One direction of a link under simulation. */
export class SharedDirection {
  private readonly passing: Passage[] = [];
  private updated = 0;
  private timer: Timer | undefined;

  /** @param rate bit/s */
  constructor(private readonly sim: Simulation, readonly name: string, readonly rate: number) {}

  /** Flows that are being carried now. */
  get flows(): number {
    return this.passing.length;
  }

  /** Carries `bits` at no more than `most` bit/s; ends when the last has left. */
  *carry(bits: number, most: number): Process {
    const done = new Signal(this.sim, `${this.name} transfer`);
    this.advance();
    this.passing.push({ left: bits, most: Math.min(most, this.rate), rate: 0, done });
    this.share();
    try {
      yield done;
    } finally {
      const at = this.passing.findIndex((p) => p.done === done);
      // Interrupted: its share goes to the others.
      if (at >= 0) {
        this.advance();
        this.passing.splice(at, 1);
        this.share();
      }
    }
  }

  /** Brings every flow's remaining bits up to now. */
  private advance(): void {
    const seconds = (this.sim.now - this.updated) / 1e9;
    for (const p of this.passing) p.left -= p.rate * seconds;
    this.updated = this.sim.now;
  }

  /** New rates after a flow came or went, and the time of the next to finish. */
  private share(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.passing.length === 0) return;
    const rates = shareLink(this.rate, this.passing.map((p) => p.most));
    let next = Infinity;
    this.passing.forEach((p, i) => {
      p.rate = rates[i];
      next = Math.min(next, Math.max(0, p.left) / p.rate);
    });
    this.timer = this.sim.after(Math.ceil(next * 1e9), () => this.finish());
  }

  private finish(): void {
    this.advance();
    // Less than a nanosecond's worth is rounding of the clock.
    const finished = this.passing.filter((p) => p.left <= p.rate / 1e9);
    for (const p of finished) this.passing.splice(this.passing.indexOf(p), 1);
    this.share();
    for (const p of finished) p.done.fire();
  }
}

/** A link under simulation: what connections are opened on. */
export class Link {
  /** From the first host of `between` to the second. */
  readonly up: SharedDirection;
  /** From the second host to the first. */
  readonly down: SharedDirection;

  /** @param spec both directions: rate, latency, queue, loss. */
  constructor(readonly sim: Simulation, readonly spec: LinkSpec) {
    const [a, b] = spec.between;
    this.up = new SharedDirection(sim, `link ${a} to ${b}`, spec.rate);
    this.down = new SharedDirection(sim, `link ${b} to ${a}`, spec.rate);
  }
}
