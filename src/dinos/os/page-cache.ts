/** Page caches of the Dkernels: memory that a process got and does not use yet (Figure 6.6, steps 2 and 11). */

/** Bytes cached for each process on each Dkernel. */
export class PageCaches {
  private readonly bytes = new Map<string, number[]>();
  /** Requests met alone, and those that were not. */
  hits = 0;
  misses = 0;

  constructor(private readonly hosts: number) {}

  /** Bytes cached for a process, on one Dkernel or on all. */
  of(process: string, host?: number): number {
    const list = this.bytes.get(process) ?? [];
    return host === undefined ? list.reduce((a, b) => a + b, 0) : list[host] ?? 0;
  }

  /** Bytes cached on a Dkernel for all processes. */
  on(host: number): number {
    let sum = 0;
    for (const list of this.bytes.values()) sum += list[host] ?? 0;
    return sum;
  }

  /** Take `bytes` if there are so many; whether there were. */
  take(process: string, host: number, bytes: number): boolean {
    const met = this.of(process, host) >= bytes;
    if (met) this.add(process, host, -bytes);
    if (met) this.hits++;
    else this.misses++;
    return met;
  }

  /** Put bytes into (or, negative, take them from) a cache. */
  add(process: string, host: number, bytes: number): void {
    let list = this.bytes.get(process);
    if (list === undefined) {
      this.bytes.set(process, list = Array.from({ length: this.hosts }, () => 0));
    }
    list[host] = (list[host] as number) + bytes;
  }

  /** The process has ended: its caches are dropped on every Dkernel. Bytes dropped. */
  drop(process: string): number {
    const dropped = this.of(process);
    this.bytes.delete(process);
    return dropped;
  }
}
