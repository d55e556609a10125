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

// Own copies of constants: see registers.ts.
const { GRID_STEP, onGrid } = grid;
const { NOBODY } = owners;
const { AT_HOME, FAR_MEMORY, FROM_HOME, L3, MEMORY, OWN_SOCKET, served } = places;
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

/** Prices accesses to cache lines and keeps the lines' states. */
export class Coherence {
  /** Lines moved between caches, and read-modify-writes that had to queue. */
  transfers = 0;
  queued = 0;
  readonly cores: number;

  /** Records of all lines, as times and as words. */
  private times: Float64Array = new Float64Array(4096);
  private bits: Int32Array = new Int32Array(this.times.buffer);
  private used = 0;
  /** Words of a domain's bits in a line, of all; and each core's domain, word and bit. */
  private readonly words: number;
  private readonly width: number;
  private readonly domains: Int32Array;
  private readonly wordOf: Int32Array;
  private readonly bitOf: Int32Array;
  /** Length of a record, in times. */
  private readonly length: number;
  /** Latencies of misses by where they are served, in ns; on the grid; and with what queueing adds. */
  private readonly latencies: readonly number[];
  private readonly alone: Float64Array;
  private readonly behind: Float64Array;
  /** Least time in which a request takes a line, or the right to write it, from somebody else, in ns. */
  readonly shortest: number;
  /** Whoever has a line loses it only when the request is done. */
  private readonly lasts: boolean;
  /** Time of a hit in the own cache by access mode, ns on the grid of times. */
  readonly hits: Float64Array;

  constructor(readonly values: MemoryValues, readonly loss: Loss = "asked") {
    this.lasts = loss === "done";
    const hit = onGrid(values.cacheHit);
    this.hits = Float64Array.of(hit, hit, onGrid(values.atomicHit));
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
    this.domains = Int32Array.from(all, (core) => Math.floor(core / per));
    this.wordOf = Int32Array.from(
      all,
      (core) => Math.floor(core / per) * this.words + Math.floor((core % per) / 32),
    );
    this.bitOf = Int32Array.from(all, (core) => 1 << (core % per % 32));
    this.length = TIMES + Math.ceil((COPIES + 2 * this.width) / 2);
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
    REGISTERS[ACCESS] = now;
    this.fetch(line, mode, core);
    return REGISTERS[ACCESS] as number;
  }

  /**
   * The same, with the time of issue and then that of the end in the register `ACCESS`, and in `SURE` what `lookUp`
   * says: where it is called most, that costs less.
   */
  fetch(line: CacheLine, mode: AccessMode, core: number): void {
    const now = REGISTERS[ACCESS] as number;
    const hit = now + (this.hits[mode] as number);
    const record = line.record < 0 ? this.makeRoom(line) : line.record;
    const { times, bits } = this;
    const changesAt = times[record + CHANGES] as number;
    const pending = now < changesAt;
    if (pending && hit < changesAt && this.had(record, mode, core)) {
      REGISTERS[ACCESS] = hit;
      REGISTERS[SURE] = changesAt;
      return;
    }
    const word = (record + TIMES) << 1;
    const owner = bits[word + OWNER] as number;
    const place = word + COPIES + (this.wordOf[core] as number);
    const bit = this.bitOf[core] as number;
    if (mode !== 0 ? owner === core : ((bits[place] as number) & bit) !== 0) {
      REGISTERS[ACCESS] = hit;
      REGISTERS[SURE] = pending ? -1 : now + this.shortest;
      return;
    }
    REGISTERS[SURE] = -1;
    const domain = this.domains[core] as number;
    let from: number;
    if (owner !== NOBODY) {
      from = served(this.domains[owner] as number, domain, line.home);
    } else if (mode === 0) {
      from = this.isIn(word, domain) ? L3 : domain === line.home ? MEMORY : FAR_MEMORY;
    } else {
      from = this.invalidation(word, domain, line.home);
    }
    this.transfers++;
    let done: number;
    const busyUntil = times[record + BUSY] as number;
    if (busyUntil > now) {
      this.queued++;
      done = busyUntil + (this.behind[from] as number);
    } else done = now + (this.alone[from] as number);
    // Who reads a clean line disturbs nobody, but has it before somebody else changes it.
    if (this.lasts === true) {
      const read = times[record + READ] as number;
      if (mode !== 0) done = Math.max(done, read + GRID_STEP);
      else if (done > read) times[record + READ] = done;
    }
    REGISTERS[ACCESS] = done;
    if (mode === 0) {
      // A modified line is written back and shared; the former owner keeps a copy.
      if (owner !== NOBODY) {
        if (!pending && this.lasts) this.keepFormer(record, owner);
        times[record + BUSY] = done;
        bits[word + OWNER] = NOBODY;
      }
      bits[place] = (bits[place] as number) | bit;
      return;
    }
    times[record + BUSY] = done;
    if (!pending && this.lasts) this.keepFormer(record, owner);
    bits[word + OWNER] = core;
    for (let i = word + COPIES, end = i + this.width; i < end; i++) bits[i] = 0;
    bits[place] = bit;
  }

  /**
   * Time before which a hit of `core` in its own cache must be over to be sure, whatever others ask for from the time
   * in `ACCESS` on, into `SURE`: whoever has a line keeps it until the first request for it is done, and a request
   * takes time. -1: it does not hit.
   */
  lookUp(line: CacheLine, mode: AccessMode, core: number): void {
    const { bits } = this;
    const { record } = line;
    REGISTERS[SURE] = -1;
    if (record < 0) return;
    const now = REGISTERS[ACCESS] as number;
    const changesAt = this.times[record + CHANGES] as number;
    if (now < changesAt) {
      if (this.had(record, mode, core)) REGISTERS[SURE] = changesAt;
      return;
    }
    const word = (record + TIMES) << 1;
    const hit = mode !== 0
      ? bits[word + OWNER] === core
      : ((bits[word + COPIES + (this.wordOf[core] as number)] as number) &
        (this.bitOf[core] as number)) !== 0;
    if (hit) REGISTERS[SURE] = now + this.shortest;
  }

  /** The same for reads of all of `lines` and a read-modify-write of `own`: the earliest; -1: not all hit. */
  lookUpAll(lines: readonly CacheLine[], own: CacheLine, core: number): void {
    const { times, bits } = this;
    const now = REGISTERS[ACCESS] as number;
    const { record } = own;
    // The common case first: no request is in flight.
    if (record < 0 || now < (times[record + CHANGES] as number)) {
      this.lookUpEach(lines, own, core);
      return;
    }
    REGISTERS[SURE] = -1;
    if (bits[((record + TIMES) << 1) + OWNER] !== core) return;
    const place = (TIMES << 1) + COPIES + (this.wordOf[core] as number);
    const bit = this.bitOf[core] as number;
    for (let i = 0; i < lines.length; i++) {
      const { record } = lines[i] as CacheLine;
      if (record < 0 || now < (times[record + CHANGES] as number)) {
        this.lookUpEach(lines, own, core);
        return;
      }
      if (((bits[(record << 1) + place] as number) & bit) === 0) return;
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
    const word = (record + TIMES) << 1;
    if (bits[word + FORMER_OWNER] === core) return true;
    const place = word + COPIES + this.width + (this.wordOf[core] as number);
    return mode === 0 && ((bits[place] as number) & (this.bitOf[core] as number)) !== 0;
  }

  /** From now on its copies are the former ones, until the request in flight is done, at the time in `ACCESS`. */
  private keepFormer(record: number, owner: number): void {
    const { bits, width } = this;
    const word = (record + TIMES) << 1;
    const copies = word + COPIES;
    for (let i = copies; i < copies + width; i++) bits[i + width] = bits[i] as number;
    bits[word + FORMER_OWNER] = owner;
    this.times[record + CHANGES] = REGISTERS[ACCESS] as number;
  }

  private makeRoom(line: CacheLine): number {
    const record = this.used;
    this.used += this.length;
    if (this.used > this.times.length) {
      const longer = new Float64Array(2 * this.used);
      longer.set(this.times);
      this.times = longer;
      this.bits = new Int32Array(longer.buffer);
    }
    const word = (record + TIMES) << 1;
    this.bits[word + OWNER] = this.bits[word + FORMER_OWNER] = NOBODY;
    line.record = record;
    return record;
  }

  /** Whether a core of `domain` has a copy of the line whose words begin at `word`. */
  private isIn(word: number, domain: number): boolean {
    const { bits, words } = this;
    const from = word + COPIES + domain * words;
    if (words === 1) return bits[from] !== 0;
    for (let i = from; i < from + words; i++) if (bits[i] !== 0) return true;
    return false;
  }

  /** Latency of fetching a line that a core of `owner` has modified, for a core of `requester`. */
  transfer(owner: number, requester: number, home: number): number {
    return this.latencies[served(owner, requester, home)] as number;
  }

  /** Where the right to write a clean line comes from. */
  private invalidation(word: number, domain: number, home: number): number {
    const { domains } = this.values;
    for (let d = 0; d < domains; d++) {
      if (d !== domain && this.isIn(word, d)) return home === domain ? AT_HOME : FROM_HOME;
    }
    if (this.isIn(word, domain)) return OWN_SOCKET;
    return home === domain ? MEMORY : FAR_MEMORY;
  }
}
