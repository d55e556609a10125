/** A queue of number records in one growing ring: no allocation per packet. */

/** First in, first out; each record is `width` numbers. */
export class Fifo {
  private data: Float64Array;
  private mask: number;
  private first = 0;
  /** Records held. */
  length = 0;

  constructor(private readonly width: number, capacity = 64) {
    this.mask = 2 ** Math.ceil(Math.log2(capacity)) - 1;
    this.data = new Float64Array((this.mask + 1) * width);
  }

  /** Adds a record's fields; those beyond `width` are ignored. */
  push(a: number, b = 0, c = 0, d = 0): void {
    if (this.length > this.mask) this.grow();
    const at = ((this.first + this.length) & this.mask) * this.width;
    this.length++;
    this.data[at] = a;
    if (this.width > 1) this.data[at + 1] = b;
    if (this.width > 2) this.data[at + 2] = c;
    if (this.width > 3) this.data[at + 3] = d;
  }

  /** Field of the oldest record. */
  head(field: number): number {
    return this.data[this.first * this.width + field];
  }

  /** Drops the oldest record. */
  shift(): void {
    this.first = (this.first + 1) & this.mask;
    this.length--;
  }

  /** Overwrites a field of the oldest record. */
  setHead(field: number, value: number): void {
    this.data[this.first * this.width + field] = value;
  }

  /** Field of the newest record. */
  tail(field: number): number {
    return this.data[((this.first + this.length - 1) & this.mask) * this.width + field];
  }

  /** Overwrites a field of the newest record. */
  setTail(field: number, value: number): void {
    this.data[((this.first + this.length - 1) & this.mask) * this.width + field] = value;
  }

  private grow(): void {
    const old = this.data;
    const split = this.first * this.width;
    this.data = new Float64Array(old.length * 2);
    this.data.set(old.subarray(split), 0);
    this.data.set(old.subarray(0, split), old.length - split);
    this.mask = this.mask * 2 + 1;
    this.first = 0;
  }
}
