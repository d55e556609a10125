/**
 * A TCP connection between two hosts, without an event queue: each operation takes the time at which
 * it begins and gives the time at which it is done; windows and estimates age in between.
 */
import type { Delivered, End, Stream } from "./stream.ts";
import { deliver, type Direction } from "./host-costs.ts";
import { segmentSize, type TcpOptions, wireBytes } from "./options.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { transmit } from "./transmit.ts";

/** TCP option that carries a Fast Open cookie. */
const COOKIE_BYTES = 12;

/** First time-out of a handshake packet (RFC 6298), ns; doubled each time (`tcp_syn_retries`). */
const SYN_TIMEOUT = 1e9;
const SYN_RETRIES = 6;

/** When a handshake packet leaves that is not lost. */
function insist(direction: Direction, now: number, wire: number): number {
  const { drops } = direction;
  if (drops === undefined) return now;
  for (let tries = 0; drops.takes(direction, now, wire, 0); tries++) {
    if (tries === SYN_RETRIES) {
      throw new Error(
        `connect() gave up after ${SYN_RETRIES + 1} lost handshake packets; lower the link's loss`,
      );
    }
    now += SYN_TIMEOUT * 2 ** tries;
  }
  return now;
}

/** Two hosts and the link between them. */
export interface Path {
  /** Who connects. */
  readonly client: End;
  /** Who accepts. */
  readonly server: End;
  /** Client to server. */
  readonly up: Direction;
  /** Server to client. */
  readonly down: Direction;
  /** Largest IP packet, bytes. */
  readonly mtu: number;
}

/** Who sends. */
export type Side = "client" | "server";

/** Both halves of one connection. */
export class Conversation {
  private readonly streams: Readonly<Record<Side, Stream>>;

  /** @param server the server's TCP options; default: the client's. */
  constructor(readonly path: Path, client: TcpOptions, server: TcpOptions = client) {
    const { up, down } = path;
    const mss = segmentSize(path.mtu, client);
    this.streams = {
      client: {
        sender: new Sender(mss, client),
        receiver: new Receiver(mss, server),
        from: path.client,
        to: path.server,
        forward: up,
        back: down,
        readerFrom: 0,
      },
      server: {
        sender: new Sender(mss, server),
        receiver: new Receiver(mss, client),
        from: path.server,
        to: path.client,
        forward: down,
        back: up,
        readerFrom: 0,
      },
    };
  }

  /** The sending half of one side: its windows and estimates. */
  sender(side: Side): Sender {
    return this.streams[side].sender;
  }

  /** Three-way handshake begun at `start` (ns); gives when the client's `connect()` returns. */
  connect(start: number): number {
    const { client, server } = this.path;
    const { up, down } = this.path;
    const options = this.streams.client.sender.options;
    const syn = wireBytes(8, 1, options, up.frameOverhead);
    const asked = Math.max(start, client.core.free) + client.costs.connect;
    const arrived = Math.max(deliver(up, insist(up, asked, syn), syn), server.core.free);
    const answered = arrived + 2 * server.costs.packet;
    server.core.free = answered;
    const heard = Math.max(deliver(down, insist(down, answered, syn), syn), client.core.free);
    const done = heard + 2 * client.costs.packet;
    client.core.free = done;
    const known = Math.max(
      deliver(up, done, wireBytes(0, 1, options, up.frameOverhead)),
      server.core.free,
    ) + server.costs.packet;
    this.establish(this.streams.client, done, heard - asked);
    this.establish(this.streams.server, known, known - answered);
    this.streams.client.readerFrom = known + server.costs.accept;
    return done + client.costs.wakeUp;
  }

  private establish(stream: Stream, now: number, rtt: number): void {
    stream.sender.establish(now, Math.floor(rtt / 1000), stream.receiver.offered);
    stream.receiver.establish(now, rtt);
  }

  /**
   * Opens the connection with the request on the SYN (TCP Fast Open, RFC 7413; needs a cookie from
   * an earlier connection). At most one segment. Gives when the server's application has it.
   */
  connectWithData(start: number, bytes: number): number {
    const { client, server, up, mtu } = this.path;
    const { mss, options } = this.streams.client.sender;
    if (bytes > mss) {
      throw new RangeError(`a SYN carries at most ${mss} bytes at an MTU of ${mtu}, not ${bytes}`);
    }
    const asked = Math.max(start, client.core.free) + client.costs.connect;
    this.connect(start);
    const wire = wireBytes(bytes + COOKIE_BYTES, 1, options, up.frameOverhead);
    const arrived = asked + up.latency + (wire * 8e9) / up.rate;
    return arrived + 2 * server.costs.packet + server.costs.accept + server.costs.wakeUp +
      bytes * server.costs.readByte;
  }

  /**
   * Sets a side's congestion window (chapter 4.3.2, `warmcwnd`): the provider's policy caps it. The
   * connection then counts as just used, so that idle decay starts anew, and its send buffer follows.
   */
  setWindow(side: Side, segments: number, now: number): void {
    this.streams[side].sender.warm(segments, now);
  }

  /** The application's clock ran `by` ns later than planned (a shared link): state ages from then. */
  delay(side: Side, by: number): void {
    this.streams[side].sender.lastSent += by;
  }

  /** Bits on the wire of a message of `bytes` in one direction, headers and framing included. */
  wireBits(from: Side, bytes: number): number {
    const { sender, forward } = this.streams[from];
    const segments = Math.max(1, Math.ceil(bytes / sender.mss));
    return 8 * wireBytes(bytes, segments, sender.options, forward.frameOverhead);
  }

  /** Sends `bytes` from one side at `start`; gives when the other side's application has them. */
  send(from: Side, start: number, bytes: number): Delivered {
    return transmit(this.streams[from], start, bytes);
  }
}
