/**
 * When each thread goes on: a heap in order of (time, rank of the thread). The order depends on
 * nothing else, so two ways to simulate the same run that agree on the times agree on the order.
 * Times lie in the order of the heap, so that what is compared lies together.
 */
export class ThreadQueue {
  /** Time of each thread, by number; meaningful while it is in the queue. */
  times: Float64Array = new Float64Array(64);
  /** Threads in the heap, and their times. */
  private heap: Int32Array = new Int32Array(64);
  private keys: Float64Array = new Float64Array(64);
  /** Place of each thread in the heap, -1: none. */
  private places: Int32Array = new Int32Array(64).fill(-1);
  private size = 0;

  /** The thread that is next; -1: none. */
  get first(): number {
    return this.size === 0 ? -1 : this.heap[0] as number;
  }

  /** Whether thread `id`, which is first now, would be first again with another time. */
  staysFirst(id: number, time: number): boolean {
    const { heap } = this;
    if (heap[0] !== id) return false;
    const { size } = this;
    return (size < 2 || this.before(id, time, 1)) && (size < 3 || this.before(id, time, 2));
  }

  /** Put a thread in, or move it. */
  set(id: number, time: number): void {
    if (id >= this.places.length) this.grow(id);
    const place = this.places[id] as number;
    this.times[id] = time;
    if (place < 0) this.up(this.size++, id, time);
    else if (time < (this.keys[place] as number)) this.up(place, id, time);
    else this.down(place, id, time);
  }

  remove(id: number): void {
    const place = id < this.places.length ? this.places[id] as number : -1;
    if (place < 0) return;
    this.places[id] = -1;
    const end = --this.size;
    if (place === end) return;
    const last = this.heap[end] as number;
    const time = this.keys[end] as number;
    if (place > 0 && this.before(last, time, (place - 1) >> 1)) this.up(place, last, time);
    else this.down(place, last, time);
  }

  private before(id: number, time: number, place: number): boolean {
    const at = this.keys[place] as number;
    return time < at || (time === at && id < (this.heap[place] as number));
  }

  private up(from: number, id: number, time: number): void {
    const { heap, keys, places } = this;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const at = keys[parent] as number;
      const other = heap[parent] as number;
      if (at < time || (at === time && other < id)) break;
      heap[place] = other;
      keys[place] = at;
      places[other] = place;
      place = parent;
    }
    heap[place] = id;
    keys[place] = time;
    places[id] = place;
  }

  private down(from: number, id: number, time: number): void {
    const { heap, keys, places, size } = this;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      let at = keys[child] as number;
      let other = heap[child] as number;
      if (child + 1 < size) {
        const t = keys[child + 1] as number;
        if (t <= at) {
          const right = heap[child + 1] as number;
          if (t < at || right < other) {
            child++;
            other = right;
            at = t;
          }
        }
      }
      if (time < at || (time === at && id < other)) break;
      heap[place] = other;
      keys[place] = at;
      places[other] = place;
      place = child;
    }
    heap[place] = id;
    keys[place] = time;
    places[id] = place;
  }

  private grow(id: number): void {
    const length = Math.max(2 * this.places.length, id + 1);
    const times = new Float64Array(length);
    times.set(this.times);
    this.times = times;
    const keys = new Float64Array(length);
    keys.set(this.keys);
    this.keys = keys;
    const heap = new Int32Array(length);
    heap.set(this.heap);
    this.heap = heap;
    const places = new Int32Array(length).fill(-1);
    places.set(this.places);
    this.places = places;
  }
}
