/** Round-trip time estimation and the retransmission time-out (RFC 6298 as in net/ipv4/tcp_input.c). */
import { JIFFY } from "./cubic.ts";

const RTO_MIN_US = 200_000;
const RTO_INITIAL_US = 1_000_000;
const RTO_MAX_US = 120e6;

/** Smoothed round trip and its variation, in Linux's fixed point (srtt x 8, variation x 4). */
export class RoundTrip {
  /** Eight times the smoothed round trip, us; 0 before the first sample. */
  srtt8 = 0;
  /** Four times the variation, us: at least the smallest time-out. */
  variation4 = 0;
  /** Smallest sample so far, us. */
  min = Infinity;
  private deviation4 = 0;
  private deviationMax4 = 0;
  private roundEnd = 0;

  /** Smoothed round trip, us. */
  get srtt(): number {
    return this.srtt8 / 8;
  }

  /** Takes in a sample (us); `una` and `next` are the byte sequences acknowledged and sent. */
  sample(rtt: number, una: number, next: number): void {
    if (rtt < 1) rtt = 1;
    if (rtt < this.min) this.min = rtt;
    if (this.srtt8 === 0) {
      this.srtt8 = rtt * 8;
      this.deviation4 = rtt * 2;
      this.variation4 = this.deviationMax4 = Math.max(this.deviation4, RTO_MIN_US);
      this.roundEnd = next;
      return;
    }
    let error = rtt - (this.srtt8 >> 3);
    this.srtt8 += error;
    if (error < 0) {
      error = -error - (this.deviation4 >> 2);
      // A sudden fall counts for an eighth: it must not raise the time-out.
      if (error > 0) error >>= 3;
    } else {
      error -= this.deviation4 >> 2;
    }
    this.deviation4 += error;
    if (this.deviation4 > this.deviationMax4) {
      this.deviationMax4 = this.deviation4;
      if (this.deviationMax4 > this.variation4) this.variation4 = this.deviationMax4;
    }
    if (una > this.roundEnd) {
      if (this.deviationMax4 < this.variation4) {
        this.variation4 -= (this.variation4 - this.deviationMax4) >> 2;
      }
      this.roundEnd = next;
      this.deviationMax4 = RTO_MIN_US;
    }
  }

  /** Retransmission time-out, ns: whole jiffies, one second before the first sample. */
  get rto(): number {
    const us = this.srtt8 === 0
      ? RTO_INITIAL_US
      : Math.min((this.srtt8 >> 3) + this.variation4, RTO_MAX_US);
    return Math.ceil((us * 1000) / JIFFY) * JIFFY;
  }
}
