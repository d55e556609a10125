/** The near future: a 4-ary heap over typed arrays, in order of (time, sequence). */

/** Where an event's sequence number is found: one double in four, the second of its record. */
export interface Records {
  /** Per slot 4 doubles, of which 1 is the sequence number. */
  doubles: Float64Array;
}

/** Events with their times, in no order. */
export class EventList {
  /** Times; `size` of them are in use. */
  times: Float64Array<ArrayBuffer>;
  /** The slots of those events. */
  slots: Int32Array<ArrayBuffer>;
  /** Events held. */
  size = 0;

  /** @param capacity events that fit in before it grows. */
  constructor(capacity: number) {
    this.times = new Float64Array(capacity);
    this.slots = new Int32Array(capacity);
  }

  /** Makes room for `capacity` events. */
  reserve(capacity: number): void {
    if (this.times.length >= capacity) return;
    const { times, slots } = this;
    const length = Math.max(capacity, 2 * times.length);
    this.times = new Float64Array(length);
    this.times.set(times);
    this.slots = new Int32Array(length);
    this.slots.set(slots);
  }

  /** Adds an event at the end. */
  append(time: number, slot: number): void {
    const n = this.size;
    if (n === this.times.length) this.reserve(n + 1);
    this.times[n] = time;
    this.slots[n] = slot;
    this.size = n + 1;
  }
}

/** A 4-ary heap of events by time, `times[0]` first; ties are broken by their sequence numbers. */
export class EventHeap extends EventList {
  constructor(private readonly records: Records, capacity: number) {
    super(capacity);
  }

  /** Whether event `a` was scheduled before `b`. */
  before(a: number, b: number): boolean {
    const doubles = this.records.doubles;
    return doubles[(a << 2) + 1] < doubles[(b << 2) + 1];
  }

  /** Adds an event; there must be room (`reserve`). */
  push(time: number, slot: number): void {
    const times = this.times;
    const slots = this.slots;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const t = times[parent];
      if (t < time || (t === time && this.before(slots[parent], slot))) break;
      times[i] = t;
      slots[i] = slots[parent];
      i = parent;
    }
    times[i] = time;
    slots[i] = slot;
  }

  /** Takes the first event and returns its slot. */
  shift(): number {
    const times = this.times;
    const slots = this.slots;
    const first = slots[0];
    const n = --this.size;
    const time = times[n];
    const slot = slots[n];
    let i = 0;
    for (;;) {
      let child = 4 * i + 1;
      if (child >= n) break;
      let best = child;
      let bestTime = times[child];
      const end = child + 4 < n ? child + 4 : n;
      while (++child < end) {
        const t = times[child];
        if (t < bestTime || (t === bestTime && this.before(slots[child], slots[best]))) {
          best = child;
          bestTime = t;
        }
      }
      if (bestTime > time || (bestTime === time && this.before(slot, slots[best]))) break;
      times[i] = bestTime;
      slots[i] = slots[best];
      i = best;
    }
    times[i] = time;
    slots[i] = slot;
    return first;
  }
}
