/** Event records in one block of memory, used again as they come free. */

/** Events that may be pending at once. */
const MAX_EVENTS = 1 << 26;

/**
 * Pooled events. An event is known by its slot, whose generation tells successive users apart. A record
 * is half a cache line, so that an event costs few cache misses however many are pending.
 */
export class EventPool {
  /** Per slot 4 doubles: time, sequence, and two pairs of 32-bit integers seen through `words`. */
  doubles: Float64Array<ArrayBuffer> = new Float64Array(4 * 64);
  /** Per slot 8 words, of which 4 handler, 5 argument, 6 next in a list, 7 generation. */
  words: Int32Array<ArrayBuffer> = new Int32Array(this.doubles.buffer);
  #sequence = 0;
  #slots = 0;
  #free = -1;

  /** Takes a slot and writes an event into it. */
  protected take(time: number, handler: number, argument: number): number {
    const slot = this.#free >= 0 ? this.#free : this.#grow();
    const words = this.words;
    const w = slot << 3;
    this.#free = words[w + 6];
    const doubles = this.doubles;
    doubles[slot << 2] = time;
    doubles[(slot << 2) + 1] = this.#sequence++;
    words[w + 4] = handler;
    words[w + 5] = argument;
    return slot;
  }

  /** Frees a slot; its fields stay readable until the next `take`. */
  protected give(slot: number): void {
    const words = this.words;
    const w = slot << 3;
    words[w + 6] = this.#free;
    this.#free = slot;
    words[w + 7]++;
  }

  #grow(): number {
    if (this.#slots === MAX_EVENTS) {
      throw new RangeError(`more than ${MAX_EVENTS} events are pending; does a process run away?`);
    }
    if (4 * this.#slots === this.doubles.length) {
      const old = this.doubles;
      this.doubles = new Float64Array(2 * old.length);
      this.doubles.set(old);
      this.words = new Int32Array(this.doubles.buffer);
    }
    const slot = this.#slots++;
    this.words[(slot << 3) + 6] = -1;
    return slot;
  }
}
