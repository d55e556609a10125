/**
 * The loop of `flow.ts` on a path that loses packets: each segment of an offloaded packet is lost on
 * its own, the receiver keeps what comes after a gap and says so (SACK), and the sender repairs
 * (`recovery.ts`), prompted by acknowledgements or by a timer: tail loss probe or time-out (RFC 8985,
 * RFC 6298). Without a loss it does what the plain loop does, to the nanosecond.
 */
import { DELAYED_ACK, Flow, PACKET_OVERHEAD } from "./flow.ts";
import type { Delivered, Stream } from "./stream.ts";
import { deliver } from "./host-costs.ts";
import { wireBytes } from "./options.ts";
import { Reassembly } from "./reassembly.ts";
import { type Piece, Recovery } from "./recovery.ts";

/** `TCP_RTO_MIN` and `TCP_TIMEOUT_MIN` (two jiffies), ns. */
const RTO_MIN = 200e6;
const TIMEOUT_MIN = 8e6;
const RTO_MAX = 120e9;

/** A flow whose packets may be lost. */
export class LossyFlow extends Flow {
  private readonly recovery = new Recovery();
  private readonly reassembly = new Reassembly();
  private readonly starts: number[] = []; // first byte of each run in `flying`
  private readonly blocks: (readonly number[])[] = []; // SACK blocks of each of `acks`
  private timerKind: "probe" | "time-out" | "reordering" = "time-out";
  private backoff = 0;
  private probed = -1; // byte sequence up to which a tail loss probe has been sent
  private readonly wireFree = { forward: 0, back: 0 };

  override run(stream: Stream, start: number, bytes: number): Delivered {
    this.recovery.reset();
    this.reassembly.reset(stream.receiver.next);
    this.timer = Infinity;
    this.backoff = 0;
    this.probed = -1;
    const delivered = super.run(stream, start, bytes);
    stream.sender.leftOut = 0;
    for (; this.flying.length > 0; this.flying.shift());
    this.starts.length = this.blocks.length = 0;
    // Late repairs of lost acknowledgements must not hold up what follows.
    stream.forward.busyUntil = Math.min(stream.forward.busyUntil, this.wireFree.forward);
    stream.back.busyUntil = Math.min(stream.back.busyUntil, this.wireFree.back);
    return delivered;
  }

  protected override get oldestSent(): number {
    return this.recovery.pieces.length > 0 ? this.recovery.pieces[0].sent : -1;
  }

  protected override launch(now: number, bytes: number, segments: number): void {
    const { sender, recovery } = this;
    const piece: Piece = {
      start: sender.next - bytes,
      end: sender.next,
      segments,
      sent: now,
      memory: bytes + PACKET_OVERHEAD,
      sacked: false,
      lost: false,
      resending: false,
      resent: false,
    };
    recovery.pieces.push(piece);
    recovery.left(segments);
    this.fly(now, piece);
    if (this.timer === Infinity || this.timerKind === "probe") this.arm(now);
  }

  /** A packet's segments enter the link; what survives in a row arrives as one packet. */
  private fly(now: number, { start, end }: Piece): void {
    const { sender, stream } = this;
    const { mss, options } = sender;
    const { forward } = stream;
    const { drops, frameOverhead } = forward;
    let from = start, waiting = 0;
    const flush = (to: number) => {
      if (waiting === 0) return;
      const begin = Math.max(now + forward.latency, forward.busyUntil);
      const at = deliver(forward, now, wireBytes(to - from, waiting, options, frameOverhead));
      drops?.admitted(begin, at, waiting);
      this.flying.push(at, to - from, sender.una > 0 ? 1 : 0);
      this.starts.push(from);
      waiting = 0;
    };
    for (let at = start; at < end; at += mss) {
      const bytes = Math.min(mss, end - at);
      const wire = wireBytes(bytes, 1, options, frameOverhead);
      if (drops?.takes(forward, now, wire, waiting)) {
        flush(at);
        from = at + bytes;
      } else waiting++;
    }
    flush(end);
  }

  protected override arrive(now: number): void {
    const { flying, stream, receiver, reassembly } = this;
    const bytes = flying.head(1), echo = flying.head(2) === 1;
    const start = this.starts.shift() as number;
    flying.shift();
    now += stream.to.costs.packet;
    const inOrder = start === receiver.next && reassembly.empty;
    const fresh = reassembly.add(start, start + bytes);
    const ready = reassembly.take();
    let answer = true; // gaps, their filling and duplicates are acknowledged at once
    if (ready > 0) {
      const asked = receiver.arrive(now, fresh, echo, ready - fresh);
      if (inOrder) answer = asked;
      this.unread.push(Math.max(now, stream.readerFrom), ready);
    } else if (fresh > 0) receiver.hold(fresh);
    if (answer) now = this.sendAck(now);
    stream.to.core.free = now;
  }

  protected override sendAck(now: number): number {
    const { stream, receiver, sender } = this;
    const { back } = stream;
    now += stream.to.costs.packet;
    const wire = wireBytes(0, 1, sender.options, back.frameOverhead);
    const edge = receiver.acknowledge();
    if (back.drops?.takes(back, now, wire, 0)) return now;
    const begin = Math.max(now + back.latency, back.busyUntil);
    const at = deliver(back, now, wire);
    back.drops?.admitted(begin, at, 1);
    this.acks.push(at, receiver.next, edge);
    this.blocks.push(this.reassembly.blocks());
    return now;
  }

  protected override read(now: number, end: number): void {
    super.read(now, end);
    if (this.receiver.copied < end) return;
    this.wireFree.forward = this.stream.forward.busyUntil;
    this.wireFree.back = this.stream.back.busyUntil;
  }

  protected override acknowledge(now: number): void {
    const { acks, sender, stream, recovery } = this;
    const sequence = acks.head(1), edge = acks.head(2);
    const blocks = this.blocks.shift() as readonly number[];
    acks.shift();
    now += stream.from.costs.packet;
    const told = recovery.take(now, sequence, blocks, sender);
    this.memory -= told.freed;
    now += told.removed * sender.mss * stream.from.costs.freeByte;
    if (told.removed > 0) {
      sender.una = sequence;
      sender.packetsOut -= told.removed;
      this.backoff = 0;
      this.acknowledged = now;
    }
    sender.offered(edge);
    if (told.first >= 0) sender.measured(now, told.first, told.last);
    this.checkProbe(sequence);
    const lost = recovery.dubious ? recovery.detect(now, sender) : 0;
    recovery.settle(sender);
    if (recovery.state === "recovery") {
      recovery.reduceWindow(sender, told.delivered, lost, told.removed > 0);
    } else if (told.removed > 0) sender.grow(now, told.delivered);
    sender.leftOut = recovery.leftOut;
    if (told.delivered > 0) sender.updatePacingRate();
    now = this.retransmit(now);
    if (told.removed > 0 || told.delivered > 0) this.arm(now);
    this.dataSendCheck(now);
  }

  /** Whether a tail loss probe is answered; if it repaired a loss, the window shrinks. */
  private checkProbe(sequence: number): void {
    if (this.probed < 0 || sequence < this.probed) return;
    if (sequence > this.probed && this.recovery.state === "open") this.recovery.shrink(this.sender);
    this.probed = -1;
  }

  /** Sends again what is lost, as far as the window allows (`tcp_xmit_retransmit_queue`). */
  private retransmit(now: number): number {
    const { recovery, sender, stream } = this;
    for (let i = recovery.nextLost(); i >= 0; i = recovery.nextLost()) {
      const room = Math.min(sender.cwnd - sender.inFlight, sender.tsoSegments);
      if (room <= 0) break;
      const piece = recovery.pieces[i];
      if (piece.segments > room) recovery.split(i, piece.start + room * sender.mss, sender.mss);
      now += stream.from.costs.packet;
      this.resend(now, piece);
    }
    return now;
  }

  private resend(now: number, piece: Piece): void {
    this.recovery.resend(piece, now);
    this.sender.leftOut = this.recovery.leftOut;
    this.sender.lastSent = now;
    this.packets++;
    this.fly(now, piece);
  }

  /** Sets the timer: RACK's reordering window, else a probe of the tail, else the time-out. */
  private arm(now: number): void {
    const { recovery, sender } = this;
    const rto = Math.min(sender.roundTrip.rto * 2 ** this.backoff, RTO_MAX);
    if (sender.packetsOut === 0) this.timer = Infinity;
    else if (recovery.reorderUntil < Infinity) {
      this.timerKind = "reordering";
      this.timer = recovery.reorderUntil;
    } else if (!recovery.dubious && this.probed < 0) {
      const patience = sender.packetsOut === 1 ? RTO_MIN : TIMEOUT_MIN;
      this.timerKind = "probe";
      this.timer = now + Math.min(2 * sender.roundTrip.srtt * 1000 + patience, rto);
    } else {
      this.timerKind = "time-out";
      this.timer = now + rto;
    }
  }

  protected override timeOut(now: number): void {
    const { recovery, sender, stream } = this;
    const kind = this.timerKind;
    if (kind === "reordering") {
      const lost = recovery.detect(now, sender);
      const entered = recovery.state === "open";
      recovery.settle(sender);
      if (lost > 0 && entered) recovery.reduceWindow(sender, 1, lost, false);
      sender.leftOut = recovery.leftOut;
    } else if (kind === "time-out") {
      recovery.timedOut(now, sender);
      sender.leftOut = recovery.leftOut;
      this.probed = -1;
      this.backoff++;
    }
    now = kind === "probe" ? this.probe(now) : this.retransmit(now);
    this.arm(now);
    stream.from.core.free = now;
  }

  /** Sends the last segment again, so that its acknowledgement tells of losses before it. */
  private probe(now: number): number {
    const { recovery, sender, stream } = this;
    this.probed = sender.next;
    const { pieces } = recovery;
    const tail = pieces[pieces.length - 1];
    const last = tail.end - ((tail.end - tail.start - 1) % sender.mss + 1);
    if (last > tail.start) recovery.split(pieces.length - 1, last, sender.mss);
    now += stream.from.costs.packet;
    this.resend(now, pieces[pieces.length - 1]);
    return now;
  }

  /** Nothing moves: the next timer fires, or the sender asks whether the window is still closed. */
  protected override delayedAck(end: number): void {
    const { receiver, sender, stream } = this;
    const due = receiver.unacknowledged > 0 ? stream.to.core.free + DELAYED_ACK : Infinity;
    if (this.timer < due) return this.timeOut(Math.max(this.timer, stream.from.core.free));
    if (due < Infinity || this.unsent.length === 0) return super.delayedAck(end);
    const asked = Math.max(stream.from.core.free, stream.to.core.free) + sender.roundTrip.rto;
    stream.to.core.free = this.sendAck(asked + stream.forward.latency);
  }
}
