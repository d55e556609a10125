/**
 * CUBIC with HyStart as Linux 6.1 computes them (net/ipv4/tcp_cubic.c), in its units: segments,
 * microseconds for round trips and jiffies for the epoch. RFC 9438; Ha and Rhee, "Hybrid slow start"
 * (PFLDNet 2008).
 */

/** `ssthresh` before anything has lowered it. */
export const INFINITE_SSTHRESH = 0x7fffffff;
/** Nanoseconds of a jiffy: HZ=250, as Debian and Ubuntu build their kernels. */
export const JIFFY = 4e6;

/** What congestion control may see and change of its connection. */
export interface Window {
  /** Congestion window, segments. */
  cwnd: number;
  /** Slow-start threshold, segments. */
  ssthresh: number;
  /** Segments acknowledged since cwnd last grew by one in congestion avoidance (`snd_cwnd_cnt`). */
  cwndCount: number;
  /** First byte not acknowledged. */
  una: number;
  /** First byte not sent. */
  next: number;
  /** Bytes per second that pacing would use; HyStart's allowance for bursts is derived from it. */
  pacingRate: number;
  /** Largest packet handed to the device, bytes (`sk_gso_max_size`). */
  readonly gsoMaxBytes: number;
}

/** Switches of /sys/module/tcp_cubic/parameters. */
export interface CubicOptions {
  /** Leave slow start on a long train of acknowledgements or a rising delay. */
  readonly hystart: boolean;
  /** Give up part of the last maximum when it shrinks (`fast_convergence`). */
  readonly fastConvergence: boolean;
  /** Never grow more slowly than Reno would (`tcp_friendliness`). */
  readonly friendliness: boolean;
}

const BETA = 717; // of 1024: the window kept after a loss
const SCALE = 1024;
const CUBE_RTT_SCALE = 410; // C = 410 / 1024 = 0.4
const RENO_SCALE = Math.floor((8 * (SCALE + BETA)) / 3 / (SCALE - BETA)); // 15 of 8
const CUBE_FACTOR = Math.floor(2 ** 40 / CUBE_RTT_SCALE);
const JIFFIES_PER_SECOND = 1e9 / JIFFY;
const HYSTART_LOW_WINDOW = 16; // segments
const HYSTART_SAMPLES = 8;
const HYSTART_SPACING_US = 2000;
const HYSTART_DELAY_MIN_US = 4000;
const HYSTART_DELAY_MAX_US = 16000;
const BURST_ALLOWANCE_US = 1000;

const none = -1;

/** Segments beyond which the window grows: slow start takes what it may and gives back the rest. */
export function slowStart(window: Window, acked: number): number {
  const grown = Math.min(window.cwnd + acked, window.ssthresh);
  const rest = acked - (grown - window.cwnd);
  window.cwnd = grown;
  return rest;
}

/** Additive increase: one segment for every `per` acknowledged (`tcp_cong_avoid_ai`). */
export function increase(window: Window, per: number, acked: number): void {
  if (window.cwndCount >= per) {
    window.cwndCount = 0;
    window.cwnd++;
  }
  window.cwndCount += acked;
  if (window.cwndCount >= per) {
    const more = Math.floor(window.cwndCount / per);
    window.cwndCount -= more * per;
    window.cwnd += more;
  }
}

/** State and rules of one connection's CUBIC. */
export class Cubic {
  /** Smallest round trip seen, us; 0 before the first. */
  delayMin = 0;
  /** Whether HyStart has ended slow start: it does so once, until a time-out. */
  found = false;
  private lastMax = 0;
  private epochStart = none; // jiffies
  private ackCount = 0;
  private renoWindow = 0;
  private origin = 0;
  private k = 0; // 1/1024 s
  private count = 0;
  private lastCwnd = 0;
  private lastTime = none; // jiffies
  private roundStart = 0; // us
  private lastAck = 0; // us
  private roundEnd = 0; // byte sequence
  private roundRtt = Infinity; // us
  private samples = 0;

  constructor(private readonly options: CubicOptions) {}

  /** Begins a HyStart round that lasts until everything sent so far is acknowledged. */
  startRound(window: Window, now: number): void {
    this.roundStart = this.lastAck = Math.floor(now / 1000);
    this.roundEnd = window.next;
    this.roundRtt = Infinity;
    this.samples = 0;
  }

  /** Takes in one acknowledgement's round trip (us) at `now` (ns); may end slow start. */
  sample(window: Window, now: number, rtt: number): void {
    const jiffies = Math.floor(now / JIFFY);
    if (this.epochStart !== none && jiffies - this.epochStart < JIFFIES_PER_SECOND) return;
    if (rtt < 1) rtt = 1;
    if (this.delayMin === 0 || rtt < this.delayMin) this.delayMin = rtt;
    if (!this.options.hystart || this.found || window.cwnd >= window.ssthresh) return;
    if (window.una > this.roundEnd) this.startRound(window, now);
    if (window.cwnd < HYSTART_LOW_WINDOW) return;
    const us = Math.floor(now / 1000);
    if (us - this.lastAck <= HYSTART_SPACING_US) {
      this.lastAck = us;
      const burst = Math.floor((window.gsoMaxBytes * 4e6) / window.pacingRate);
      const limit = (this.delayMin + Math.min(BURST_ALLOWANCE_US, burst)) >> 1;
      if (us - this.roundStart > limit) this.leaveSlowStart(window);
    }
    if (rtt < this.roundRtt) this.roundRtt = rtt;
    if (this.samples < HYSTART_SAMPLES) {
      this.samples++;
      return;
    }
    const rise = Math.max(
      HYSTART_DELAY_MIN_US,
      Math.min(HYSTART_DELAY_MAX_US, this.delayMin >> 3),
    );
    if (this.roundRtt > this.delayMin + rise) this.leaveSlowStart(window);
  }

  private leaveSlowStart(window: Window): void {
    this.found = true;
    window.ssthresh = window.cwnd;
  }

  /** Grows the window for `acked` segments of a connection that used all of it. */
  grow(window: Window, now: number, acked: number): void {
    if (window.cwnd < window.ssthresh) {
      acked = slowStart(window, acked);
      if (acked === 0) return;
    }
    this.update(window.cwnd, Math.floor(now / JIFFY), acked);
    increase(window, this.count, acked);
  }

  private update(cwnd: number, jiffies: number, acked: number): void {
    this.ackCount += acked;
    if (
      this.lastCwnd === cwnd && this.lastTime !== none &&
      jiffies - this.lastTime <= Math.floor(JIFFIES_PER_SECOND / 32)
    ) return;
    if (this.epochStart === none || jiffies !== this.lastTime) {
      this.lastCwnd = cwnd;
      this.lastTime = jiffies;
      if (this.epochStart === none) this.startEpoch(cwnd, jiffies, acked);
      this.count = this.segmentsPerIncrease(cwnd, jiffies);
    }
    if (this.options.friendliness) this.followReno(cwnd);
    if (this.count < 2) this.count = 2;
  }

  private startEpoch(cwnd: number, jiffies: number, acked: number): void {
    this.epochStart = jiffies;
    this.ackCount = acked;
    this.renoWindow = cwnd;
    if (this.lastMax <= cwnd) {
      this.k = 0;
      this.origin = cwnd;
    } else {
      this.k = Math.floor(Math.cbrt(CUBE_FACTOR * (this.lastMax - cwnd)));
      this.origin = this.lastMax;
    }
  }

  /** Where the cubic curve is one round trip from now, as acknowledgements per increase. */
  private segmentsPerIncrease(cwnd: number, jiffies: number): number {
    const ahead = Math.ceil(this.delayMin / (JIFFY / 1000));
    const t = Math.floor(((jiffies - this.epochStart + ahead) * SCALE) / JIFFIES_PER_SECOND);
    const offset = Math.abs(t - this.k);
    const delta = Math.floor((CUBE_RTT_SCALE * offset ** 3) / 2 ** 40);
    const target = t < this.k ? this.origin - delta : this.origin + delta;
    const count = target > cwnd ? Math.floor(cwnd / (target - cwnd)) : 100 * cwnd;
    // Before the first loss nothing is known of the path: at least 5 % per round trip.
    return this.lastMax === 0 && count > 20 ? 20 : count;
  }

  private followReno(cwnd: number): void {
    const perSegment = (cwnd * RENO_SCALE) >> 3;
    if (this.ackCount > perSegment && perSegment > 0) {
      const grown = Math.ceil(this.ackCount / perSegment) - 1;
      this.ackCount -= grown * perSegment;
      this.renoWindow += grown;
    }
    if (this.renoWindow > cwnd) {
      const most = Math.floor(cwnd / (this.renoWindow - cwnd));
      if (this.count > most) this.count = most;
    }
  }

  /** Sending starts again after idling since `lastSent` (ns): the epoch does not count the pause. */
  resume(now: number, lastSent: number): void {
    const jiffies = Math.floor(now / JIFFY);
    const idle = jiffies - Math.floor(lastSent / JIFFY);
    if (this.epochStart === none || idle <= 0) return;
    this.epochStart = Math.min(jiffies, this.epochStart + idle);
  }

  /** A segment was lost: the new slow-start threshold, segments. */
  lost(cwnd: number): number {
    this.epochStart = none;
    this.lastMax = cwnd < this.lastMax && this.options.fastConvergence
      ? Math.floor((cwnd * (SCALE + BETA)) / (2 * SCALE))
      : cwnd;
    return Math.max(Math.floor((cwnd * BETA) / SCALE), 2);
  }

  /** A retransmission time-out: everything learnt is forgotten, HyStart may fire again. */
  timedOut(window: Window, now: number): void {
    this.delayMin = 0;
    this.found = false;
    this.lastMax = 0;
    this.epochStart = none;
    this.ackCount =
      this.renoWindow =
      this.origin =
      this.k =
      this.count =
      this.lastCwnd =
        0;
    this.lastTime = none;
    this.startRound(window, now);
  }
}
