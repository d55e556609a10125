/** The future event list: pooled records in typed arrays, ordered by (time, sequence). */

const FREE = -2;

/** Pooled events in a 4-ary heap. Ids are slots; a slot's generation tells its users apart. */
export class EventQueue {
  time = new Float64Array(64);
  seq = new Float64Array(64);
  handler = new Int32Array(64);
  argument = new Int32Array(64);
  generation = new Int32Array(64);
  #heap = new Int32Array(64);
  #free: number[] = [];
  #slots = 0;
  #sequence = 0;
  /** Entries held, cancelled ones included. */
  size = 0;

  add(time: number, handler: number, argument: number): number {
    const slot = this.#free.length > 0 ? this.#free.pop() as number : this.#grow();
    this.time[slot] = time;
    this.seq[slot] = this.#sequence++;
    this.handler[slot] = handler;
    this.argument[slot] = argument;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const other = this.#heap[parent];
      if (!this.#less(slot, other)) break;
      this.#heap[i] = other;
      i = parent;
    }
    this.#heap[i] = slot;
    return slot;
  }

  /** Marks as cancelled; the entry leaves the heap when its time comes. */
  cancel(slot: number): void {
    this.handler[slot] = FREE;
    this.generation[slot]++;
  }

  /** Time of the first live event; Infinity when there is none. */
  peek(): number {
    while (this.size > 0) {
      const slot = this.#heap[0];
      if (this.handler[slot] !== FREE) return this.time[slot];
      this.#drop();
      this.#free.push(slot);
    }
    return Infinity;
  }

  /** Takes the first event (after `peek`); its fields stay readable until the next `add`. */
  pop(): number {
    const slot = this.#heap[0];
    this.#drop();
    this.generation[slot]++;
    this.#free.push(slot);
    return slot;
  }

  #less(a: number, b: number): boolean {
    const d = this.time[a] - this.time[b];
    return d < 0 || (d === 0 && this.seq[a] < this.seq[b]);
  }

  #drop(): void {
    const n = --this.size;
    const last = this.#heap[n];
    let i = 0;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= n) break;
      let best = first;
      const end = Math.min(first + 4, n);
      for (let c = first + 1; c < end; c++) {
        if (this.#less(this.#heap[c], this.#heap[best])) best = c;
      }
      if (!this.#less(this.#heap[best], last)) break;
      this.#heap[i] = this.#heap[best];
      i = best;
    }
    this.#heap[i] = last;
  }

  #grow(): number {
    if (this.#slots === this.time.length) {
      const n = this.#slots * 2;
      const longer = <A extends Float64Array | Int32Array>(old: A, fresh: A) => {
        fresh.set(old as never);
        return fresh;
      };
      this.time = longer(this.time, new Float64Array(n));
      this.seq = longer(this.seq, new Float64Array(n));
      this.handler = longer(this.handler, new Int32Array(n));
      this.argument = longer(this.argument, new Int32Array(n));
      this.generation = longer(this.generation, new Int32Array(n));
      this.#heap = longer(this.#heap, new Int32Array(n));
    }
    return this.#slots++;
  }
}
