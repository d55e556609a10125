/**
 * Directory coherence over a few equidistant sockets (MESIF as on Intel's UPI): every line has an owner
 * or copies, a miss costs what its distance costs, and one line moves one step at a time, so contended
 * read-modify-writes queue.
 */
import * as grid from "./grid.ts";
import type { CacheLine } from "./line.ts";
import * as owners from "./line.ts";
import type { MemoryValues } from "./parts/part.ts";
import * as registers from "./registers.ts";
import * as places from "./served.ts";
import { missTimes } from "./served.ts";

// Own copies of constants: see registers.ts.
const { GRID_STEP, onGrid } = grid;
const { NOBODY } = owners;
const { AT_HOME, FAR_MEMORY, FROM_HOME, L3, MEMORY, OWN_SOCKET, THIRD } = places;
const { REGISTERS, ACCESS, SURE } = registers;

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

/**
 * Places in the array of times. At its beginning times of hits by access mode, and of misses by where they are
 * served: alone, and behind another one for the same line; ns, on the grid of times.
 */
const HITS = 0, ALONE = 3, BEHIND = 10, HEADER = 17;

/**
 * The state of a line lies together, on a cache line of this machine where there are four domains. Its times,
 * ns: until when its home is busy moving it (later requests queue); when the last of those who read it so far
 * has it; until when the first request in flight has not got it yet.
 */
const BUSY = 0, READ = 1, CHANGES = 2, TIMES = 3;

/**
 * Behind them, as 32-bit words: the core that has it modified; who had before the first request in flight,
 * and has until that is done; from `COPIES` on the copies, one bit per core, words of a domain together; and
 * behind those the former ones.
 */
const OWNER = 0, FORMER_OWNER = 1, COPIES = 2;

/** Behind the header, four 32-bit words for each core: its domain, its word of a line's copies, and its bit there. */
const CORES = 2 * HEADER, DOMAIN = 0, WORD = 1, BIT = 2;

/**
 * Prices accesses to cache lines and keeps the lines' states.
 *
 * What most accesses look at lies in one array, as times and as 32-bit words, and its places are computed with `| 0`:
 * so V8 has one array to check, and computes with machine words.
 */
export class Coherence {
  /** Lines moved between caches, and read-modify-writes that had to queue. */
  transfers = 0;
  queued = 0;
  readonly cores: number;
  private times: Float64Array;
  private bits: Int32Array;
  private used: number;
  /** Words of a domain's bits in a line, of all. */
  private readonly words: number;
  private readonly width: number;
  private readonly domains: number;
  /** Length of a record, in times. */
  private readonly length: number;
  /** Latencies of misses by where they are served, ns. */
  private readonly latencies: readonly number[];
  /** Least time in which a request takes a line, or the right to write it, from somebody else, in ns. */
  readonly shortest: number;
  /** Whoever has a line loses it only when the request is done. */
  private readonly lasts: boolean;
  /** Time of a hit in the own cache by access mode, ns on the grid of times. */
  readonly hits: Float64Array;

  constructor(readonly values: MemoryValues, readonly loss: Loss = "asked") {
    this.lasts = loss === "done";
    const { domains, coresPerDomain } = values;
    this.domains = domains | 0;
    this.cores = (domains * coresPerDomain) | 0;
    this.words = Math.ceil(coresPerDomain / 32) | 0;
    this.width = (domains * this.words) | 0;
    this.length = (TIMES + Math.ceil((COPIES + 2 * this.width) / 2)) | 0;
    // Records begin at a cache line of this machine.
    this.used = (Math.ceil((HEADER + 2 * this.cores) / 8) * 8) | 0;
    this.times = new Float64Array(this.used + 4096);
    this.bits = new Int32Array(this.times.buffer);
    const { latencies, alone, behind } = missTimes(values);
    this.latencies = latencies;
    // A line that somebody else has to himself does not come from the last-level cache.
    this.shortest = Math.min(...latencies.filter((_, from) => from !== L3));
    const hit = onGrid(values.cacheHit);
    this.hits = Float64Array.of(hit, hit, onGrid(values.atomicHit));
    this.times.set(this.hits, HITS);
    this.times.set(alone, ALONE);
    this.times.set(behind, BEHIND);
    for (let core = 0; core < this.cores; core++) {
      const domain = Math.floor(core / coresPerDomain);
      const place = core % coresPerDomain;
      const word = COPIES + domain * this.words + Math.floor(place / 32);
      this.bits.set([domain, word, 1 << (place % 32)], CORES + 4 * core);
    }
  }

  /** The domain of a core: cores are numbered socket by socket. */
  domainOf(core: number): number {
    return this.bits[CORES + (core << 2) + DOMAIN] as number;
  }

  /**
   * Time at which an access of `core` to `line`, issued at `now`, has its data (or ownership), in ns: on
   * the grid of times if `now` is. Accesses are to be asked for in order of time.
   */
  access(line: CacheLine, mode: AccessMode, core: number, now: number): number {
    REGISTERS[ACCESS] = now;
    this.fetch(line, mode, core);
    return REGISTERS[ACCESS] as number;
  }

  /**
   * The same, with the time of issue and then that of the end in the register `ACCESS`, and in `SURE` what `lookUp`
   * says: where it is called most, that costs less.
   */
  fetch(line: CacheLine, mode: AccessMode, core: number): void {
    const record = line.record | 0;
    if (record < 0) {
      this.makeRoom(line);
      this.fetch(line, mode, core);
      return;
    }
    const { times, bits } = this;
    const me = core | 0;
    const writes = (mode | 0) !== 0;
    const now = REGISTERS[ACCESS] as number;
    const hit = now + (times[(mode + HITS) | 0] as number);
    const changesAt = times[(record + CHANGES) | 0] as number;
    const pending = now < changesAt;
    if (pending === true && hit < changesAt && this.had(record, mode, core) === true) {
      REGISTERS[ACCESS] = hit;
      REGISTERS[SURE] = changesAt;
      return;
    }
    const word = (record + TIMES) << 1;
    const owner = bits[word + OWNER | 0] as number;
    const own = (CORES + (me << 2)) | 0;
    const place = (word + (bits[(own + WORD) | 0] as number)) | 0;
    const bit = bits[(own + BIT) | 0] as number;
    if (writes === true ? owner === me : ((bits[place] as number) & bit) !== 0) {
      REGISTERS[ACCESS] = hit;
      REGISTERS[SURE] = pending === true ? -1 : now + this.shortest;
      return;
    }
    REGISTERS[SURE] = -1;
    const domain = bits[(own + DOMAIN) | 0] as number;
    const from = owner !== NOBODY
      ? served(bits[(CORES + (owner << 2) + DOMAIN) | 0] as number, domain, line.home | 0)
      : writes === true
      ? this.invalidation(word, domain, line.home | 0)
      : this.clean(word, domain, line.home | 0);
    this.transfers++;
    let done: number;
    const busyUntil = times[(record + BUSY) | 0] as number;
    if (busyUntil > now) {
      this.queued++;
      done = busyUntil + (times[(BEHIND + from) | 0] as number);
    } else done = now + (times[(ALONE + from) | 0] as number);
    // Who reads a clean line disturbs nobody, but has it before somebody else changes it.
    if (this.lasts === true) {
      const read = times[(record + READ) | 0] as number;
      if (writes === true) done = Math.max(done, read + GRID_STEP);
      else if (done > read) times[(record + READ) | 0] = done;
    }
    REGISTERS[ACCESS] = done;
    if (writes !== true && owner === NOBODY) {
      bits[place] = (bits[place] as number) | bit;
      return;
    }
    times[(record + BUSY) | 0] = done;
    if (pending !== true && this.lasts === true) this.keepFormer(record, owner);
    if (writes !== true) {
      // A modified line is written back and shared; the former owner keeps a copy.
      bits[(word + OWNER) | 0] = NOBODY;
      bits[place] = (bits[place] as number) | bit;
      return;
    }
    bits[(word + OWNER) | 0] = me;
    const first = (word + COPIES) | 0;
    const end = (first + this.width) | 0;
    for (let i = first; i < end; i = (i + 1) | 0) bits[i] = 0;
    bits[place] = bit;
  }

  /**
   * Time before which a hit of `core` in its own cache must be over to be sure, whatever others ask for from the time
   * in `ACCESS` on, into `SURE`: whoever has a line keeps it until the first request for it is done, and a request
   * takes time. -1: it does not hit.
   */
  lookUp(line: CacheLine, mode: AccessMode, core: number): void {
    const { times, bits } = this;
    const record = line.record | 0;
    REGISTERS[SURE] = -1;
    if (record < 0) return;
    const now = REGISTERS[ACCESS] as number;
    const changesAt = times[(record + CHANGES) | 0] as number;
    if (now < changesAt) {
      if (this.had(record, mode, core) === true) REGISTERS[SURE] = changesAt;
      return;
    }
    const me = core | 0;
    const own = (CORES + (me << 2)) | 0;
    const word = (record + TIMES) << 1;
    const hit = (mode | 0) !== 0
      ? bits[(word + OWNER) | 0] === me
      : ((bits[(word + (bits[(own + WORD) | 0] as number)) | 0] as number) &
        (bits[(own + BIT) | 0] as number)) !== 0;
    if (hit === true) REGISTERS[SURE] = now + this.shortest;
  }

  /** The same for reads of all of `lines` and a read-modify-write of `own`: the earliest; -1: not all hit. */
  lookUpAll(lines: readonly CacheLine[], own: CacheLine, core: number): void {
    const { times, bits } = this;
    const now = REGISTERS[ACCESS] as number;
    const record = own.record | 0;
    // The common case first: no request is in flight.
    if (record < 0 || now < (times[(record + CHANGES) | 0] as number)) {
      this.lookUpEach(lines, own, core);
      return;
    }
    REGISTERS[SURE] = -1;
    const me = core | 0;
    if (bits[(((record + TIMES) << 1) + OWNER) | 0] !== me) return;
    const mine = (CORES + (me << 2)) | 0;
    const place = ((TIMES << 1) + (bits[(mine + WORD) | 0] as number)) | 0;
    const bit = bits[(mine + BIT) | 0] as number;
    for (let i = 0; i < lines.length; i++) {
      const record = (lines[i] as CacheLine).record | 0;
      if (record < 0 || now < (times[(record + CHANGES) | 0] as number)) {
        this.lookUpEach(lines, own, core);
        return;
      }
      if (((bits[((record << 1) + place) | 0] as number) & bit) === 0) return;
    }
    REGISTERS[SURE] = now + this.shortest;
  }

  private lookUpEach(lines: readonly CacheLine[], own: CacheLine, core: number): void {
    this.lookUp(own, 2, core);
    let until = REGISTERS[SURE] as number;
    for (const line of lines) {
      this.lookUp(line, 0, core);
      until = Math.min(until, REGISTERS[SURE] as number);
    }
    REGISTERS[SURE] = until;
  }

  /** Time until which the first request in flight for a line has not got it yet, in ns; past: there is none. */
  changesAt(line: CacheLine): number {
    return line.record < 0 ? 0 : this.times[line.record + CHANGES] as number;
  }

  /** Whatever moved the line is over: the next request does not queue. */
  settle(line: CacheLine): void {
    if (line.record >= 0) this.times[line.record + BUSY] = 0;
  }

  /** Whether `core` could do this before the requests in flight. */
  private had(record: number, mode: AccessMode, core: number): boolean {
    const { bits } = this;
    const me = core | 0;
    const word = (record + TIMES) << 1;
    if (bits[(word + FORMER_OWNER) | 0] === me) return true;
    const own = (CORES + (me << 2)) | 0;
    const place = (word + this.width + (bits[(own + WORD) | 0] as number)) | 0;
    return (mode | 0) === 0 &&
      ((bits[place] as number) & (bits[(own + BIT) | 0] as number)) !== 0;
  }

  /** From now on its copies are the former ones, until the request in flight is done, at the time in `ACCESS`. */
  private keepFormer(record: number, owner: number): void {
    const { bits } = this;
    const width = this.width | 0;
    const word = (record + TIMES) << 1;
    const end = (word + COPIES + width) | 0;
    for (let i = (word + COPIES) | 0; i < end; i = (i + 1) | 0) {
      bits[(i + width) | 0] = bits[i] as number;
    }
    bits[(word + FORMER_OWNER) | 0] = owner | 0;
    this.times[(record + CHANGES) | 0] = REGISTERS[ACCESS] as number;
  }

  private makeRoom(line: CacheLine): void {
    const record = this.used;
    this.used = (record + this.length) | 0;
    if (this.used > this.times.length) {
      const longer = new Float64Array(2 * this.used);
      longer.set(this.times);
      this.times = longer;
      this.bits = new Int32Array(longer.buffer);
    }
    const word = (record + TIMES) << 1;
    this.bits[word + OWNER] = this.bits[word + FORMER_OWNER] = NOBODY;
    line.record = record;
  }

  /** Whether a core of `domain` has a copy of the line whose words begin at `word`. */
  private isIn(word: number, domain: number): boolean {
    const { bits } = this;
    const words = this.words | 0;
    const from = (word + COPIES + Math.imul(domain, words)) | 0;
    const end = (from + words) | 0;
    for (let i = from; i < end; i = (i + 1) | 0) if (bits[i] !== 0) return true;
    return false;
  }

  /** Latency of fetching a line that a core of `owner` has modified, for a core of `requester`. */
  transfer(owner: number, requester: number, home: number): number {
    return this.latencies[served(owner, requester, home)] as number;
  }

  /** Where a clean line comes from. */
  private clean(word: number, domain: number, home: number): number {
    return this.isIn(word, domain) === true ? L3 : domain === home ? MEMORY : FAR_MEMORY;
  }

  /** Where the right to write a clean line comes from. */
  private invalidation(word: number, domain: number, home: number): number {
    const domains = this.domains | 0;
    for (let d = 0; d < domains; d++) {
      if (d !== domain && this.isIn(word, d) === true) return home === domain ? AT_HOME : FROM_HOME;
    }
    if (this.isIn(word, domain) === true) return OWN_SOCKET;
    return home === domain ? MEMORY : FAR_MEMORY;
  }
}

/** Where a line that a core of `owner` has modified comes from, for a core of `requester`. */
function served(owner: number, requester: number, home: number): number {
  if (owner === requester) return OWN_SOCKET;
  if (home === owner) return FROM_HOME;
  return home === requester ? AT_HOME : THIRD;
}
