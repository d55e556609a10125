/**
 * The future event list: pooled events in typed arrays, in order of (time, sequence).
 *
 * Four places hold events. Those due now stand in a FIFO lane. The near future is a sorted run and a
 * 4-ary heap beside it; further ahead stand rungs of buckets (a ladder queue: Tang, Goh and Thng
 * 2005), and beyond their end an unsorted top. Each event moves top → bucket → run once, so the cost
 * per event hardly grows with the number pending. Where buckets do not help (few events, ties, all
 * delays below a bucket's width) the heap alone does the work: it is always right, and O(log n).
 *
 * Times are whole and bucket widths powers of two, so every boundary is exact.
 */

/** `handler` of a cancelled event that still stands in the queue. */
export const DEAD = -1;

const RUN = 64; // a bucket of more is split further, or goes into the heap
const HEAP = 256; // a heap of more is spread over buckets where its times allow
const SMALL = 48; // this few events need no buckets
const OCCUPANCY = 4; // events aimed at per bucket
const RUNGS = 12;
const MAX_EVENTS = 1 << 26;
const MAX_BUCKETS = 1 << 20;

/** One level of buckets: `heads[i]` begins the list of events from start + i·width on. */
interface Rung {
  heads: Int32Array;
  start: number;
  width: number;
  inverse: number;
  buckets: number;
  /** Buckets before this one are used up. */
  current: number;
  /** First time beyond this rung. */
  end: number;
  /** Events held. */
  count: number;
}

/** Pooled events; an event is known by its slot, whose generation tells successive users apart. */
export class EventQueue {
  /** Per slot 4 doubles: time, sequence, and two pairs of 32-bit integers seen through `words`. */
  doubles: Float64Array = new Float64Array(4 * 64);
  /** Per slot 8 words, of which 4 handler, 5 argument, 6 next in list, 7 generation. */
  words: Int32Array = new Int32Array(this.doubles.buffer);
  /** Time of the event taken last. */
  now = 0;
  /** Events in the queue, cancelled ones included. */
  size = 0;
  /** Cancelled events still in the queue. */
  dead = 0;

  #purgeAt = 1024;
  #sequence = 0;
  #slots = 0;
  #free = -1;

  #lane = new Int32Array(64);
  #laneHead = 0;
  #laneTail = 0;
  #laneOpen = false; // nothing outside the lane is due now

  #runTime = new Float64Array(RUN);
  #runSlot = new Int32Array(RUN);
  #runAt = 0;
  #runEnd = 0;

  #heapTime = new Float64Array(2 * HEAP);
  #heapSlot = new Int32Array(2 * HEAP);
  #heapSize = 0;
  #heapMax = HEAP;

  #near = Infinity; // events before this go into the heap
  #rungs: Rung[] = [];
  #depth = 0;
  #top = new Int32Array(64);
  #topTime = new Float64Array(64);
  #topSize = 0;
  #far = Infinity; // events from here on go to the top
  #dice = 12345;

  /** Adds an event at `time` (whole, not before `now`) and returns its slot. */
  add(time: number, handler: number, argument: number): number {
    const slot = this.#free >= 0 ? this.#free : this.#grow();
    const words = this.words;
    const w = slot << 3;
    this.#free = words[w + 6];
    const doubles = this.doubles;
    doubles[slot << 2] = time;
    doubles[(slot << 2) + 1] = this.#sequence++;
    words[w + 4] = handler;
    words[w + 5] = argument;
    this.size++;
    if (time === this.now) this.#queueUp(slot);
    else if (time < this.#near) this.#push(time, slot);
    else if (time < this.#far) this.#hang(time, slot);
    else this.#stack(time, slot);
    return slot;
  }

  /** Cancels: the event is dropped when its turn comes, or when half of the queue is dead. */
  cancel(slot: number): void {
    this.words[(slot << 3) + 4] = DEAD;
    this.words[(slot << 3) + 7]++;
    if (++this.dead > this.#purgeAt && this.dead * 2 > this.size) this.#purge();
  }

  /**
   * Takes the first event not after `limit`, sets `now` and returns its slot, -1 if there is none. The
   * slot is free already; its fields stay readable until the next `add`.
   */
  next(limit: number): number {
    for (;;) {
      let slot: number;
      if (this.#laneHead !== this.#laneTail && (this.#laneOpen || this.#nothingNow())) {
        if (this.now > limit) return -1;
        slot = this.#lane[this.#laneHead];
        this.#laneHead = (this.#laneHead + 1) & (this.#lane.length - 1);
      } else if (this.#runAt < this.#runEnd) {
        const time = this.#runTime[this.#runAt];
        if (this.#heapSize !== 0 && this.#heapTime[0] < time) {
          const first = this.#heapTime[0];
          if (first > limit) return -1;
          slot = this.#shift();
          this.now = first;
        } else {
          if (time > limit) return -1;
          slot = this.#runSlot[this.#runAt++];
          this.now = time;
        }
        this.#laneOpen = false;
      } else if (this.#heapSize !== 0) {
        const first = this.#heapTime[0];
        if (first > limit) return -1;
        slot = this.#shift();
        this.now = first;
        this.#laneOpen = false;
      } else if (this.#advance()) continue;
      else return -1;
      this.size--;
      const w = slot << 3;
      const words = this.words;
      words[w + 6] = this.#free;
      this.#free = slot;
      if (words[w + 4] !== DEAD) {
        words[w + 7]++;
        return slot;
      }
      this.dead--;
    }
  }

  /** Whether no event outside the lane is due at `now`; those were all scheduled before the lane's. */
  #nothingNow(): boolean {
    if (this.#runAt === this.#runEnd && this.#heapSize === 0 && !this.#advance()) {
      return this.#laneOpen = true;
    }
    const now = this.now;
    return this.#laneOpen = !((this.#runAt < this.#runEnd && this.#runTime[this.#runAt] === now) ||
      (this.#heapSize !== 0 && this.#heapTime[0] === now));
  }

  #queueUp(slot: number): void {
    this.#lane[this.#laneTail] = slot;
    this.#laneTail = (this.#laneTail + 1) & (this.#lane.length - 1);
    if (this.#laneTail !== this.#laneHead) return;
    const old = this.#lane;
    const n = old.length;
    this.#lane = new Int32Array(2 * n);
    this.#lane.set(old.subarray(this.#laneHead), 0);
    this.#lane.set(old.subarray(0, this.#laneHead), n - this.#laneHead);
    this.#laneHead = 0;
    this.#laneTail = n;
  }

  // --- heap ---

  #push(time: number, slot: number): void {
    if (this.#heapSize >= this.#heapMax) {
      if (this.#spread()) return this.#place(time, slot);
    }
    const times = this.#heapTime;
    const slots = this.#heapSlot;
    let i = this.#heapSize++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const t = times[parent];
      if (t < time || (t === time && this.#before(slots[parent], slot))) break;
      times[i] = t;
      slots[i] = slots[parent];
      i = parent;
    }
    times[i] = time;
    slots[i] = slot;
  }

  #before(a: number, b: number): boolean {
    return this.doubles[(a << 2) + 1] < this.doubles[(b << 2) + 1];
  }

  #shift(): number {
    const times = this.#heapTime;
    const slots = this.#heapSlot;
    const first = slots[0];
    const n = --this.#heapSize;
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
        if (t < bestTime || (t === bestTime && this.#before(slots[child], slots[best]))) {
          best = child;
          bestTime = t;
        }
      }
      if (bestTime > time || (bestTime === time && this.#before(slot, slots[best]))) break;
      times[i] = bestTime;
      slots[i] = slots[best];
      i = best;
    }
    times[i] = time;
    slots[i] = slot;
    return first;
  }

  // --- ladder ---

  /** Files an event wherever its time belongs, `now` excepted. */
  #place(time: number, slot: number): void {
    if (time < this.#near) this.#push(time, slot);
    else if (time < this.#far) this.#hang(time, slot);
    else this.#stack(time, slot);
  }

  #stack(time: number, slot: number): void {
    const n = this.#topSize;
    if (n === this.#top.length) this.#growTop();
    this.#top[n] = slot;
    this.#topTime[n] = time;
    this.#topSize = n + 1;
  }

  #growTop(): void {
    const old = this.#topTime;
    this.#topTime = new Float64Array(2 * old.length);
    this.#topTime.set(old);
    this.#top = longer(this.#top);
  }

  /** Hangs an event into the innermost rung that covers its time. */
  #hang(time: number, slot: number): void {
    let d = this.#depth - 1;
    while (time >= this.#rungs[d].end) d--;
    const rung = this.#rungs[d];
    const i = ((time - rung.start) * rung.inverse) | 0;
    this.words[(slot << 3) + 6] = rung.heads[i];
    rung.heads[i] = slot;
    rung.count++;
  }

  /** Makes run or heap non-empty; false if nothing is left outside the lane. */
  #advance(): boolean {
    this.#heapMax = HEAP;
    for (;;) {
      if (this.#depth === 0) {
        if (this.#topSize === 0) {
          this.#near = this.#far = Infinity;
          return false;
        }
        this.#descend();
        if (this.#depth === 0) return true;
      }
      const rung = this.#rungs[this.#depth - 1];
      if (rung.count === 0) {
        this.#near = rung.end;
        this.#depth--;
        continue;
      }
      const heads = rung.heads;
      let i = rung.current;
      while (heads[i] < 0) i++;
      const head = heads[i];
      heads[i] = -1;
      rung.current = i + 1;
      const start = rung.start + i * rung.width;
      const end = start + rung.width;
      this.#near = end < rung.end ? end : rung.end;
      if (this.#load(head, rung, start)) return true;
    }
  }

  /** Brings a bucket into the run; false if it was spread over a new rung instead. */
  #load(head: number, rung: Rung, start: number): boolean {
    const times = this.#runTime;
    const slots = this.#runSlot;
    const doubles = this.doubles;
    const words = this.words;
    let n = 0;
    let at = head;
    for (; at >= 0 && n < RUN; at = words[(at << 3) + 6]) {
      const time = doubles[at << 2];
      let i = n++;
      while (i > 0) {
        const t = times[i - 1];
        if (t < time || (t === time && this.#before(slots[i - 1], at))) break;
        times[i] = t;
        slots[i] = slots[i - 1];
        i--;
      }
      times[i] = time;
      slots[i] = at;
    }
    if (at < 0) {
      rung.count -= n;
      this.#runAt = 0;
      this.#runEnd = n;
      return true;
    }
    for (; at >= 0; at = words[(at << 3) + 6]) n++;
    rung.count -= n;
    this.#runAt = this.#runEnd = 0;
    const range = this.#near - start;
    if (range > 1 && this.#depth < RUNGS) {
      this.#addRung(start, this.#near, widthFor(range, n));
      for (at = head; at >= 0;) {
        const following = words[(at << 3) + 6];
        this.#hang(doubles[at << 2], at);
        at = following;
      }
      this.#near = start;
      return false;
    }
    while (this.#heapTime.length < n + HEAP) this.#growHeap();
    this.#heapMax = Math.max(HEAP, 2 * n);
    for (at = head; at >= 0; at = words[(at << 3) + 6]) this.#push(doubles[at << 2], at);
    return true;
  }

  #addRung(start: number, end: number, width: number): void {
    const buckets = Math.min(Math.ceil((end - start) / width), MAX_BUCKETS);
    let rung = this.#rungs[this.#depth];
    if (rung === undefined) {
      rung = {
        heads: new Int32Array(64).fill(-1),
        start: 0.5,
        width: 0.5,
        inverse: 0.5,
        buckets: 0,
        current: 0,
        end: 0.5,
        count: 0,
      };
      this.#rungs.push(rung);
    }
    if (rung.heads.length < buckets) {
      rung.heads = new Int32Array(Math.max(buckets, 2 * rung.heads.length)).fill(-1);
    }
    rung.start = start;
    rung.width = width;
    rung.inverse = 1 / width;
    rung.buckets = buckets;
    rung.current = 0;
    rung.end = end;
    rung.count = 0;
    this.#depth++;
  }

  /** A new epoch: hangs the nearer part of the top into a rung, or all of it into the heap if small. */
  #descend(): void {
    const n = this.#topSize;
    const top = this.#top;
    const times = this.#topTime;
    if (n <= SMALL) {
      this.#near = this.#far = Infinity;
      this.#topSize = 0;
      for (let i = 0; i < n; i++) this.#push(times[i], top[i]);
      return;
    }
    let least = Infinity;
    let most = 0;
    for (let i = 0; i < n; i++) {
      const t = times[i];
      if (t < least) least = t;
      if (t > most) most = t;
    }
    // Half of the events lie before the median: their density there sets the width.
    const sample = new Float64Array(63);
    for (let i = 0; i < 63; i++) {
      this.#dice = (Math.imul(this.#dice, 1664525) + 1013904223) | 0;
      sample[i] = times[(this.#dice >>> 0) % n];
    }
    sample.sort();
    const span = Math.max(1, sample[31] - least);
    const width = widthFor(2 * span, n);
    const end = Math.min(
      most + 1,
      least + Math.max(4 * span, 64),
      least + width * MAX_BUCKETS,
    );
    this.#far = end;
    this.#near = least;
    this.#addRung(least, end, width);
    let left = 0;
    for (let i = 0; i < n; i++) {
      const slot = top[i];
      const t = times[i];
      if (t < end) this.#hang(t, slot);
      else {
        top[left] = slot;
        times[left++] = t;
      }
    }
    this.#topSize = left;
  }

  /** Spreads an overfull heap over buckets; false if its times lie too close together. */
  #spread(): boolean {
    const n = this.#heapSize;
    const times = this.#heapTime;
    const slots = this.#heapSlot;
    if (this.#runAt === this.#runEnd) {
      let most = 0;
      for (let i = 0; i < n; i++) if (times[i] > most) most = times[i];
      const least = times[0];
      if (most - least >= 16 && this.#depth < RUNGS) {
        const near = this.#near;
        this.#heapSize = 0;
        if (near === Infinity) {
          this.#far = this.#near = least;
          for (let i = 0; i < n; i++) this.#place(times[i], slots[i]);
          this.#far = this.#near = Infinity;
          this.#descend();
        } else {
          this.#addRung(least, near, widthFor(near - least, n));
          this.#near = least;
          for (let i = 0; i < n; i++) this.#hang(times[i], slots[i]);
        }
        this.#heapMax = HEAP;
        return true;
      }
    }
    this.#heapMax = 2 * n;
    while (this.#heapTime.length < this.#heapMax) this.#growHeap();
    return false;
  }

  #growHeap(): void {
    const old = this.#heapTime;
    this.#heapTime = new Float64Array(2 * old.length);
    this.#heapTime.set(old);
    this.#heapSlot = longer(this.#heapSlot);
  }

  /** Rebuilds the queue without the cancelled events. */
  #purge(): void {
    const all: number[] = [];
    for (let i = this.#runAt; i < this.#runEnd; i++) all.push(this.#runSlot[i]);
    for (let i = 0; i < this.#heapSize; i++) all.push(this.#heapSlot[i]);
    for (let i = 0; i < this.#topSize; i++) all.push(this.#top[i]);
    for (let d = 0; d < this.#depth; d++) {
      const rung = this.#rungs[d];
      for (let i = rung.current; i < rung.buckets; i++) {
        for (let at = rung.heads[i]; at >= 0; at = this.words[(at << 3) + 6]) all.push(at);
        rung.heads[i] = -1;
      }
    }
    this.#depth =
      this.#runAt =
      this.#runEnd =
      this.#heapSize =
      this.#topSize =
        0;
    this.#near = this.#far = this.now + 1;
    for (const slot of all) {
      const w = slot << 3;
      if (this.words[w + 4] === DEAD) {
        this.words[w + 6] = this.#free;
        this.#free = slot;
        this.size--;
        this.dead--;
      } else this.#place(this.doubles[slot << 2], slot);
    }
    this.#purgeAt = 1024 + 2 * this.dead; // what is left stands in the lane
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

/** The power of two that gives n events over `range` about OCCUPANCY each; at least 1 ns. */
function widthFor(range: number, n: number): number {
  const ideal = Math.max((range * OCCUPANCY) / n, (2 * range) / MAX_BUCKETS);
  return ideal <= 1 ? 1 : 2 ** Math.floor(Math.log2(ideal));
}

function longer(old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const fresh = new Int32Array(2 * old.length);
  fresh.set(old);
  return fresh;
}
