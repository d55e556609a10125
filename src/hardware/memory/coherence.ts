/**
 * Directory coherence over a few equidistant sockets (MESIF as on Intel's UPI): every line has an owner
 * or copies, a miss costs what its distance costs, and one line moves one step at a time, so contended
 * read-modify-writes queue.
 */
import { GRID_STEP, onGrid } from "./grid.ts";
import { type CacheLine, NOBODY } from "./line.ts";
import type { MemoryValues } from "./parts/part.ts";

/** Access modes. */
export type AccessMode =
  /** load */
  | 0
  /** store */
  | 1
  /** locked read-modify-write */
  | 2;

/**
 * When whoever has a line loses it to a request: when that is done (a spinner sees the old value until
 * then), or when it is asked for, as if the home sent everybody's invalidations at once.
 */
export type Loss = "done" | "asked";

/** Where a miss is served: places in the tables of latencies. */
const OWN_SOCKET = 0, FROM_HOME = 1, AT_HOME = 2, THIRD = 3, MEMORY = 4, FAR_MEMORY = 5, L3 = 6;

/**
 * Times of a line, ns: until when its home is busy moving it (later requests queue); when the last of those
 * who read it so far has it; until when the first request in flight has not got it yet.
 */
const BUSY = 0, READ = 1, CHANGES = 2, TIMES = 4;

/** Prices accesses to cache lines and keeps the lines' states. */
export class Coherence {
  /** Lines moved between caches, and read-modify-writes that had to queue. */
  transfers = 0;
  queued = 0;
  readonly cores: number;

  /**
   * Copies of all lines, side by side: one bit per core, words of a domain together. Each line has room
   * for its copies and its former ones.
   */
  private copies: Int32Array = new Int32Array(1024);
  private used = 0;
  private times: Float64Array = new Float64Array(1024);
  private timed = 0;
  /** Words of a domain's bits in a line, of all; and each core's domain, word and bit. */
  private readonly words: number;
  private readonly width: number;
  private readonly domains: readonly number[];
  private readonly wordOf: readonly number[];
  private readonly bitOf: readonly number[];
  /** Latencies of misses by where they are served, in ns; on the grid; and with what queueing adds. */
  private readonly latencies: readonly number[];
  private readonly alone: Float64Array;
  private readonly behind: Float64Array;
  /** Least time in which a request takes a line, or the right to write it, from somebody else, in ns. */
  readonly shortest: number;
  /** Time of a hit in the own cache by access mode, ns on the grid of times. */
  readonly hits: readonly [number, number, number];

  constructor(readonly values: MemoryValues, readonly loss: Loss = "asked") {
    const hit = onGrid(values.cacheHit);
    this.hits = [hit, hit, onGrid(values.atomicHit)];
    this.shortest = Math.min(
      values.transferLocal,
      values.transferHomeOwner,
      values.transferHomeRequester,
      values.transferHomeThird,
      values.localLatency,
      values.remoteLatency,
    );
    this.latencies = [
      values.transferLocal,
      values.transferHomeOwner,
      values.transferHomeRequester,
      values.transferHomeThird,
      values.localLatency,
      values.remoteLatency,
      values.l3Latency,
    ];
    // One message from socket to socket: half of what a remote load takes longer.
    const hop = (values.remoteLatency - values.localLatency) / 2;
    // The slowest access that no other socket takes part in.
    const inSocket = Math.max(values.localLatency, values.transferLocal, values.l3Latency);
    this.alone = Float64Array.from(this.latencies, onGrid);
    // Two requests for one line at a time are a conflict. If the line changes sockets the home resolves
    // it by one more message, to the socket that has just got the line.
    this.behind = Float64Array.from(
      this.latencies,
      (latency) => onGrid(latency + (latency > inSocket ? hop : 0)),
    );
    const per = values.coresPerDomain;
    this.cores = values.domains * per;
    this.words = Math.ceil(per / 32);
    this.width = values.domains * this.words;
    const all = Array.from({ length: this.cores }, (_, core) => core);
    this.domains = all.map((core) => Math.floor(core / per));
    this.wordOf = all.map((core) =>
      Math.floor(core / per) * this.words + Math.floor((core % per) / 32)
    );
    this.bitOf = all.map((core) => 1 << (core % per % 32));
  }

  /** The domain of a core: cores are numbered socket by socket. */
  domainOf(core: number): number {
    return this.domains[core] as number;
  }

  /**
   * Time at which an access of `core` to `line`, issued at `now`, has its data (or ownership), in ns: on
   * the grid of times if `now` is. Accesses are to be asked for in order of time.
   */
  access(line: CacheLine, mode: AccessMode, core: number, now: number): number {
    const hit = now + this.hits[mode];
    if (line.copies < 0) this.makeRoom(line);
    const { copies, times } = this;
    const t = line.times;
    const { owner } = line;
    const changesAt = times[t + CHANGES] as number;
    const pending = now < changesAt;
    if (pending && hit < changesAt && this.had(line, mode, core)) return hit;
    const place = line.copies + (this.wordOf[core] as number);
    const bit = this.bitOf[core] as number;
    if (mode !== 0 ? owner === core : ((copies[place] as number) & bit) !== 0) return hit;
    const domain = this.domains[core] as number;
    let from: number;
    if (owner !== NOBODY) {
      from = served(this.domains[owner] as number, domain, line.home);
    } else if (mode === 0) {
      from = this.isIn(line, domain) ? L3 : domain === line.home ? MEMORY : FAR_MEMORY;
    } else {
      from = this.invalidation(line, domain);
    }
    this.transfers++;
    let done: number;
    const busyUntil = times[t + BUSY] as number;
    if (busyUntil > now) {
      this.queued++;
      done = busyUntil + (this.behind[from] as number);
    } else done = now + (this.alone[from] as number);
    // Who reads a clean line disturbs nobody, but has it before somebody else changes it.
    if (this.loss === "done") {
      if (mode !== 0) done = Math.max(done, (times[t + READ] as number) + GRID_STEP);
      else times[t + READ] = Math.max(times[t + READ] as number, done);
    }
    if (mode === 0) {
      // A modified line is written back and shared; the former owner keeps a copy.
      if (owner !== NOBODY) {
        if (!pending && this.loss === "done") this.keepFormer(line, done);
        times[t + BUSY] = done;
        line.owner = NOBODY;
      }
      copies[place] = (copies[place] as number) | bit;
      return done;
    }
    times[t + BUSY] = done;
    line.owner = core;
    let at = line.copies;
    if (!pending && this.loss === "done") {
      // The copies there were become the former ones, whose place takes the new ones.
      line.copies = line.formerCopies;
      line.formerCopies = at;
      line.formerOwner = owner;
      times[t + CHANGES] = done;
      at = line.copies;
    }
    for (let i = at; i < at + this.width; i++) copies[i] = 0;
    copies[at + (this.wordOf[core] as number)] = bit;
    return done;
  }

  /**
   * Time before which a hit of `core` in its own cache must be over to be sure, whatever others ask for from `now` on:
   * whoever has a line keeps it until the first request for it is done, and a request takes time. -1: it
   * does not hit.
   */
  sureUntil(line: CacheLine, mode: AccessMode, core: number, now: number): number {
    if (line.copies < 0) return -1;
    const changesAt = this.times[line.times + CHANGES] as number;
    if (now < changesAt) return this.had(line, mode, core) ? changesAt : -1;
    const hit = mode !== 0 ? line.owner === core : this.has(line.copies, core);
    return hit ? now + this.shortest : -1;
  }

  /** Time until which the first request in flight for a line has not got it yet, in ns; past: there is none. */
  changesAt(line: CacheLine): number {
    return line.times < 0 ? 0 : this.times[line.times + CHANGES] as number;
  }

  /** Whatever moved the line is over: the next request does not queue. */
  settle(line: CacheLine): void {
    if (line.times >= 0) this.times[line.times + BUSY] = 0;
  }

  /** Whether `core` could do this before the requests in flight. */
  private had(line: CacheLine, mode: AccessMode, core: number): boolean {
    if (line.formerOwner === core) return true;
    return mode === 0 && this.has(line.formerCopies, core);
  }

  /** Whether `core` is among the copies at `place`. */
  private has(place: number, core: number): boolean {
    const word = this.copies[place + (this.wordOf[core] as number)] as number;
    return (word & (this.bitOf[core] as number)) !== 0;
  }

  private keepFormer(line: CacheLine, until: number): void {
    const { copies, width } = this;
    for (let i = 0; i < width; i++) {
      copies[line.formerCopies + i] = copies[line.copies + i] as number;
    }
    line.formerOwner = line.owner;
    this.times[line.times + CHANGES] = until;
  }

  private makeRoom(line: CacheLine): void {
    line.copies = this.used;
    line.formerCopies = this.used + this.width;
    this.used += 2 * this.width;
    line.times = this.timed;
    this.timed += TIMES;
    if (this.used > this.copies.length) {
      const longer = new Int32Array(2 * this.used);
      longer.set(this.copies);
      this.copies = longer;
    }
    if (this.timed > this.times.length) {
      const longer = new Float64Array(2 * this.timed);
      longer.set(this.times);
      this.times = longer;
    }
  }

  private isIn(line: CacheLine, domain: number): boolean {
    const { copies, words } = this;
    const from = line.copies + domain * words;
    if (words === 1) return copies[from] !== 0;
    for (let i = from; i < from + words; i++) if (copies[i] !== 0) return true;
    return false;
  }

  /** Latency of fetching a line that a core of `owner` has modified, for a core of `requester`. */
  transfer(owner: number, requester: number, home: number): number {
    return this.latencies[served(owner, requester, home)] as number;
  }

  /** Where the right to write a clean line comes from. */
  private invalidation(line: CacheLine, domain: number): number {
    const { home } = line;
    const { domains } = this.values;
    for (let d = 0; d < domains; d++) {
      if (d !== domain && this.isIn(line, d)) return home === domain ? AT_HOME : FROM_HOME;
    }
    if (this.isIn(line, domain)) return OWN_SOCKET;
    return home === domain ? MEMORY : FAR_MEMORY;
  }
}

/** Where a line that a core of `owner` has modified comes from, for a core of `requester`. */
function served(owner: number, requester: number, home: number): number {
  if (owner === requester) return OWN_SOCKET;
  if (home === owner) return FROM_HOME;
  return home === requester ? AT_HOME : THIRD;
}
