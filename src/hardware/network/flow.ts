/**
 * The fast model of one TCP flow: a plain loop over GSO packets and acknowledgements, without an
 * event queue. Four things can happen next (the application writes, a packet arrives, the other
 * application reads, an acknowledgement arrives); each takes its core's time, the earliest goes first.
 */
import { Fifo } from "./fifo.ts";
import { type Core, deliver, type Direction, type HostCosts } from "./host-costs.ts";
import { wireBytes } from "./options.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";

/** One end's processor and what its kernel costs. */
export interface End {
  readonly core: Core;
  readonly costs: HostCosts;
}

/** Half a connection: everything that one stream of bytes needs. */
export interface Stream {
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly from: End;
  readonly to: End;
  readonly forward: Direction;
  readonly back: Direction;
  /** The receiving application cannot read before this, ns: it is still accepting the connection. */
  readerFrom?: number;
}

/** When a stream's bytes had reached the other application, and when the sender knew. */
export interface Delivered {
  /** The last byte has been read, ns. */
  readonly received: number;
  /** The last acknowledgement has been taken in, ns. */
  readonly acknowledged: number;
  /** Packets (after segmentation offload) that were sent. */
  readonly packets: number;
}

/** Kernel memory of a packet in the send buffer besides its payload, bytes. */
const PACKET_OVERHEAD = 1280;
/** Smallest delay of an acknowledgement that waits for company (TCP_DELACK_MIN), ns. */
const DELAYED_ACK = 40e6;

// Scratch queues: a stream runs to its end before another begins, so one set serves all.
const flying = new Fifo(4); // arrival, bytes, segments
const unacked = new Fifo(4); // end sequence, segments, sent at, bytes
const unsent = new Fifo(3); // bytes of a socket buffer's packet
const unread = new Fifo(3); // ready, bytes, segments
const acks = new Fifo(3); // arrival, sequence, window edge

/**
 * Sends `bytes` from one application to the other, beginning at `start` (ns), and lets the last
 * acknowledgements come home. Changes the state of both halves, cores and link directions.
 */
export function transmit(stream: Stream, start: number, bytes: number): Delivered {
  const { sender, receiver, from, to, forward, back } = stream;
  const { mss, options } = sender;
  const fromCosts = from.costs, toCosts = to.costs, fromCore = from.core, toCore = to.core;
  const ackWire = wireBytes(0, 1, options, back.frameOverhead);
  const readerFrom = stream.readerFrom ?? 0;
  const end = sender.next + bytes;
  let written = sender.next; // sequence up to which the application has handed over
  let queuedMemory = 0;
  let writeReady = start;
  let readerBusyUntil = -1;
  let received = start, acknowledged = start, packets = 0, restore = 0;

  sender.restartAfterIdle(start);

  // Sends what the windows allow at `now`; gives when the core is done.
  const push = (now: number): number => {
    let limited = false, sent = false;
    for (;;) {
      if (unsent.length === 0) break;
      const whole = unsent.head(0);
      const inFlight = sender.packetsOut;
      if (inFlight >= sender.cwnd) break;
      const room = sender.windowEdge - sender.next;
      if (room < Math.min(mss, whole)) break;
      const most = sender.tsoSegments;
      const quota = Math.min(Math.max(sender.cwnd >> 1, 1), sender.cwnd - inFlight);
      if (whole > mss) {
        // Wait for a larger packet if the next acknowledgement is likely to come soon.
        const window = (sender.cwnd - inFlight) * mss;
        const limit = Math.min(room, window);
        if (
          limit < most * mss && !(unsent.length > 1 && limit >= whole) &&
          now - sender.lastSent < 1e6 &&
          limit < Math.min(sender.windowEdge - sender.una, sender.cwnd * mss) / 3 &&
          unacked.length > 0 && now - unacked.head(2) >= sender.roundTrip.srtt8 * 62.5
        ) {
          if (window < room) {
            if (window <= whole) {
              limited = true;
              break;
            }
          } else if (room <= whole) break;
        }
      }
      let n = Math.min(whole, Math.min(quota, most) * mss);
      if (n > room) n = Math.floor(room / mss) * mss;
      const segments = Math.ceil(n / mss);
      if (n === whole) unsent.shift();
      else unsent.setHead(0, whole - n);
      now += fromCosts.packet;
      sender.sent(now, n, segments);
      unacked.push(sender.next, segments, now, n + PACKET_OVERHEAD);
      queuedMemory += n + PACKET_OVERHEAD;
      const wire = wireBytes(n, segments, options, forward.frameOverhead);
      flying.push(deliver(forward, now, wire), n, segments, sender.una > 0 ? 1 : 0);
      packets++;
      sent = true;
    }
    limited ||= sender.packetsOut >= sender.cwnd;
    if (sent || limited) sender.validate(now, limited);
    return now;
  };

  const acknowledge = (now: number): number => {
    now += toCosts.packet;
    acks.push(deliver(back, now, ackWire), receiver.next, receiver.acknowledge());
    return now;
  };

  while (receiver.copied < end || sender.una < end) {
    // The earliest to start; on one core, what has waited longest (the softirq thread and the
    // woken process share it fairly).
    const dataReady = flying.length > 0 ? flying.head(0) : Infinity;
    const ackReady = acks.length > 0 ? acks.head(0) : Infinity;
    const readReady = unread.length > 0 ? unread.head(0) : Infinity;
    const toFree = toCore.free, fromFree = fromCore.free;
    const receiverReady = dataReady <= readReady ? dataReady : readReady;
    const senderReady = ackReady <= writeReady ? ackReady : writeReady;
    const atReceiver = receiverReady > toFree ? receiverReady : toFree;
    const atSender = senderReady > fromFree ? senderReady : fromFree;
    const receiverNext = receiverReady !== Infinity &&
      (atReceiver < atSender || (atReceiver === atSender && receiverReady <= senderReady) ||
        senderReady === Infinity);
    if (receiverReady === Infinity && senderReady === Infinity) {
      // Nothing moves until the receiver's delayed-acknowledgement timer fires.
      if (receiver.unacknowledged === 0) {
        throw new Error(
          `TCP stream stalled with ${
            end - sender.una
          } of ${bytes} bytes not acknowledged, window ` +
            `${sender.windowEdge - sender.next} bytes, cwnd ${sender.cwnd} segments`,
        );
      }
      toCore.free = acknowledge(toCore.free + DELAYED_ACK);
      continue;
    }
    if (receiverNext && dataReady <= readReady) {
      const n = flying.head(1), segments = flying.head(2), echo = flying.head(3) === 1;
      flying.shift();
      let now = atReceiver + toCosts.packet;
      const answer = receiver.arrive(now, n, echo);
      if (answer) now = acknowledge(now);
      toCore.free = now;
      unread.push(Math.max(now, readerFrom), n, segments);
    } else if (!receiverNext && ackReady <= writeReady) {
      const sequence = acks.head(1), edge = acks.head(2);
      acks.shift();
      let now = atSender + fromCosts.packet;
      let segments = 0, first = -1, last = 0;
      while (unacked.length > 0 && unacked.head(0) <= sequence) {
        segments += unacked.head(1);
        last = unacked.head(2);
        if (first < 0) first = last;
        queuedMemory -= unacked.head(3);
        unacked.shift();
      }
      if (segments > 0) {
        sender.acknowledged(now, sequence, edge, segments, first, last);
        acknowledged = now;
      } else sender.offered(edge);
      now = push(now);
      if (sender.blocked) {
        if (sender.packetsOut < sender.cwnd) sender.expandSendBuffer();
        const memory = queuedMemory + (written - sender.next);
        if (sender.sendBuffer - memory >= memory >> 1) {
          sender.blocked = false;
          writeReady = now + fromCosts.wakeUp;
        }
      }
      fromCore.free = now;
    } else if (receiverNext) {
      const n = unread.head(1), segments = unread.head(2);
      unread.shift();
      let now = atReceiver + segments * toCosts.segment;
      if (atReceiver > readerBusyUntil) now += toCosts.wakeUp;
      if (receiver.read(now, n)) now = acknowledge(now);
      readerBusyUntil = now;
      toCore.free = now;
      if (receiver.copied === end) {
        received = now;
        restore = fromCore.free;
        // The last odd segment: its acknowledgement rides on the answer.
        if (receiver.unacknowledged > 0) acknowledge(now);
      }
    } else {
      const n = Math.min(end - written, sender.bufferSegments * mss);
      written += n;
      unsent.push(n, 0, 0);
      let now = atSender + Math.ceil(n / mss) * fromCosts.segment;
      now = push(now);
      writeReady = now;
      if (written === end) writeReady = Infinity;
      else if (queuedMemory + (written - sender.next) >= sender.sendBuffer) {
        sender.blocked = true;
        writeReady = Infinity;
      }
      fromCore.free = now;
    }
  }
  // The last acknowledgements came home after the caller went on: they must not hold up its core.
  if (restore < fromCore.free) {
    fromCore.free = Math.max(restore, fromCore === toCore ? received : 0);
  }
  return { received, acknowledged, packets };
}
