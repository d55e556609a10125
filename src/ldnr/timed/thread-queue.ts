/**
 * When each thread goes on: a calendar queue in order of (time, rank of the thread) (R. Brown, Calendar
 * queues, Communications of the ACM 31, 1988). The order depends on nothing else, so two ways to simulate
 * the same run that agree on the times agree on the order.
 *
 * Days are short, so that even of a hundred threads seldom two are due on one, and looking through the days ahead
 * is counting zeros. What is due later than the calendar reaches waits in a list of its own.
 */

/** Days per ns, and days in the calendar: both powers of two. */
const DAYS_PER_NS = 1 / 8;
const DAYS = 512;
/** The list of what is due later. */
const LATER = DAYS;

/**
 * Places in the array of lists: one bit for each day on which a thread is due; the first thread of each day, and of
 * what is due later (-1: none); and four words for each thread.
 */
const DUE = 0, HEADS = DAYS / 32, THREADS = HEADS + DAYS + 8;
/** Of a thread: its neighbours in the list of its day, and the place of that day; -1: none. */
const NEXT = THREADS, PREVIOUS = THREADS + 1, DAY = THREADS + 2;

/** Threads in order of their times. Places are computed with `| 0`: V8 then computes with machine words. */
export class ThreadQueue {
  /** Time of each thread, by number, set before it is put in; meaningful while it is in the queue. */
  times: Float64Array = new Float64Array(64);
  private lists: Int32Array = new Int32Array(THREADS + 4 * 64).fill(-1).fill(0, DUE, HEADS);
  /** The calendar begins with this day, modulo 2^32; nothing is due before it. */
  private today = 0;
  /** Time at which the calendar ends. */
  private end = DAYS / DAYS_PER_NS;
  /** No thread in the list of what is due later is due before this time. */
  private laterFrom = Infinity;
  /** The thread that is next, while that is known; -1: not known. */
  private best = -1;

  /** The thread that is next; -1: none. */
  get first(): number {
    const best = this.best | 0;
    return best >= 0 ? best : this.find();
  }

  /** Whether a thread, for which there is room, is in. */
  has(id: number): boolean {
    return (this.lists[((id << 2) + DAY) | 0] as number) >= 0;
  }

  /** Take out the thread that is next: time has come to it. */
  take(): void {
    const id = this.first | 0;
    if (id < 0) return;
    this.unlink(id);
    const days = (this.times[id] as number) * DAYS_PER_NS;
    const day = days | 0;
    if (day !== this.today) this.turnTo(Math.floor(days));
  }

  /** The calendar begins with `day` from now on. */
  private turnTo(day: number): void {
    this.today = day | 0;
    this.end = (day + DAYS) / DAYS_PER_NS;
    if (this.laterFrom < this.end) this.enterLater();
  }

  /** Put a thread in, or move it, due at its time in `times`; not before what was taken last. */
  put(id: number): void {
    const thread = id | 0;
    if ((this.lists[((thread << 2) + DAY) | 0] as number) >= 0) this.unlink(thread);
    const time = this.times[thread] as number;
    if (time < this.end) this.link(thread, ((time * DAYS_PER_NS) | 0) & (DAYS - 1));
    else {
      if (time < this.laterFrom) this.laterFrom = time;
      this.link(thread, LATER);
    }
    const best = this.best | 0;
    if (best >= 0 && this.isBefore(thread, best) === true) this.best = thread;
  }

  /** Take a thread out, if it is in. */
  remove(id: number): void {
    if (id < this.times.length && this.has(id)) this.unlink(id);
  }

  private unlink(id: number): void {
    const { lists } = this;
    const at = (id << 2) | 0;
    const place = lists[(at + DAY) | 0] as number;
    const after = lists[(at + NEXT) | 0] as number;
    const before = lists[(at + PREVIOUS) | 0] as number;
    if (after >= 0) lists[((after << 2) + PREVIOUS) | 0] = before;
    if (before >= 0) lists[((before << 2) + NEXT) | 0] = after;
    else {
      lists[(place + HEADS) | 0] = after;
      if (after < 0 && place !== LATER) {
        const word = (DUE + (place >> 5)) | 0;
        lists[word] = (lists[word] as number) & ~(1 << (place & 31));
      }
    }
    lists[(at + DAY) | 0] = -1;
    if (id === this.best) this.best = -1;
  }

  private link(id: number, place: number): void {
    const { lists } = this;
    const at = (id << 2) | 0;
    const head = lists[(place + HEADS) | 0] as number;
    lists[(at + NEXT) | 0] = head;
    lists[(at + PREVIOUS) | 0] = -1;
    lists[(at + DAY) | 0] = place;
    lists[(place + HEADS) | 0] = id;
    if (head >= 0) lists[((head << 2) + PREVIOUS) | 0] = id;
    else if (place !== LATER) {
      const word = (DUE + (place >> 5)) | 0;
      lists[word] = (lists[word] as number) | (1 << (place & 31));
    }
  }

  private find(): number {
    const near = this.earliest(this.lists[this.firstDay()] as number) | 0;
    if (near >= 0 && (this.times[near] as number) < this.laterFrom) {
      this.best = near;
      return near;
    }
    // Hardly ever: what is due later may come first.
    const far = this.earliest(this.lists[HEADS + LATER] as number);
    this.laterFrom = far < 0 ? Infinity : this.times[far] as number;
    if (near < 0 || far < 0) return this.best = Math.max(near, far);
    return this.best = this.isBefore(near, far) ? near : far;
  }

  /** The earliest thread of a list that begins with `id`; -1 of none. */
  private earliest(id: number): number {
    const { lists, times } = this;
    let best = id | 0;
    if (best < 0) return -1;
    let other = lists[((best << 2) + NEXT) | 0] as number;
    if (other < 0) return best;
    let least = times[best] as number;
    while (other >= 0) {
      const time = times[other] as number;
      if (time < least || (time === least && other < best)) {
        best = other;
        least = time;
      }
      other = lists[((other << 2) + NEXT) | 0] as number;
    }
    return best;
  }

  private isBefore(a: number, b: number): boolean {
    const { times } = this;
    const at = times[a] as number;
    const other = times[b] as number;
    return at < other || (at === other && a < b);
  }

  /** Place of the list of the first day on which a thread is due; of the day before today if there is none. */
  private firstDay(): number {
    const { lists } = this;
    const from = this.today & (DAYS - 1);
    let word = from >> 5;
    let bits = (lists[(DUE + word) | 0] as number) & (-1 << (from & 31));
    for (let i = 0; i <= DAYS / 32; i++) {
      if (bits !== 0) return (HEADS + (word << 5) + 31 - Math.clz32(bits & -bits)) | 0;
      word = (word + 1) & (DAYS / 32 - 1);
      bits = lists[(DUE + word) | 0] as number;
    }
    return (HEADS + ((from - 1) & (DAYS - 1))) | 0;
  }

  /** Enter what is due later but has come within the calendar's reach. */
  private enterLater(): void {
    const { lists, times } = this;
    this.laterFrom = Infinity;
    for (let id = lists[HEADS + LATER] as number; id >= 0;) {
      const after = lists[(id << 2) + NEXT] as number;
      const time = times[id] as number;
      if (time < this.end) {
        this.unlink(id);
        this.link(id, ((time * DAYS_PER_NS) | 0) & (DAYS - 1));
      } else this.laterFrom = Math.min(this.laterFrom, time);
      id = after;
    }
  }

  /** Make room for threads up to number `id`. */
  reserve(id: number): void {
    if (id < this.times.length) return;
    const length = Math.max(2 * this.times.length, id + 1);
    const times = new Float64Array(length);
    times.set(this.times);
    this.times = times;
    const lists = new Int32Array(THREADS + 4 * length).fill(-1);
    lists.set(this.lists);
    this.lists = lists;
  }
}
