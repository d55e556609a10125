/**
 * The fast model of one TCP flow: a plain loop over packets (as segmentation offload hands them to
 * the device) and acknowledgements, without an event queue. Four things can happen next: the
 * application writes, a packet arrives, the other application reads, an acknowledgement arrives.
 * Each takes its core's time. Networks that do not reorder make each kind a first-in-first-out queue.
 */
import { Fifo } from "./fifo.ts";
import { deliver } from "./host-costs.ts";
import { wireBytes } from "./options.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";
import type { Delivered, Stream } from "./stream.ts";

/** Kernel memory of a packet in the send buffer besides its payload, bytes. */
export const PACKET_OVERHEAD = 1280;
/** A long write() looks at the socket's backlog after this many new packets. */
export const BACKLOG_PACKETS = 16;
/** Smallest delay of an acknowledgement that waits for company (TCP_DELACK_MIN), ns. */
export const DELAYED_ACK = 40e6;

/** One run of the loop. The queues are kept from run to run: a run ends before another begins. */
export class Flow {
  protected readonly unsent = new Fifo(1); // bytes of one packet of the socket buffer
  protected readonly flying = new Fifo(3); // arrival, bytes, echoes an acknowledgement
  protected readonly unread = new Fifo(2); // ready, bytes
  protected readonly acks = new Fifo(3); // arrival, sequence, window edge
  protected readonly unacked = new Fifo(4); // end sequence, segments, sent at, memory
  protected stream!: Stream;
  protected sender!: Sender;
  protected receiver!: Receiver;
  protected toWrite = 0;
  protected writing = 0; // bytes left of the current write()
  protected added = 0; // packets since the write() began or last looked at its backlog
  protected unpushed = 0; // bytes written since everything was last pushed
  protected owned = false; // a writing process has the socket: acknowledgements wait in its backlog
  protected memory = 0; // bytes of kernel memory that hold what is written and not acknowledged
  protected writeReady = 0;
  protected readerBusyUntil = 0;
  protected received = -1;
  protected acknowledged = 0;
  protected packets = 0;
  protected rounds = 0;
  protected roundEnd = 0;
  protected restoreCore = 0;
  protected timer = Infinity; // retransmission timer, ns; only lossy paths need one

  /** Sends `bytes` over `stream` from `start` (ns) on. */
  run(stream: Stream, start: number, bytes: number): Delivered {
    const { sender, receiver, from, to } = stream;
    this.stream = stream;
    this.sender = sender;
    this.receiver = receiver;
    this.toWrite = bytes;
    this.memory = this.writing = this.unpushed = 0;
    this.owned = sender.blocked = false;
    this.writeReady = start;
    this.readerBusyUntil = this.received = -1;
    this.packets = this.rounds = 0;
    this.roundEnd = sender.next;
    const end = sender.next + bytes;
    sender.restartAfterIdle(start);
    while (receiver.copied < end || sender.una < end) {
      const data = this.flying.length > 0 ? this.flying.head(0) : Infinity;
      const read = this.unread.length > 0 ? this.unread.head(0) : Infinity;
      const ack = this.acks.length > 0 && !this.owned ? this.acks.head(0) : Infinity;
      const toReady = data <= read ? data : read;
      const fromReady = ack <= this.writeReady ? ack : this.writeReady;
      if (toReady === Infinity && fromReady === Infinity) {
        this.delayedAck(end);
        continue;
      }
      // The earliest to start; on one core, what has waited longest (the softirq thread and a
      // woken process share it fairly).
      const atTo = toReady > to.core.free ? toReady : to.core.free;
      const atFrom = fromReady > from.core.free ? fromReady : from.core.free;
      if (this.timer <= atTo && this.timer <= atFrom) {
        this.timeOut(this.timer > from.core.free ? this.timer : from.core.free);
        continue;
      }
      const toFirst = fromReady === Infinity || (toReady !== Infinity &&
        (atTo < atFrom || (atTo === atFrom && toReady <= fromReady)));
      if (toFirst) {
        if (data <= read) this.arrive(atTo);
        else this.read(atTo, end);
      } else if (ack <= this.writeReady) this.acknowledge(atFrom);
      else this.write(atFrom);
    }
    // What still tells of a larger window has told of it before the next message.
    for (; this.acks.length > 0; this.acks.shift()) sender.offered(this.acks.head(2));
    // The last acknowledgements came home after the caller went on: they must not hold up its core.
    if (this.restoreCore < from.core.free) {
      from.core.free = from.core === to.core ? this.received : this.restoreCore;
    }
    const { received, acknowledged, packets, rounds } = this;
    return { received, acknowledged, packets, rounds };
  }

  /**
   * The application's write() goes on (`tcp_sendmsg`). Bytes join the last unsent packet without
   * asking for room; only a new packet needs it, so a long write() passes a small send buffer as
   * fast as its packets leave in pieces.
   */
  protected write(now: number): void {
    const { sender, stream, unsent } = this;
    const { core, costs } = stream.from;
    if (this.writing === 0) {
      this.writing = Math.min(this.toWrite, sender.options.writeSize);
      this.added = 0;
    }
    const goal = sender.bufferSegments * sender.mss;
    const tail = unsent.length > 0 ? unsent.tail(0) : goal;
    if (tail >= goal && this.memory >= sender.sendBuffer) {
      this.waitForRoom(this.push(now, Infinity));
      return;
    }
    if (tail >= goal && this.added >= BACKLOG_PACKETS) {
      this.added = 0;
      this.takeBacklog(now);
      this.writeReady = core.free;
      return;
    }
    const room = tail >= goal ? goal : goal - tail;
    const bytes = Math.min(room, this.writing);
    if (tail >= goal) {
      unsent.push(bytes);
      this.added++;
      this.memory += PACKET_OVERHEAD;
    } else unsent.setTail(0, tail + bytes);
    this.memory += bytes;
    this.writing -= bytes;
    this.toWrite -= bytes;
    this.unpushed += bytes;
    now += bytes * costs.writeByte;
    if (this.writing === 0 || (bytes === room && this.unpushed > sender.maxWindow / 2)) {
      this.unpushed = 0;
      now = this.push(now, Infinity);
    } else if (bytes === room && unsent.length === 1) now = this.push(now, 1);
    core.free = now;
    this.owned = this.writing > 0;
    this.writeReady = this.toWrite === 0 ? Infinity : now;
  }

  /**
   * The writer lets go of the socket (`sk_stream_wait_memory`): acknowledgements that came while it
   * held it are taken in first, and it sleeps only if they made no room at all. Once asleep it is
   * woken when a third of the buffer is free.
   */
  protected waitForRoom(now: number): void {
    const { sender, stream } = this;
    sender.blocked = true;
    this.takeBacklog(now);
    sender.blocked = this.memory >= sender.sendBuffer;
    this.owned = !sender.blocked;
    this.writeReady = sender.blocked ? Infinity : stream.from.core.free;
  }

  /** Acknowledgements that waited for the socket until `now`, and those that come meanwhile. */
  protected takeBacklog(now: number): void {
    const { acks } = this;
    const { core } = this.stream.from;
    core.free = now;
    while (acks.length > 0 && acks.head(0) <= core.free) this.acknowledge(core.free);
  }

  /** Sends what the windows allow, `most` packets; gives when the core has done so. */
  protected push(now: number, most: number): number {
    const { sender, stream, unsent } = this;
    let limited = false, sent = false;
    for (; unsent.length > 0 && most > 0; most--) {
      const whole = unsent.head(0);
      const bytes = sender.nextPacket(now, whole, unsent.length > 1, this.oldestSent);
      if (bytes <= 0) {
        limited = bytes < 0;
        break;
      }
      if (bytes === whole) unsent.shift();
      else {
        unsent.setHead(0, whole - bytes);
        this.memory += PACKET_OVERHEAD;
      }
      const segments = Math.ceil(bytes / sender.mss);
      now += stream.from.costs.packet;
      sender.sent(now, bytes, segments);
      this.launch(now, bytes, segments);
      this.packets++;
      if (sender.una >= this.roundEnd) {
        this.rounds++;
        this.roundEnd = sender.next;
      }
      sent = true;
    }
    limited ||= sender.inFlight >= sender.cwnd;
    if (sent || limited) sender.validate(now, limited);
    return now;
  }

  /** When the oldest packet in flight was sent; -1 without one. */
  protected get oldestSent(): number {
    return this.unacked.length > 0 ? this.unacked.head(2) : -1;
  }

  /** A packet of `bytes` is on its way, the last before `sender.next`. */
  protected launch(now: number, bytes: number, segments: number): void {
    const { sender, stream } = this;
    this.unacked.push(sender.next, segments, now, bytes + PACKET_OVERHEAD);
    const wire = wireBytes(bytes, segments, sender.options, stream.forward.frameOverhead);
    const echo = sender.una > 0 ? 1 : 0;
    this.flying.push(deliver(stream.forward, now, wire), bytes, echo);
  }

  /** A packet comes up the receiver's stack. */
  protected arrive(now: number): void {
    const { flying, stream } = this;
    const bytes = flying.head(1), echo = flying.head(2) === 1;
    flying.shift();
    now += stream.to.costs.packet;
    const answer = this.receiver.arrive(now, bytes, echo);
    this.unread.push(Math.max(now, stream.readerFrom), bytes);
    if (answer) now = this.sendAck(now);
    stream.to.core.free = now;
  }

  protected sendAck(now: number): number {
    const { stream, receiver } = this;
    now += stream.to.costs.packet;
    const wire = wireBytes(0, 1, this.sender.options, stream.back.frameOverhead);
    this.acks.push(deliver(stream.back, now, wire), receiver.next, receiver.acknowledge());
    return now;
  }

  /** The other application takes one packet's bytes. */
  protected read(now: number, end: number): void {
    const { unread, stream, receiver } = this;
    const { costs, core } = stream.to;
    const bytes = unread.head(1);
    unread.shift();
    // It slept unless the packet was there when it had read the one before.
    if (now > this.readerBusyUntil) now += costs.wakeUp;
    now += bytes * costs.readByte;
    if (receiver.read(now, bytes)) now = this.sendAck(now);
    this.readerBusyUntil = core.free = now;
    if (receiver.copied < end) return;
    this.received = now;
    this.restoreCore = stream.from.core.free;
    // A last odd segment's acknowledgement rides on the answer.
    if (receiver.unacknowledged > 0) this.sendAck(now);
  }

  /** An acknowledgement comes up the sender's stack: windows move, packets and the writer may go on. */
  protected acknowledge(now: number): void {
    const { acks, unacked, sender, stream } = this;
    const sequence = acks.head(1), edge = acks.head(2);
    acks.shift();
    now += stream.from.costs.packet;
    let segments = 0, first = -1, last = 0;
    while (unacked.length > 0 && unacked.head(0) <= sequence) {
      segments += unacked.head(1);
      last = unacked.head(2);
      if (first < 0) first = last;
      this.memory -= unacked.head(3);
      unacked.shift();
    }
    now += segments * sender.mss * stream.from.costs.freeByte;
    if (segments > 0) {
      sender.acknowledged(now, sequence, edge, segments, first, last);
      this.acknowledged = now;
    } else sender.offered(edge);
    this.dataSendCheck(now);
  }

  /** After an acknowledgement: packets leave, and the writer may go on (`tcp_data_snd_check`). */
  protected dataSendCheck(now: number): void {
    const { sender, stream } = this;
    now = this.push(now, Infinity);
    if (sender.blocked) {
      if (sender.inFlight < sender.cwnd) sender.expandSendBuffer();
      // The writer is woken when a third of the buffer is free.
      if (sender.sendBuffer - this.memory >= Math.floor(this.memory / 2)) {
        sender.blocked = false;
        this.writeReady = now + stream.from.costs.wakeUp;
      }
    }
    stream.from.core.free = now;
  }

  /** Nothing moves until the receiver's delayed-acknowledgement timer fires. */
  protected delayedAck(end: number): void {
    const { receiver, sender, stream } = this;
    if (receiver.unacknowledged === 0) {
      throw new Error(
        `TCP stream stalled: ${end - sender.una} bytes not acknowledged, receive window ` +
          `${sender.windowEdge - sender.next} bytes, congestion window ${sender.cwnd} segments; ` +
          `send and receive buffers must hold a segment`,
      );
    }
    stream.to.core.free = this.sendAck(stream.to.core.free + DELAYED_ACK);
  }

  /** The retransmission timer fires: never without losses. */
  protected timeOut(_now: number): void {
    this.timer = Infinity;
  }
}
