/**
 * How a Linux 6.1 sender finds and repairs losses: a scoreboard of what is in flight (RFC 2018), RACK
 * (RFC 8985; tcp_recovery.c) to tell what is lost, proportional rate reduction (RFC 6937;
 * `tcp_cwnd_reduction`) for the window meanwhile, and time-outs. It decides; `lossy-flow.ts` sends.
 * Not modelled: undoing a needless reduction (F-RTO, Eifel, DSACK), limits on the number of time-outs.
 */
import type { Sender } from "./sender.ts";

/** Data that left as one packet, or what remains of it after parts were acknowledged. */
export interface Piece {
  /** First byte, and the first byte after it. */
  start: number;
  end: number;
  segments: number;
  /** When it last left, ns. */
  sent: number;
  /** Send-buffer memory that it holds, bytes. */
  memory: number;
  /** The receiver has it, though not everything before it. */
  sacked: boolean;
  lost: boolean;
  /** A retransmission is on its way. */
  resending: boolean;
  /** It was ever retransmitted: says nothing of the round trip (Karn). */
  resent: boolean;
}

/** What an acknowledgement told. */
export interface Told {
  /** Segments that are acknowledged up to now in sequence. */
  removed: number;
  /** Segments that the receiver has and that the sender did not know of. */
  delivered: number;
  /** Sending times of the oldest and the newest never retransmitted of them; -1 without. */
  first: number;
  last: number;
  /** Send-buffer memory given back, bytes. */
  freed: number;
}

/** Segments out of order before the next is lost at once, without waiting a quarter round trip. */
const DUPLICATE_THRESHOLD = 3;

/** Scoreboard and state of one sender while it has data in flight. */
export class Recovery {
  /** recovery: repairing after a fast retransmit. loss: after a time-out. */
  state: "open" | "recovery" | "loss" = "open";
  readonly pieces: Piece[] = [];
  /** When pieces not yet taken for lost would be, ns (RACK's reordering window). */
  reorderUntil = Infinity;
  private sackedOut = 0;
  private lostOut = 0;
  private resendingOut = 0;
  private repairedAt = 0; // byte sequence: recovery ends when it is acknowledged
  private priorWindow = 0;
  private delivered = 0;
  private out = 0;
  private newestSent = -1; // RACK: the latest sent of all that arrived
  private newestEnd = 0;
  private newestRtt = 0;

  /** Nothing is in flight any more. */
  reset(): void {
    this.pieces.length = 0;
    this.state = "open";
    this.sackedOut = this.lostOut = this.resendingOut = 0;
    this.newestSent = -1;
    this.reorderUntil = Infinity;
  }

  /** Segments that are out but not on their way. */
  get leftOut(): number {
    return this.sackedOut + this.lostOut - this.resendingOut;
  }

  /** Whether anything is missing, so that losses must be looked for. */
  get dubious(): boolean {
    return this.sackedOut > 0 || this.state !== "open";
  }

  /** Whether lost segments wait for their retransmission. */
  get owes(): boolean {
    return this.lostOut > this.resendingOut;
  }

  /** Counts segments that leave while the window is being reduced. */
  left(segments: number): void {
    if (this.state === "recovery") this.out += segments;
  }

  /** Divides a piece at a byte sequence; the rest follows it. */
  split(index: number, at: number, mss: number): void {
    const piece = this.pieces[index];
    const segments = Math.ceil((at - piece.start) / mss);
    const memory = Math.round((piece.memory * (at - piece.start)) / (piece.end - piece.start));
    this.pieces.splice(index + 1, 0, {
      ...piece,
      start: at,
      segments: piece.segments - segments,
      memory: piece.memory - memory,
    });
    piece.end = at;
    piece.segments = segments;
    piece.memory = memory;
  }

  /** Takes in an acknowledgement up to `sequence` with selective `blocks` (start, end, ...). */
  take(now: number, sequence: number, blocks: readonly number[], sender: Sender): Told {
    const told: Told = { removed: 0, delivered: 0, first: -1, last: -1, freed: 0 };
    const { pieces } = this;
    while (pieces.length > 0 && pieces[0].start < sequence) {
      if (pieces[0].end > sequence) this.split(0, sequence, sender.mss);
      const piece = pieces.shift() as Piece;
      told.removed += piece.segments;
      told.freed += piece.memory;
      if (piece.sacked) this.sackedOut -= piece.segments;
      else this.arrived(now, piece, told, sender);
    }
    for (let b = 0; b < blocks.length; b += 2) {
      const start = blocks[b], end = blocks[b + 1];
      for (let i = 0; i < pieces.length && pieces[i].start < end; i++) {
        if (pieces[i].end <= start || pieces[i].sacked) continue;
        if (pieces[i].start < start) {
          this.split(i, start, sender.mss);
          continue;
        }
        if (pieces[i].end > end) this.split(i, end, sender.mss);
        this.arrived(now, pieces[i], told, sender);
        pieces[i].sacked = true;
        this.sackedOut += pieces[i].segments;
      }
    }
    return told;
  }

  private arrived(now: number, piece: Piece, told: Told, sender: Sender): void {
    told.delivered += piece.segments;
    if (piece.lost) this.lostOut -= piece.segments;
    if (piece.resending) this.resendingOut -= piece.segments;
    piece.lost = piece.resending = false;
    if (!piece.resent) {
      if (told.first < 0) told.first = piece.sent;
      told.last = piece.sent;
    } else if ((now - piece.sent) / 1000 < sender.roundTrip.min) return; // it was the original
    if (
      piece.sent > this.newestSent || (piece.sent === this.newestSent && piece.end > this.newestEnd)
    ) {
      this.newestSent = piece.sent;
      this.newestEnd = piece.end;
      this.newestRtt = now - piece.sent;
    }
  }

  /** Marks what left before something that has arrived, a round trip ago (RACK); gives segments. */
  detect(now: number, sender: Sender): number {
    const { min, srtt } = sender.roundTrip;
    const patient = this.state === "open" && this.sackedOut < DUPLICATE_THRESHOLD;
    const window = patient ? Math.min(min / 4, srtt / 8) * 1000 : 0;
    let lost = 0;
    this.reorderUntil = Infinity;
    for (const piece of this.pieces) {
      if (piece.sacked || (piece.lost && !piece.resending)) continue;
      if (
        piece.sent > this.newestSent ||
        (piece.sent === this.newestSent && piece.end >= this.newestEnd)
      ) continue;
      const due = piece.sent + this.newestRtt + window;
      if (due > now) this.reorderUntil = Math.min(this.reorderUntil, due);
      else lost += this.mark(piece);
    }
    return lost;
  }

  private mark(piece: Piece): number {
    if (piece.resending) this.resendingOut -= piece.segments;
    if (!piece.lost) this.lostOut += piece.segments;
    piece.resending = false;
    piece.lost = true;
    return piece.segments;
  }

  /** What was lost is known, or repaired: enters or leaves fast recovery. */
  settle(sender: Sender): void {
    if (this.state !== "open" && sender.una >= this.repairedAt) {
      if (this.state === "recovery") sender.cwnd = sender.ssthresh;
      this.state = "open";
    }
    if (this.state !== "open" || this.lostOut === 0) return;
    this.state = "recovery";
    this.repairedAt = sender.next;
    this.priorWindow = sender.cwnd;
    this.delivered = this.out = 0;
    sender.reduce();
  }

  /**
   * Proportional rate reduction: what leaves follows what arrives, so that the window has come down
   * to the threshold when all is repaired.
   */
  reduceWindow(sender: Sender, delivered: number, lost: number, advanced: boolean): void {
    if (delivered <= 0) return;
    this.delivered += delivered;
    const flying = sender.packetsOut - this.leftOut;
    const room = sender.ssthresh - flying;
    let send: number;
    if (room < 0) {
      send = Math.ceil((sender.ssthresh * this.delivered) / this.priorWindow) - this.out;
    } else if (advanced && lost === 0) {
      send = Math.min(room, Math.max(this.delivered - this.out, delivered) + 1);
    } else send = Math.min(room, delivered);
    sender.cwnd = Math.max(1, flying + Math.max(send, this.out > 0 ? 0 : 1));
  }

  /** A time-out: everything that has not arrived is lost, and sending starts anew (`tcp_enter_loss`). */
  timedOut(now: number, sender: Sender): void {
    const fresh = this.state === "open";
    for (const piece of this.pieces) if (!piece.sacked) this.mark(piece);
    if (fresh || sender.una >= this.repairedAt) sender.reduce();
    this.state = "loss";
    this.repairedAt = sender.next;
    this.reorderUntil = Infinity;
    sender.cubic.timedOut(sender, now);
    sender.cwnd = sender.packetsOut - this.leftOut + 1;
  }

  /** Index of the next piece to retransmit; -1 when nothing waits for that. */
  nextLost(): number {
    return this.owes ? this.pieces.findIndex((p) => p.lost && !p.resending) : -1;
  }

  /** A piece leaves again. */
  resend(piece: Piece, now: number): void {
    piece.sent = now;
    piece.resent = piece.resending = true;
    this.resendingOut += piece.segments;
    this.left(piece.segments);
  }

  /** A probe found a loss that it repaired itself: the window shrinks at once (`tcp_process_tlp_ack`). */
  shrink(sender: Sender): void {
    sender.reduce();
    sender.cwnd = sender.ssthresh;
  }
}
