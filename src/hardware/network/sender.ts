/**
 * The sending half of a TCP connection as Linux 6.1 keeps it (net/ipv4/tcp_output.c, tcp_input.c,
 * tcp_cong.c): windows in segments, sequences in bytes, time in ns. It decides; `flow.ts` moves
 * packets.
 */
import { Cubic, increase, INFINITE_SSTHRESH, JIFFY, slowStart, type Window } from "./cubic.ts";
import type { TcpOptions } from "./options.ts";
import { RoundTrip } from "./rtt.ts";

const GSO_MAX_BYTES = 65_536;
/** Headers that a GSO packet needs besides its payload (MAX_TCP_HEADER). */
const MAX_TCP_HEADER = 320;
const MIN_TSO_SEGMENTS = 2;
/** Kernel memory of one segment with its bookkeeping, as `tcp_sndbuf_expand` reckons it. */
const SKB_AND_INFO = 320;
const SKB = 256;
/** `tcp_tso_win_divisor`: less than this share of the window may wait for more. */
const TSO_WINDOW_SHARE = 3;
const MS = 1e6;

/** Sender state that lives as long as the connection. */
export class Sender implements Window {
  cwnd: number;
  ssthresh = INFINITE_SSTHRESH;
  cwndCount = 0;
  una = 0;
  next = 0;
  pacingRate = Infinity;
  readonly gsoMaxBytes = GSO_MAX_BYTES;
  readonly cubic: Cubic;
  readonly roundTrip = new RoundTrip();
  /** Segments sent and not acknowledged. */
  packetsOut = 0;
  /** Those of them that are no longer on their way: selectively acknowledged, or lost and not resent. */
  leftOut = 0;
  /** Right edge of the receiver's window, byte sequence. */
  windowEdge = 0;
  /** Largest window the receiver ever offered, bytes. */
  maxWindow = 0;
  /** Send buffer, bytes of kernel memory (`sk_sndbuf`). */
  sendBuffer: number;
  /** When data was last sent, ns. */
  lastSent = 0;
  /** Whether the application waits for room in the send buffer (SOCK_NOSPACE). */
  blocked = false;
  private cwndLimited = false;
  private maxPacketsOut = 0;
  private usageEnd = 0;
  private cwndStamp = 0;
  private cwndUsed = 0;
  private readonly perSegmentMemory: number;

  constructor(readonly mss: number, readonly options: TcpOptions) {
    this.cwnd = options.initialWindow;
    this.cubic = new Cubic(options);
    const segment = mss + MAX_TCP_HEADER + SKB_AND_INFO;
    this.perSegmentMemory = 2 ** Math.ceil(Math.log2(segment)) + SKB;
    this.sendBuffer = 0;
    this.expandSendBuffer();
  }

  /** The window for a connection that has just been set up: `offered` bytes by the receiver. */
  establish(now: number, rtt: number, offered: number): void {
    this.windowEdge = this.una + offered;
    this.maxWindow = offered;
    this.roundTrip.sample(rtt, this.una, this.next);
    this.cwndStamp = now;
    this.lastSent = now;
    this.cubic.startRound(this, now);
    this.updatePacingRate();
  }

  /** The rate that pacing would use follows the window. */
  updatePacingRate(): void {
    const percent = this.cwnd < this.ssthresh / 2 ? 2 : 1.2;
    const srtt = Math.max(this.roundTrip.srtt, 1e-3);
    this.pacingRate = (percent * this.mss * Math.max(this.cwnd, this.packetsOut) * 1e6) / srtt;
  }

  /** Largest socket-buffer packet that the application's bytes are put into, segments. */
  get bufferSegments(): number {
    const half = this.maxWindow > 2 * this.mss ? this.maxWindow >> 1 : GSO_MAX_BYTES;
    const most = Math.min(GSO_MAX_BYTES - 1 - MAX_TCP_HEADER, half);
    return Math.max(1, Math.floor(most / this.mss));
  }

  /** Segments that one packet to the device may carry: about a millisecond of the pacing rate. */
  get tsoSegments(): number {
    let bytes = Math.min(this.pacingRate / 1024, GSO_MAX_BYTES);
    const shift = this.roundTrip.min >> 9;
    if (shift < 32) bytes += GSO_MAX_BYTES / 2 ** shift;
    const segments = Math.floor(Math.min(bytes, GSO_MAX_BYTES - 1 - MAX_TCP_HEADER) / this.mss);
    return Math.max(segments, MIN_TSO_SEGMENTS);
  }

  /** Segments that count against the congestion window (`tcp_packets_in_flight`). */
  get inFlight(): number {
    return this.packetsOut - this.leftOut;
  }

  /** Slow start as the kernel sees it. */
  get inSlowStart(): boolean {
    return this.cwnd < this.ssthresh;
  }

  /** Whether the window was the limit lately, so that it may grow (`tcp_is_cwnd_limited`). */
  get isWindowLimited(): boolean {
    if (this.cwndLimited) return true;
    return this.inSlowStart && this.cwnd < 2 * this.maxPacketsOut;
  }

  /** After sending: remember how much of the window was used; decay one that stays unused. */
  validate(now: number, limited: boolean): void {
    if (
      this.una >= this.usageEnd || limited ||
      (!this.cwndLimited && this.packetsOut > this.maxPacketsOut)
    ) {
      this.cwndLimited = limited;
      this.maxPacketsOut = this.packetsOut;
      this.usageEnd = this.next;
    }
    if (this.isWindowLimited) {
      this.cwndUsed = 0;
      this.cwndStamp = now;
      return;
    }
    if (this.packetsOut > this.cwndUsed) this.cwndUsed = this.packetsOut;
    if (this.options.slowStartAfterIdle && now - this.cwndStamp >= this.roundTrip.rto) {
      if (!this.blocked) this.decayUnused();
      this.cwndStamp = now;
    }
  }

  /** Application- or receiver-limited for a time-out: meet the used window half-way. */
  private decayUnused(): void {
    const used = Math.max(this.cwndUsed, this.options.initialWindow);
    if (used < this.cwnd) {
      this.ssthresh = this.currentThreshold();
      this.cwnd = (this.cwnd + used) >> 1;
    }
    this.cwndUsed = 0;
  }

  /** `tcp_current_ssthresh`: what is kept of a window that worked. */
  private currentThreshold(): number {
    return Math.max(this.ssthresh, (this.cwnd >> 1) + (this.cwnd >> 2));
  }

  /**
   * Before the application's next bytes: an idle connection's window is halved once per time-out
   * passed, not below the restart window (`tcp_cwnd_restart`, RFC 2861).
   */
  restartAfterIdle(now: number): void {
    if (!this.options.slowStartAfterIdle || this.packetsOut > 0) return;
    const jiffies = Math.floor(now / JIFFY) - Math.floor(this.lastSent / JIFFY);
    let idle = jiffies * JIFFY;
    const rto = this.roundTrip.rto;
    if (idle <= rto) return;
    this.ssthresh = this.currentThreshold();
    const floor = Math.min(this.options.initialWindow, this.cwnd);
    while ((idle -= rto) > 0 && this.cwnd > floor) this.cwnd >>= 1;
    this.cwnd = Math.max(this.cwnd, floor);
    this.cwndStamp = now;
    this.cwndUsed = 0;
  }

  /** Sets the window from outside, as just used; the send buffer follows. */
  warm(segments: number, now: number): void {
    this.cwnd = Math.max(1, Math.floor(segments));
    this.lastSent = this.cwndStamp = now;
    this.cwndUsed = 0;
    this.expandSendBuffer();
  }

  /**
   * Bytes of the next packet to the device (`tcp_write_xmit`), from a socket-buffer packet with
   * `whole` bytes left, `more` of them behind it; `oldest` is when the oldest packet in flight was
   * sent, or -1. 0: not now. -1: not now, and it is the congestion window's fault.
   */
  nextPacket(now: number, whole: number, more: boolean, oldest: number): number {
    const { mss } = this;
    const room = this.windowEdge - this.next;
    if (this.inFlight >= this.cwnd || room < Math.min(mss, whole)) return 0;
    const unused = this.cwnd - this.inFlight;
    const most = this.tsoSegments;
    if (whole > mss && oldest >= 0) {
      const limit = Math.min(room, unused * mss);
      const window = Math.min(this.windowEdge - this.una, this.cwnd * mss);
      if (
        limit < most * mss && !(more && limit >= whole) && limit < window / TSO_WINDOW_SHARE &&
        now - this.lastSent < MS && now - oldest >= this.roundTrip.srtt * 500
      ) {
        // Half a round trip after the oldest packet an acknowledgement is near: wait for it and send
        // a larger packet (`tcp_tso_should_defer`).
        if (unused * mss < room) {
          if (unused * mss <= whole) return -1;
        } else if (room <= whole) return 0;
      }
    }
    const quota = Math.min(unused, Math.max(this.cwnd >> 1, 1), most);
    const bytes = Math.min(whole, quota * mss);
    return bytes > room ? room - (room % mss) : bytes;
  }

  /** Called when a packet leaves: first in flight after a pause resumes CUBIC's epoch. */
  sent(now: number, bytes: number, segments: number): void {
    if (this.packetsOut === 0) this.cubic.resume(now, this.lastSent);
    this.next += bytes;
    this.packetsOut += segments;
    this.lastSent = now;
  }

  /**
   * An acknowledgement up to `ack` with the receiver's window, for `segments` newly delivered.
   * `first` and `last` are the sending times of the oldest and the newest packet it covers.
   */
  acknowledged(
    now: number,
    ack: number,
    windowEdge: number,
    segments: number,
    first: number,
    last: number,
  ): void {
    this.una = ack;
    this.offered(windowEdge);
    this.packetsOut -= segments;
    this.measured(now, first, last);
    this.grow(now, segments);
    this.updatePacingRate();
  }

  /** Round trips of the oldest and the newest packet that an acknowledgement covers, by sending time. */
  measured(now: number, first: number, last: number): void {
    this.roundTrip.sample(Math.floor((now - first) / 1000), this.una, this.next);
    this.cubic.sample(this, now, Math.floor((now - last) / 1000));
  }

  /** Congestion control's increase for `segments` delivered, if the window was the limit. */
  grow(now: number, segments: number): void {
    if (!this.isWindowLimited) return;
    if (this.options.congestionControl === "cubic") this.cubic.grow(this, now, segments);
    else this.growReno(segments);
  }

  /** Segments were lost: what the window shall shrink to (CUBIC 70 %, Reno half; RFC 9438, 5681). */
  reduce(): void {
    this.cwndCount = 0;
    this.ssthresh = this.options.congestionControl === "cubic"
      ? this.cubic.lost(this.cwnd)
      : Math.max(this.cwnd >> 1, 2);
  }

  /** The receiver moved its window's right edge. */
  offered(windowEdge: number): void {
    if (windowEdge > this.windowEdge) this.windowEdge = windowEdge;
    if (this.windowEdge - this.una > this.maxWindow) this.maxWindow = this.windowEdge - this.una;
  }

  private growReno(acked: number): void {
    if (this.inSlowStart) {
      acked = slowStart(this, acked);
      if (acked === 0) return;
    }
    increase(this, this.cwnd, acked);
  }

  /** Lets the send buffer follow the window: twice its segments' memory, up to the administrator's limit. */
  expandSendBuffer(): void {
    const wanted = 2 * Math.max(this.cwnd, 10) * this.perSegmentMemory;
    this.sendBuffer = Math.min(
      Math.max(this.sendBuffer, wanted),
      Math.max(this.options.sendBuffer, 4608),
    );
  }
}
