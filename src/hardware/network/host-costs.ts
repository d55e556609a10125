/** What a host's kernel spends on network traffic, and the core that it spends it on. */
import type { Drops } from "./drops.ts";
import type { NetworkHostPart } from "../parts/network-hosts.ts";

/** Payload of a segment on Ethernet with timestamps: what a part's segment constants are about. */
const SEGMENT_BYTES = 1448;

/** CPU times of one host's network stack, ns. */
export interface HostCosts {
  /** One packet, data or acknowledgement, up or down the stack (a GSO packet counts once). */
  readonly packet: number;
  /** One byte of payload from the application into packets: copy, memory, bookkeeping. */
  readonly writeByte: number;
  /** One byte of payload from packets to the application. */
  readonly readByte: number;
  /** One byte of acknowledged payload: its packet and pages are given back. */
  readonly freeByte: number;
  /** From the moment that a waiting process may go on until it has left its system call. */
  readonly wakeUp: number;
  /** A new connection on the side that asks for it: socket, port, first handshake packet. */
  readonly connect: number;
  /** A new connection on the listening side, until the application may read from it. */
  readonly accept: number;
}

/** A core that does one thing after the other. */
export interface Core {
  /** When it is done with what it has, ns. */
  free: number;
}

/** One direction of a link: packets leave in order, each after the one before. */
export interface Direction {
  /** Bits per second. */
  rate: number;
  /** One-way propagation, ns. */
  readonly latency: number;
  /** Bytes on the wire per packet beyond the IP packet. */
  readonly frameOverhead: number;
  /** When the last packet will have left the queue, ns. */
  busyUntil: number;
  /** What it loses; nothing unless given. */
  readonly drops?: Drops | undefined;
}

/** When `wire` bytes that enter at `now` have arrived at the other end. */
export function deliver(direction: Direction, now: number, wire: number): number {
  const start = Math.max(now + direction.latency, direction.busyUntil);
  direction.busyUntil = start + (wire * 8e9) / direction.rate;
  return direction.busyUntil;
}

const known = new WeakMap<NetworkHostPart, HostCosts>();

/** The costs that a named part gives; reckoned once for each part. */
export function hostCosts(part: NetworkHostPart): HostCosts {
  let costs = known.get(part);
  if (costs === undefined) known.set(part, costs = reckon(part));
  return costs;
}

function reckon(part: NetworkHostPart): HostCosts {
  const { packet, writeSegment, readSegment, freeSegment, wakeUp, connect, accept } =
    part.constants;
  return {
    packet: packet.value,
    writeByte: writeSegment.value / SEGMENT_BYTES,
    readByte: readSegment.value / SEGMENT_BYTES,
    freeByte: freeSegment.value / SEGMENT_BYTES,
    wakeUp: wakeUp.value,
    connect: connect.value,
    accept: accept.value,
  };
}
