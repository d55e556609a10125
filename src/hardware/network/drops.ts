/** What a link direction loses: packets at random, and those that find its queue full. */
import type { Direction } from "./host-costs.ts";

/** Room of a drop-tail queue before the link; both limits may hold, bytes on the wire. */
export interface QueueLimit {
  readonly bytes?: number | undefined;
  readonly packets?: number | undefined;
}

/** How a direction loses packets. */
export interface DropRules {
  /** Probability that a packet is lost, independent of all others; it takes no room in the queue. */
  readonly loss: number;
  readonly queue?: QueueLimit | undefined;
}

/** A link's description as far as losses go. */
interface Lossy {
  readonly loss?: number | undefined;
  readonly queue?: QueueLimit | undefined;
}

/** Whether a link with these rules can lose anything. */
export function canLose(rules: Lossy): boolean {
  return (rules.loss ?? 0) > 0 || rules.queue?.bytes !== undefined ||
    rules.queue?.packets !== undefined;
}

/** One direction's losses. The queue is emptied at the link's rate, as `deliver` serves it. */
export class Drops {
  /** Packets that were lost at random so far. */
  lost = 0;
  /** Packets that found the queue full so far. */
  refused = 0;
  private readonly waiting: { from: number; until: number; packets: number }[] = [];

  /** @param random uniform in [0, 1); the sequence of its draws decides which packets are lost. */
  constructor(private readonly rules: DropRules, private readonly random: () => number) {}

  /** Whether a packet of `wire` bytes is lost that comes at `now` (ns), behind `before` others. */
  takes(direction: Direction, now: number, wire: number, before: number): boolean {
    const { loss, queue } = this.rules;
    if (loss > 0 && this.random() < loss) {
      this.lost++;
      return true;
    }
    if (queue === undefined) return false;
    const at = now + direction.latency;
    const backlog = (Math.max(0, direction.busyUntil - at) * direction.rate) / 8e9;
    const full = (queue.bytes !== undefined && backlog + (before + 1) * wire > queue.bytes) ||
      (queue.packets !== undefined && this.packetsAt(at) + before + 1 > queue.packets);
    if (full) this.refused++;
    return full;
  }

  /** Remembers that `packets` occupy the link from `from` to `until`, ns. */
  admitted(from: number, until: number, packets: number): void {
    if (this.rules.queue?.packets !== undefined) this.waiting.push({ from, until, packets });
  }

  private packetsAt(at: number): number {
    while (this.waiting.length > 0 && this.waiting[0].until <= at) this.waiting.shift();
    let count = 0;
    for (const { from, until, packets } of this.waiting) {
      count += at <= from ? packets : Math.ceil((packets * (until - at)) / (until - from));
    }
    return count;
  }
}
