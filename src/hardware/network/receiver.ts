/**
 * The receiving half of a TCP connection as Linux 6.1 keeps it: receive window, its growth with the
 * data that arrives, and buffer autotuning by dynamic right-sizing (net/ipv4/tcp_input.c,
 * tcp_output.c). Sequences in bytes, time in ns.
 */
import type { TcpOptions } from "./options.ts";

/** `tcp_adv_win_scale` = 1: half of the buffer is window, the rest pays for bookkeeping. */
const windowOf = (memory: number) => Math.floor(memory / 2);
/** Memory of a packet in the receive queue besides its payload. */
const PACKET_OVERHEAD = 1280;
const SKB_AND_INFO = 576;
const MAX_TCP_HEADER = 320;
const INITIAL_SEGMENTS = 10;
const QUICK_ACKS = 16;
/** TCP timestamps count milliseconds. */
const MS = 1e6;

/** Receiver state that lives as long as the connection. */
export class Receiver {
  /** Next byte expected. */
  next = 0;
  /** Bytes that the application has taken. */
  copied = 0;
  /** Receive buffer, bytes of kernel memory (`sk_rcvbuf`). */
  buffer: number;
  private unreadMemory = 0;
  private heldMemory = 0; // of it, beyond a gap
  private window: number;
  private windowBase = 0;
  private clamp: number;
  private threshold: number;
  private readonly advertisedMss: number;
  private readonly unit: number; // bytes that the window field counts in
  private readonly memoryPerSegment: number;
  private space: number;
  private spaceSequence = 0;
  private spaceTime = 0;
  private roundTrip = 0;
  private timestampRtt = MS;
  private roundSequence = 0;
  private roundTime = -1;
  private quick: number;

  constructor(private readonly mss: number, private readonly options: TcpOptions) {
    this.advertisedMss = mss + (options.timestamps ? 12 : 0);
    this.buffer = options.receiveBufferInitial;
    this.clamp = windowOf(this.buffer);
    const most = Math.max(options.receiveBuffer, 212_992);
    this.unit = 2 ** Math.min(14, Math.max(0, Math.floor(Math.log2(most)) - 15));
    const first = Math.min(this.clamp, 65_535);
    this.window = Math.max(1, Math.floor(first / mss)) * mss;
    this.threshold = this.window;
    this.space = Math.min(this.window, INITIAL_SEGMENTS * this.advertisedMss);
    let memory = this.advertisedMss + MAX_TCP_HEADER + SKB_AND_INFO;
    while (windowOf(memory) < this.advertisedMss) memory += 128;
    this.memoryPerSegment = memory;
    this.quick = QUICK_ACKS;
  }

  /** Bytes that the sender may still send, as last told. */
  get offered(): number {
    return Math.max(0, this.windowBase + this.window - this.next);
  }

  /** Bytes received and not acknowledged yet. */
  get unacknowledged(): number {
    return this.next - this.windowBase;
  }

  /** Right edge of the window as last told, byte sequence. */
  get edge(): number {
    return this.windowBase + this.window;
  }

  /** The connection is set up at `now`, after a round trip of `rtt` ns. */
  establish(now: number, rtt: number): void {
    this.spaceTime = now;
    this.timestampRtt = Math.max(MS, Math.floor(rtt / MS) * MS);
  }

  /**
   * A packet arrives in order. Gives whether it is acknowledged at once (else when it is read).
   * `echo`: its timestamp echoes an acknowledgement of data, so that it measures a round trip; what
   * comes before repeats the timestamp that came with the handshake.
   */
  arrive(now: number, bytes: number, echo: boolean, held = 0): boolean {
    this.next += bytes + held;
    this.heldMemory = Math.max(0, this.heldMemory - held);
    this.unreadMemory += bytes + PACKET_OVERHEAD;
    if (bytes >= this.mss) this.measureRoundTrip(now, echo);
    if (bytes >= 128) this.growThreshold(bytes);
    const pending = this.next - this.windowBase;
    if (this.quick > 0) {
      this.quick--;
      return true;
    }
    return pending > this.mss && this.selectWindow() >= this.window;
  }

  /** Bytes arrive beyond a gap: they wait in the buffer. */
  hold(bytes: number): void {
    this.unreadMemory += bytes + PACKET_OVERHEAD;
    this.heldMemory += bytes;
  }

  /** Timestamps give whole milliseconds; how long one window of data takes is an upper bound. */
  private measureRoundTrip(now: number, echo: boolean): void {
    if (echo) {
      this.roundTrip += this.roundTrip === 0
        ? this.timestampRtt
        : (this.timestampRtt - this.roundTrip) / 8;
    }
    if (this.roundTime >= 0) {
      if (this.next < this.roundSequence) return;
      const took = Math.max(now - this.roundTime, 1000);
      this.roundTrip = this.roundTrip === 0 ? took : Math.min(this.roundTrip, took);
    }
    this.roundSequence = this.next + this.window;
    this.roundTime = now;
  }

  private growThreshold(bytes: number): void {
    const room = Math.min(this.clamp, this.freeSpace()) - this.threshold;
    if (room <= 0) return;
    this.threshold += Math.min(room, Math.max(2 * this.advertisedMss, 2 * bytes));
    this.quick |= 1;
  }

  private freeSpace(): number {
    return windowOf(Math.max(0, this.buffer - this.unreadMemory));
  }

  /** `__tcp_select_window`. */
  private selectWindow(): number {
    const full = Math.min(this.clamp, windowOf(this.buffer));
    let free = this.freeSpace();
    if (free < Math.floor(full / 2)) {
      this.quick = 0;
      if (free < Math.floor(full / 16) || free < this.mss) return 0;
    }
    if (free > this.threshold) free = this.threshold;
    return Math.ceil(free / this.unit) * this.unit;
  }

  /** An acknowledgement is sent: gives the window's new right edge, which never moves back. */
  acknowledge(): number {
    const window = Math.max(this.selectWindow(), this.offered);
    this.windowBase = this.next;
    this.window = window;
    return this.edge;
  }

  /** The application takes `bytes` of one packet. Gives whether that calls for an acknowledgement. */
  read(now: number, bytes: number): boolean {
    this.copied += bytes;
    this.unreadMemory = Math.max(0, this.unreadMemory - bytes - PACKET_OVERHEAD);
    if (this.copied === this.next) this.unreadMemory = this.heldMemory;
    this.autotune(now);
    if (this.next - this.windowBase > this.mss) return true;
    const left = this.offered;
    return 2 * left <= this.clamp && this.selectWindow() >= 2 * left;
  }

  /** Once per round trip, the buffer follows what the application took in it. */
  private autotune(now: number): void {
    if (now - this.spaceTime < this.roundTrip || this.roundTrip === 0) return;
    const taken = this.copied - this.spaceSequence;
    if (taken > this.space) {
      let wanted = 2 * taken + 16 * this.advertisedMss;
      wanted += 2 * Math.floor((wanted * (taken - this.space)) / this.space);
      const memory = Math.min(
        Math.floor(wanted / this.advertisedMss) * this.memoryPerSegment,
        this.options.receiveBuffer,
      );
      if (memory > this.buffer) {
        this.buffer = memory;
        this.clamp = windowOf(memory);
      }
      this.space = taken;
    }
    this.spaceSequence = this.copied;
    this.spaceTime = now;
  }
}
