/** A binary heap of (when, argument): what ends first, without an object per entry. */
export class BurstHeap {
  size = 0;
  #keys: number[] = [];
  #arguments: number[] = [];

  /** The least key; undefined behaviour when empty. */
  get least(): number {
    return this.#keys[0] as number;
  }

  /** Adds an entry. */
  push(key: number, argument: number): void {
    const keys = this.#keys, values = this.#arguments;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((keys[parent] as number) <= key) break;
      keys[i] = keys[parent] as number;
      values[i] = values[parent] as number;
      i = parent;
    }
    keys[i] = key;
    values[i] = argument;
  }

  /** Takes the argument of the least key. */
  pop(): number {
    const keys = this.#keys, values = this.#arguments;
    const result = values[0] as number;
    const n = --this.size;
    const key = keys[n] as number, value = values[n] as number;
    let i = 0;
    while (true) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && (keys[child + 1] as number) < (keys[child] as number)) child++;
      if ((keys[child] as number) >= key) break;
      keys[i] = keys[child] as number;
      values[i] = values[child] as number;
      i = child;
    }
    keys[i] = key;
    values[i] = value;
    return result;
  }

  /** Empties the heap; gives the arguments. */
  clear(): number[] {
    const all = this.#arguments.slice(0, this.size);
    this.size = 0;
    return all;
  }
}
