/** Who has memory where: allocation by domain, refused when a domain is full. */

/** A domain cannot hold what was asked of it. */
export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";
}

/** Bytes allocated in each NUMA domain. */
export class MemoryLedger {
  private readonly used: number[];

  /** @param capacity bytes of each domain; 0 for a domain without memory. */
  constructor(readonly capacity: readonly number[]) {
    this.used = capacity.map(() => 0);
  }

  /** Bytes in use, in one domain or in all. */
  inUse(domain?: number): number {
    return domain === undefined
      ? this.used.reduce((a, b) => a + b, 0)
      : this.used[domain] as number;
  }

  /**
   * Take `bytes` in `domain` for `what`.
   *
   * @throws {OutOfMemoryError} when the domain does not exist or has too little left; nothing changes.
   */
  allocate(domain: number, bytes: number, what: string): void {
    const capacity = this.capacity[domain];
    if (capacity === undefined) {
      throw new OutOfMemoryError(
        `${what} is to live on domain ${domain}, which does not exist; ` +
          `the machine has domains 0..${this.capacity.length - 1}`,
      );
    }
    const free = capacity - (this.used[domain] as number);
    if (bytes > free) {
      const gib = (n: number) => `${(n / 2 ** 30).toFixed(2)} GiB`;
      throw new OutOfMemoryError(
        `out of memory: ${what} needs ${gib(bytes)} on domain ${domain}, which has ${gib(free)} ` +
          `free of ${gib(capacity)}; remove a replica there or place this one elsewhere`,
      );
    }
    this.used[domain] = (this.used[domain] as number) + bytes;
  }

  /** Give back what was allocated. */
  release(domain: number, bytes: number): void {
    this.used[domain] = Math.max(0, (this.used[domain] as number) - bytes);
  }
}
