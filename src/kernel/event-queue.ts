/**
 * The future event list: pooled events in typed arrays, in order of (time, sequence).
 *
 * Four places hold events. Those due now stand in a FIFO lane. The near future is a sorted run and a
 * 4-ary heap beside it; further ahead stand rungs of buckets (a ladder queue: Tang, Goh and Thng
 * 2005), and beyond their end an unsorted top. Each event moves top → bucket → run once, so the cost
 * per event hardly grows with the number pending. Where buckets do not help (few events, ties, all
 * delays below a bucket's width) the heap alone does the work: it is always right, and O(log n).
 *
 * Times are whole and bucket widths powers of two, so every boundary is exact. Lane, heap and rungs have
 * files of their own; what moves events between them changes all of them and stays together here.
 */

import { EventHeap, EventList } from "./event-heap.ts";
import { EventPool } from "./event-pool.ts";
import { EventLane } from "./event-lane.ts";
import { Epochs, Rung, widthFor } from "./event-rung.ts";

/** `handler` of a cancelled event that still stands in the queue. */
export const DEAD = -1;

const RUN = 64; // a bucket of more is split further, or goes into the heap
const HEAP = 256; // a heap of more is spread over buckets where its times allow
const SMALL = 48; // this few events need no buckets
const RUNGS = 12;

/** The events that lie ahead, taken in order of (time, sequence); see the top of this file. */
export class EventQueue extends EventPool {
  /** Time of the event taken last. */
  now = 0;
  /** Events in the queue, cancelled ones included. */
  size = 0;
  /** Cancelled events still in the queue. */
  dead = 0;

  #purgeAt = 1024;

  #lane = new EventLane();
  #laneOpen = false; // nothing outside the lane is due now

  #runTime = new Float64Array(RUN);
  #runSlot = new Int32Array(RUN);
  #runAt = 0;
  #runEnd = 0;

  #heap = new EventHeap(this, 2 * HEAP);
  #heapMax = HEAP;

  #near = Infinity; // events before this go into the heap
  #rungs: Rung[] = [];
  #depth = 0;
  #top = new EventList(64);
  #far = Infinity; // events from here on go to the top
  #epochs = new Epochs();

  /** Adds an event at `time` (whole, not before `now`) and returns its slot. */
  add(time: number, handler: number, argument: number): number {
    const slot = this.take(time, handler, argument);
    this.size++;
    if (time === this.now) this.#lane.push(slot);
    else this.#place(time, slot);
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
      let time = this.now;
      const lane = this.#lane;
      if (lane.head !== lane.tail && (this.#laneOpen || this.#nothingNow())) {
        if (time > limit) return -1;
        slot = lane.shift();
      } else {
        const heap = this.#heap;
        if (this.#runAt < this.#runEnd) {
          time = this.#runTime[this.#runAt];
          if (heap.size !== 0 && heap.times[0] < time) {
            time = heap.times[0];
            if (time > limit) return -1;
            slot = heap.shift();
          } else {
            if (time > limit) return -1;
            slot = this.#runSlot[this.#runAt++];
          }
        } else if (heap.size !== 0) {
          time = heap.times[0];
          if (time > limit) return -1;
          slot = heap.shift();
        } else if (this.#advance()) continue;
        else return -1;
        this.#laneOpen = false;
      }
      this.size--;
      this.give(slot);
      if (this.words[(slot << 3) + 4] !== DEAD) {
        this.now = time;
        return slot;
      }
      this.dead--;
    }
  }

  /** Whether no event outside the lane is due at `now`; those were all scheduled before the lane's. */
  #nothingNow(): boolean {
    if (this.#runAt === this.#runEnd && this.#heap.size === 0 && !this.#advance()) {
      return this.#laneOpen = true;
    }
    const now = this.now;
    return this.#laneOpen = !((this.#runAt < this.#runEnd && this.#runTime[this.#runAt] === now) ||
      (this.#heap.size !== 0 && this.#heap.times[0] === now));
  }

  #push(time: number, slot: number): void {
    if (this.#heap.size >= this.#heapMax && this.#spread()) this.#place(time, slot);
    else this.#heap.push(time, slot);
  }

  /** Files an event wherever its time belongs, `now` excepted. */
  #place(time: number, slot: number): void {
    if (time < this.#near) this.#push(time, slot);
    else if (time < this.#far) this.#hang(time, slot);
    else this.#top.append(time, slot);
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
        if (this.#top.size === 0) {
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

  /** Brings a bucket into run or heap; false if it was spread over a new rung instead. */
  #load(head: number, rung: Rung, start: number): boolean {
    const times = this.#runTime;
    const slots = this.#runSlot;
    const doubles = this.doubles;
    const words = this.words;
    // Lists are mostly latest first, so a run is sorted from its end: ties then need no moves.
    let first = times.length;
    const least = first - RUN;
    let at = head;
    for (; at >= 0 && first > least; at = words[(at << 3) + 6]) {
      const time = doubles[at << 2];
      let i = --first;
      for (; i + 1 < times.length; i++) {
        const t = times[i + 1];
        if (t > time || (t === time && this.#heap.before(at, slots[i + 1]))) break;
        times[i] = t;
        slots[i] = slots[i + 1];
      }
      times[i] = time;
      slots[i] = at;
    }
    this.#runEnd = times.length;
    this.#runAt = at < 0 ? first : this.#runEnd;
    let n = this.#runEnd - first;
    if (at < 0) {
      rung.count -= n;
      return true;
    }
    for (; at >= 0; at = words[(at << 3) + 6]) n++;
    rung.count -= n;
    const range = this.#near - start;
    if (range === 1 && this.#line(head, n)) return true;
    if (range > 1 && this.#depth < RUNGS) {
      this.#addRung(start, this.#near, widthFor(range, n));
      for (at = this.#reverse(head); at >= 0;) {
        const following = words[(at << 3) + 6];
        this.#hang(doubles[at << 2], at);
        at = following;
      }
      this.#near = start;
      return false;
    }
    this.#heapMax = Math.max(HEAP, 2 * n);
    this.#heap.reserve(this.#heapMax);
    for (at = this.#reverse(head); at >= 0; at = words[(at << 3) + 6]) {
      this.#push(doubles[at << 2], at);
    }
    return true;
  }

  /** Makes a list of n events of one time the run, if it is in order: latest first. */
  #line(head: number, n: number): boolean {
    const words = this.words;
    for (let at = head; at >= 0;) {
      const earlier = words[(at << 3) + 6];
      if (earlier >= 0 && !this.#heap.before(earlier, at)) return false;
      at = earlier;
    }
    if (this.#runTime.length < n) {
      this.#runTime = new Float64Array(2 * n);
      this.#runSlot = new Int32Array(2 * n);
    }
    let i = this.#runEnd = this.#runTime.length;
    for (let at = head; at >= 0; at = words[(at << 3) + 6]) this.#runSlot[--i] = at;
    this.#runTime.fill(this.doubles[head << 2], i);
    this.#runAt = i;
    return true;
  }

  /** Turns a list round: earliest first. */
  #reverse(head: number): number {
    const words = this.words;
    let turned = -1;
    while (head >= 0) {
      const following = words[(head << 3) + 6];
      words[(head << 3) + 6] = turned;
      turned = head;
      head = following;
    }
    return turned;
  }

  #addRung(start: number, end: number, width: number): void {
    if (this.#rungs.length === this.#depth) this.#rungs.push(new Rung());
    this.#rungs[this.#depth++].open(start, end, width);
  }

  /** A new epoch: hangs the nearer part of the top into a rung, or all of it into the heap if small. */
  #descend(): void {
    const { times, slots, size: n } = this.#top;
    if (n <= SMALL) {
      this.#near = this.#far = Infinity;
      this.#top.size = 0;
      for (let i = 0; i < n; i++) this.#push(times[i], slots[i]);
      return;
    }
    const { start: least, end, width } = this.#epochs.next(times, n);
    this.#far = end;
    this.#near = least;
    this.#addRung(least, end, width);
    let left = 0;
    for (let i = 0; i < n; i++) {
      const slot = slots[i];
      const t = times[i];
      if (t < end) this.#hang(t, slot);
      else {
        slots[left] = slot;
        times[left++] = t;
      }
    }
    this.#top.size = left;
  }

  /** Spreads an overfull heap over buckets; false if its times lie too close together. */
  #spread(): boolean {
    const n = this.#heap.size;
    const times = this.#heap.times;
    const slots = this.#heap.slots;
    if (this.#runAt === this.#runEnd) {
      let most = 0;
      for (let i = 0; i < n; i++) if (times[i] > most) most = times[i];
      const least = times[0];
      if (most - least >= 16 && this.#depth < RUNGS) {
        const near = this.#near;
        this.#heap.size = 0;
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
    this.#heap.reserve(this.#heapMax);
    return false;
  }

  /** Rebuilds the queue without the cancelled events. */
  #purge(): void {
    const all: number[] = [];
    for (let i = this.#runAt; i < this.#runEnd; i++) all.push(this.#runSlot[i]);
    for (let i = 0; i < this.#heap.size; i++) all.push(this.#heap.slots[i]);
    for (let i = 0; i < this.#top.size; i++) all.push(this.#top.slots[i]);
    for (let d = 0; d < this.#depth; d++) {
      const rung = this.#rungs[d];
      for (let i = rung.current; i < rung.buckets; i++) {
        for (let at = rung.heads[i]; at >= 0; at = this.words[(at << 3) + 6]) all.push(at);
        rung.heads[i] = -1;
      }
    }
    this.#runAt = this.#runEnd;
    this.#depth = this.#heap.size = this.#top.size = 0;
    this.#near = this.#far = this.now + 1;
    for (const slot of all) {
      if (this.words[(slot << 3) + 4] === DEAD) {
        this.give(slot);
        this.size--;
        this.dead--;
      } else this.#place(this.doubles[slot << 2], slot);
    }
    this.#purgeAt = 1024 + 2 * this.dead; // what is left stands in the lane
  }
}
