/**
 * When each thread goes on: a calendar queue in order of (time, rank of the thread) (R. Brown, Calendar
 * queues, Communications of the ACM 31, 1988). The order depends on nothing else, so two ways to simulate
 * the same run that agree on the times agree on the order.
 *
 * Days are short, so that of a hundred threads about one is due on each, and looking through the days ahead
 * is counting zeros. What is due later than the calendar reaches waits in a list of its own.
 */

/** Days per ns, and days in the calendar: both powers of two. */
const DAYS_PER_NS = 1 / 16;
const DAYS = 256;
/** The list of what is due later. */
const LATER = DAYS;

/** Threads in order of their times. */
export class ThreadQueue {
  /** Time of each thread, by number, set before it is put in; meaningful while it is in the queue. */
  times: Float64Array = new Float64Array(64);
  /** First thread of each day, and of what is due later; -1: none. */
  private readonly heads: Int32Array = new Int32Array(DAYS + 1).fill(-1);
  /** One bit for each day on which a thread is due. */
  private readonly due: Int32Array = new Int32Array(DAYS / 32);
  /** Neighbours of each thread in the list of its day, and the place of that day; -1: none. */
  private next: Int32Array = new Int32Array(64).fill(-1);
  private previous: Int32Array = new Int32Array(64).fill(-1);
  private days: Int32Array = new Int32Array(64).fill(-1);
  /** The calendar begins with this day; nothing is due before it. */
  private today = 0;
  /** No thread in the list of what is due later is due before this day. */
  private laterFrom = Infinity;
  /** The thread that is next, while that is known; -1: not known. */
  private best = -1;

  /** The thread that is next; -1: none. */
  get first(): number {
    return this.best >= 0 ? this.best : this.find();
  }

  /** Whether a thread, for which there is room, is in. */
  has(id: number): boolean {
    return (this.days[id] as number) >= 0;
  }

  /** Take out the thread that is next: time has come to it. */
  take(): void {
    const id = this.first;
    if (id < 0) return;
    this.remove(id);
    const day = Math.floor((this.times[id] as number) * DAYS_PER_NS);
    if (day <= this.today) return;
    this.today = day;
    if (this.laterFrom < day + DAYS) this.enterLater();
  }

  /** Put a thread in, or move it, due at its time in `times`. */
  put(id: number): void {
    if ((this.days[id] as number) >= 0) this.remove(id);
    const time = this.times[id] as number;
    const day = Math.floor(time * DAYS_PER_NS);
    const ahead = day - this.today;
    if (ahead >= DAYS) {
      if (day < this.laterFrom) this.laterFrom = day;
      this.link(id, LATER);
    } else this.link(id, (ahead < 0 ? this.today : day) & (DAYS - 1));
    const { best } = this;
    if (best >= 0 && this.isBefore(id, best)) this.best = id;
  }

  /** Take a thread out, if it is in. */
  remove(id: number): void {
    const place = id < this.days.length ? this.days[id] as number : -1;
    if (place < 0) return;
    const { next, previous } = this;
    const after = next[id] as number;
    const before = previous[id] as number;
    if (after >= 0) previous[after] = before;
    if (before >= 0) next[before] = after;
    else {
      this.heads[place] = after;
      if (after < 0 && place !== LATER) {
        const word = place >> 5;
        this.due[word] = (this.due[word] as number) & ~(1 << (place & 31));
      }
    }
    this.days[id] = -1;
    if (id === this.best) this.best = -1;
  }

  private link(id: number, place: number): void {
    const head = this.heads[place] as number;
    this.next[id] = head;
    this.previous[id] = -1;
    if (head >= 0) this.previous[head] = id;
    else if (place !== LATER) {
      const word = place >> 5;
      this.due[word] = (this.due[word] as number) | (1 << (place & 31));
    }
    this.heads[place] = id;
    this.days[id] = place;
  }

  private find(): number {
    const ahead = this.daysAhead();
    const near = ahead < 0
      ? -1
      : this.earliest(this.heads[(this.today + ahead) & (DAYS - 1)] as number);
    if (ahead >= 0 && this.today + ahead < this.laterFrom) return this.best = near;
    // Hardly ever: what is due later may come first.
    const far = this.earliest(this.heads[LATER] as number);
    this.laterFrom = far < 0 ? Infinity : Math.floor((this.times[far] as number) * DAYS_PER_NS);
    if (near < 0 || far < 0) return this.best = Math.max(near, far);
    return this.best = this.isBefore(near, far) ? near : far;
  }

  /** The earliest thread of a list that begins with `id`; -1 of none. */
  private earliest(id: number): number {
    const { next } = this;
    let best = id;
    if (best < 0) return -1;
    for (let other = next[best] as number; other >= 0; other = next[other] as number) {
      if (this.isBefore(other, best)) best = other;
    }
    return best;
  }

  private isBefore(a: number, b: number): boolean {
    const at = this.times[a] as number;
    const other = this.times[b] as number;
    return at < other || (at === other && a < b);
  }

  /** Days from today to the first one on which a thread is due; -1: none in the calendar. */
  private daysAhead(): number {
    const { due } = this;
    const from = this.today & (DAYS - 1);
    let word = from >> 5;
    let bits = (due[word] as number) & (-1 << (from & 31));
    for (let i = 0; i <= DAYS / 32; i++) {
      if (bits !== 0) {
        const place = (word << 5) + 31 - Math.clz32(bits & (~bits + 1));
        return (place - from) & (DAYS - 1);
      }
      word = (word + 1) & (DAYS / 32 - 1);
      bits = due[word] as number;
    }
    return -1;
  }

  /** Enter what is due later but has come within the calendar's reach. */
  private enterLater(): void {
    const { next, times, today } = this;
    this.laterFrom = Infinity;
    for (let id = this.heads[LATER] as number; id >= 0;) {
      const after = next[id] as number;
      const day = Math.floor((times[id] as number) * DAYS_PER_NS);
      if (day - today < DAYS) {
        this.remove(id);
        this.link(id, day & (DAYS - 1));
      } else this.laterFrom = Math.min(this.laterFrom, day);
      id = after;
    }
  }

  /** Make room for threads up to number `id`. */
  reserve(id: number): void {
    if (id < this.days.length) return;
    const length = Math.max(2 * this.days.length, id + 1);
    const longer = (now: Int32Array) => {
      const next = new Int32Array(length).fill(-1);
      next.set(now);
      return next;
    };
    const times = new Float64Array(length);
    times.set(this.times);
    this.times = times;
    this.next = longer(this.next);
    this.previous = longer(this.previous);
    this.days = longer(this.days);
  }
}
