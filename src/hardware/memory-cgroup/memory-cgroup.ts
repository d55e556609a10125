/**
 * A memory control group as Linux keeps it (mm/memcontrol.c): charges in batches from a per-CPU stock,
 * a hard limit, page cache that reclaim can drop, an OOM hook before the kill, and EBUSY for a limit
 * below what cannot be reclaimed.
 */

/** Bytes of a page. */
export const PAGE = 4096;
/** `MEMCG_CHARGE_BATCH`: pages that one CPU charges ahead. */
const CHARGE_BATCH = 32;
/** `MAX_RECLAIM_RETRIES`. */
const RECLAIM_RETRIES = 5;

/** How to make a group. */
export interface MemoryCgroupOptions {
  /** memory.max, bytes; `Infinity`: none. */
  readonly limit?: number;
  /** CPUs whose stock may hold charges; default 1. */
  readonly cpus?: number;
}

/** Counters as in memory.stat and memory.events. */
export interface MemoryStat {
  /** Charged bytes: anonymous, page cache and stock. What cAdvisor calls usage. */
  readonly usage: number;
  /** Bytes of heaps and stacks. */
  readonly anonymous: number;
  /** Bytes of cached files, which reclaim may drop. */
  readonly pageCache: number;
  /** Charges that found the group at its limit (`memory.events: max`). */
  readonly limitHits: number;
  /** Bytes of page cache dropped by reclaim. */
  readonly reclaimed: number;
  /** Charges that reclaim could not make room for. */
  readonly ooms: number;
  /** Kills. */
  readonly oomKills: number;
  /** Largest usage so far, bytes. */
  readonly peak: number;
}

/** Memory of one container. All amounts are bytes; charges are rounded up to pages. */
export class MemoryCgroup {
  /** Most that may be charged, bytes; change it with `setLimit`. */
  limit: number;
  #anonymous = 0;
  #pageCache = 0;
  #stock = 0;
  #limitHits = 0;
  #reclaimed = 0;
  #ooms = 0;
  #oomKills = 0;
  #peak = 0;
  readonly #batch: number;

  /** @throws {RangeError} for a limit of less than a page. */
  constructor(readonly name: string, options: MemoryCgroupOptions = {}) {
    const { limit = Infinity, cpus = 1 } = options;
    if (!(limit >= PAGE)) {
      throw new RangeError(
        `memory cgroup "${name}": a limit of ${limit} B; expected a page or more`,
      );
    }
    this.limit = limit;
    this.#batch = CHARGE_BATCH * PAGE * cpus;
  }

  /** What the counter says: anonymous memory, page cache and the CPUs' stock. */
  get usage(): number {
    return this.#anonymous + this.#pageCache + this.#stock;
  }
  /** Room below the limit, bytes. */
  get slack(): number {
    return this.limit - this.usage;
  }

  /**
   * `try_charge` for anonymous memory: from the stock; else a batch; at the limit reclaim, then the
   * stock is drained, five tries in all.
   *
   * @returns false when there is no room: the caller asks the OOM hook and then kills or tries again.
   */
  charge(size: number): boolean {
    return this.#charge(size, false);
  }

  /** The same for a page read from a file: it replaces other page cache at the limit. */
  readFile(size: number): boolean {
    return this.#charge(size, true);
  }

  /** Gives anonymous memory back. @throws {RangeError} for more than is charged. */
  uncharge(size: number): void {
    const amount = toPages(size);
    if (amount > this.#anonymous) {
      throw new RangeError(`memory cgroup "${this.name}": ${size} B freed, fewer are in use`);
    }
    this.#anonymous -= amount;
  }

  /**
   * A write to memory.max: page cache is reclaimed to fit.
   *
   * @returns false (EBUSY) when usage cannot be brought below it; the limit stays as it was.
   */
  setLimit(limit: number): boolean {
    if (limit < this.usage) {
      this.#drain();
      this.#reclaim(this.usage - limit);
      if (limit < this.usage) return false;
    }
    this.limit = Math.max(PAGE, limit);
    return true;
  }

  /** Everything is gone with its processes. */
  kill(): void {
    this.#oomKills++;
    this.#anonymous = this.#pageCache = this.#stock = 0;
  }

  /** The counters. */
  stat(): MemoryStat {
    return {
      usage: this.usage,
      anonymous: this.#anonymous,
      pageCache: this.#pageCache,
      limitHits: this.#limitHits,
      reclaimed: this.#reclaimed,
      ooms: this.#ooms,
      oomKills: this.#oomKills,
      peak: this.#peak,
    };
  }

  #charge(size: number, file: boolean): boolean {
    const amount = toPages(size);
    if (amount <= this.#stock) {
      this.#stock -= amount;
      this.#book(amount, file);
      return true;
    }
    let want = Math.max(amount, this.#batch);
    if (this.usage + want > this.limit) {
      this.#limitHits++;
      want = amount;
      for (let tries = 0; this.usage + want > this.limit; tries++) {
        if (tries > RECLAIM_RETRIES) {
          this.#ooms++;
          return false;
        }
        if (this.#reclaim(this.usage + want - this.limit) === 0) this.#drain();
      }
    }
    this.#book(amount, file);
    this.#stock += want - amount;
    return true;
  }

  #book(amount: number, file: boolean): void {
    if (file) this.#pageCache += amount;
    else this.#anonymous += amount;
    if (this.usage > this.#peak) this.#peak = this.usage;
  }

  #reclaim(size: number): number {
    const freed = Math.min(this.#pageCache, toPages(size));
    this.#pageCache -= freed;
    this.#reclaimed += freed;
    return freed;
  }

  #drain(): void {
    this.#stock = 0;
  }
}

function toPages(size: number): number {
  return Math.ceil(size / PAGE) * PAGE;
}
