/** Events that are due now, in the order of their scheduling: a ring over a typed array. */
export class EventLane {
  /** The slots; a power of two of them. */
  slots: Int32Array<ArrayBuffer> = new Int32Array(64);
  /** Index of the first event; equal to `tail` when there is none. */
  head = 0;
  /** Index behind the last event. */
  tail = 0;

  /** Adds an event's slot behind the others. */
  push(slot: number): void {
    this.slots[this.tail] = slot;
    this.tail = (this.tail + 1) & (this.slots.length - 1);
    if (this.tail === this.head) this.#grow();
  }

  /** Takes the first event's slot; there must be one. */
  shift(): number {
    const slot = this.slots[this.head];
    this.head = (this.head + 1) & (this.slots.length - 1);
    return slot;
  }

  #grow(): void {
    const { slots: old, head } = this;
    const n = old.length;
    this.slots = new Int32Array(2 * n);
    this.slots.set(old.subarray(head), 0);
    this.slots.set(old.subarray(0, head), n - head);
    this.head = 0;
    this.tail = n;
  }
}
