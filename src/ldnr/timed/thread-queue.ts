/**
 * When each thread goes on: a heap in order of (time, rank of the thread). The order depends on
 * nothing else, so two ways to simulate the same run that agree on the times agree on the order.
 */
export class ThreadQueue {
  /** Time of each thread, by number; meaningful while it is in the queue. */
  times: Float64Array = new Float64Array(64);
  private heap: Int32Array = new Int32Array(64);
  /** Place of each thread in the heap, -1: none. */
  private places: Int32Array = new Int32Array(64).fill(-1);
  private size = 0;

  /** The thread that is next; -1: none. */
  get first(): number {
    return this.size === 0 ? -1 : this.heap[0] as number;
  }

  /** Whether thread `id`, which is first now, would be first again with another time. */
  staysFirst(id: number, time: number): boolean {
    const { heap, size } = this;
    if (heap[0] !== id) return false;
    return (size < 2 || this.before(id, time, heap[1] as number)) &&
      (size < 3 || this.before(id, time, heap[2] as number));
  }

  /** Put a thread in, or move it. */
  set(id: number, time: number): void {
    if (id >= this.places.length) this.grow(id);
    const place = this.places[id] as number;
    const { times } = this;
    if (place < 0) {
      times[id] = time;
      this.up(this.size++, id, time);
      return;
    }
    const before = times[id] as number;
    times[id] = time;
    if (time < before) this.up(place, id, time);
    else this.down(place, id, time);
  }

  remove(id: number): void {
    const place = id < this.places.length ? this.places[id] as number : -1;
    if (place < 0) return;
    this.places[id] = -1;
    const last = this.heap[--this.size] as number;
    if (place === this.size) return;
    const time = this.times[last] as number;
    if (place > 0 && this.before(last, time, this.heap[(place - 1) >> 1] as number)) {
      this.up(place, last, time);
    } else this.down(place, last, time);
  }

  private before(id: number, time: number, other: number): boolean {
    const at = this.times[other] as number;
    return time < at || (time === at && id < other);
  }

  private up(from: number, id: number, time: number): void {
    const { heap, places } = this;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = heap[parent] as number;
      if (!this.before(id, time, other)) break;
      heap[place] = other;
      places[other] = place;
      place = parent;
    }
    heap[place] = id;
    places[id] = place;
  }

  private down(from: number, id: number, time: number): void {
    const { heap, places, times, size } = this;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      let other = heap[child] as number;
      let at = times[other] as number;
      if (child + 1 < size) {
        const right = heap[child + 1] as number;
        const t = times[right] as number;
        if (t < at || (t === at && right < other)) {
          child++;
          other = right;
          at = t;
        }
      }
      if (time < at || (time === at && id < other)) break;
      heap[place] = other;
      places[other] = place;
      place = child;
    }
    heap[place] = id;
    places[id] = place;
  }

  private grow(id: number): void {
    const length = Math.max(2 * this.places.length, id + 1);
    const times = new Float64Array(length);
    times.set(this.times);
    this.times = times;
    const heap = new Int32Array(length);
    heap.set(this.heap);
    this.heap = heap;
    const places = new Int32Array(length).fill(-1);
    places.set(this.places);
    this.places = places;
  }
}
