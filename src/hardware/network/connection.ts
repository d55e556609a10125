/** A TCP connection as a process under simulation: opened, used, left alone, found dead, warmed. */
import type { Process } from "../../kernel/mod.ts";
import { linuxServer, type NetworkHostPart } from "../parts/network-hosts.ts";
import { Conversation, type Side } from "./conversation.ts";
import type { Link } from "./link.ts";
import { MetricsCache } from "./metrics-cache.ts";
import { LINUX_TCP, type TcpOptions } from "./options.ts";
import { buildPath } from "./path.ts";
import { tlsFlights, type TlsMode } from "./tls.ts";

/** What happens to a connection that nobody uses. */
export interface IdlePolicy {
  /** closes: the server ends it, the client's kernel knows. drops: a NAT forgets it, nobody knows. */
  readonly kind: "closes" | "drops";
  /** Idle time after which it happens, ns. */
  readonly after: number;
}

/** Who opens a connection, and under which rules. */
export interface ConnectionOptions {
  /** TCP of both sides; default: Linux's. */
  readonly tcp?: TcpOptions;
  /** The client's kind of host; default: `linuxServer`. */
  readonly client?: NetworkHostPart;
  /** The server's kind of host; default: the client's. */
  readonly server?: NetworkHostPart;
  /** The client's end of the link: the first of `between` unless this says otherwise. */
  readonly clientIs?: "first" | "second";
  /** How keys are agreed on after the handshake; default: no TLS. */
  readonly tls?: TlsMode;
  /** When somebody on the way forgets an idle connection; default: nobody does. */
  readonly idlePolicy?: IdlePolicy;
  /** TCP Fast Open on both sides (`net.ipv4.tcp_fastopen` = 3). */
  readonly fastOpen?: boolean;
  /** The client host's memory of destinations. */
  readonly metrics?: MetricsCache;
  /** Most segments that the provider lets `warmcwnd` set. */
  readonly windowPolicy?: number;
}

/** closed: never opened, or known to be gone. open. stale: gone, and the client does not know. */
export type ConnectionState = "closed" | "open" | "stale";

/** The peer ended or forgot the connection: `connect()` again. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** Streams that occupy the wire for less than this are not worth sharing it, ns. */
const NEGLIGIBLE = 50e3;
const PROBE_BYTES = 1;

/** A client's connection to a server over a link. */
export class TcpConnection {
  private conversation: Conversation;
  private opened = false;
  private lastUsed = 0;
  private readonly destination: string;
  private readonly metrics: MetricsCache;

  /** @param options as they hold for every connect. */
  constructor(readonly link: Link, private readonly options: ConnectionOptions = {}) {
    this.metrics = options.metrics ?? new MetricsCache();
    const [first, second] = link.spec.between;
    this.destination = options.clientIs === "second" ? first : second;
    this.conversation = this.fresh();
  }

  private fresh(): Conversation {
    const host = this.options.client ?? linuxServer;
    const { spec, sim } = this.link;
    const losses = (spec.loss ?? 0) > 0
      ? sim.rng(`losses of ${spec.between.join(" - ")}`)
      : undefined;
    const random = losses && (() => losses.uniform());
    const path = buildPath(spec, host, this.options.server ?? host, random);
    const conversation = new Conversation(path, this.options.tcp ?? LINUX_TCP);
    this.metrics.apply(this.destination, conversation.sender("client"));
    return conversation;
  }

  /** Whether it can be used, as the network sees it now. */
  get state(): ConnectionState {
    if (!this.opened) return "closed";
    const { idlePolicy } = this.options;
    if (idlePolicy === undefined) return "open";
    const idle = this.link.sim.now - this.lastUsed;
    if (idle < idlePolicy.after) return "open";
    return idlePolicy.kind === "closes" ? "closed" : "stale";
  }

  /** The sending half of a side: window, threshold, round trip, time-out. */
  sender(side: Side) {
    return this.conversation.sender(side);
  }

  /** Three-way handshake, and TLS if the options ask for it; gives how long it took, ns. */
  *connect(): Process<number> {
    const { sim } = this.link;
    const began = sim.now;
    this.conversation = this.fresh();
    yield Math.round(this.conversation.connect(began) - began);
    this.opened = true;
    this.lastUsed = sim.now;
    if (this.options.tls !== undefined) yield* this.secure(this.options.tls);
    this.metrics.save(this.destination, this.sender("client"), this.options.fastOpen);
    return sim.now - began;
  }

  private *secure(mode: TlsMode): Process {
    for (const flight of tlsFlights(mode)) {
      yield Math.round(flight.crypto);
      yield* this.send(flight.from, flight.bytes);
    }
  }

  /**
   * Opens the connection with a request on its first packet if a Fast Open cookie is known (else
   * connects first); ends when the server's application has the request. Gives the time taken, ns.
   */
  *connectWith(request: number): Process<number> {
    const { sim } = this.link;
    const began = sim.now;
    const fast = this.options.fastOpen === true && this.options.tls === undefined &&
      this.metrics.hasCookie(this.destination);
    if (!fast) {
      yield* this.connect();
      yield* this.send("client", request);
      return sim.now - began;
    }
    this.conversation = this.fresh();
    yield Math.round(this.conversation.connectWithData(began, request) - began);
    this.opened = true;
    this.lastUsed = sim.now;
    return sim.now - began;
  }

  /**
   * Sends `bytes` from one side; ends when the other side's application has them. Flows that hold
   * the link at the same time share it max-min fairly. Gives the time taken, ns.
   *
   * @throws {ConnectionLost} when it was closed, or (after time-outs) forgotten on the way.
   */
  *send(from: Side, bytes: number): Process<number> {
    const { sim, spec } = this.link;
    const state = this.state;
    const idle = sim.now - this.lastUsed;
    if (state === "stale") {
      // Retransmissions double their time-out; the sixth unanswered one is taken for dead here.
      yield Math.round(this.sender(from).roundTrip.rto * 63);
    }
    if (state !== "open") {
      this.opened = false;
      throw new ConnectionLost(
        `connection to "${this.destination}" is ${state} after ${
          idle / 1e9
        } s without use; connect() again`,
      );
    }
    const began = sim.now;
    const planned = this.conversation.send(from, began, bytes).received - began;
    const bits = this.conversation.wireBits(from, bytes);
    const wire = (bits / spec.rate) * 1e9;
    if (wire < NEGLIGIBLE) yield Math.round(planned);
    else {
      // What the flow does alone is its demand; in company it gets its share of the link.
      const streaming = Math.max(planned - spec.latency, wire);
      const direction = (from === "client") === (this.options.clientIs !== "second")
        ? this.link.up
        : this.link.down;
      yield* direction.carry(bits, (bits / streaming) * 1e9);
      yield Math.max(0, Math.round(planned - streaming));
    }
    this.lastUsed = sim.now;
    this.conversation.delay(from, sim.now - began - planned);
    return sim.now - began;
  }

  /** A request and its answer, with `work` ns at the server in between; gives the time taken, ns. */
  *request(up: number, down: number, work = 0): Process<number> {
    const began = this.link.sim.now;
    yield* this.send("client", up);
    if (work > 0) yield Math.round(work);
    yield* this.send("server", down);
    return this.link.sim.now - began;
  }

  /** A keepalive probe: one round trip; false when the peer has gone (at once if that is known). */
  *probe(): Process<boolean> {
    const state = this.state;
    if (state === "closed") {
      this.opened = false;
      return false;
    }
    if (state === "stale") {
      yield Math.round(this.sender("client").roundTrip.rto);
      this.opened = false;
      return false;
    }
    yield* this.send("client", PROBE_BYTES);
    yield Math.round(this.link.spec.latency);
    return true;
  }

  /** Probes, and connects again if that is needed; gives whether it was. */
  *ensure(): Process<boolean> {
    if (yield* this.probe()) return false;
    yield* this.connect();
    return true;
  }

  /** Sets a side's congestion window within the provider's policy (chapter 4.3.2); gives what was set. */
  warmcwnd(side: Side, segments: number): number {
    const granted = Math.min(segments, this.options.windowPolicy ?? Infinity);
    this.conversation.setWindow(side, granted, this.link.sim.now);
    return this.sender(side).cwnd;
  }

  /** Ends the connection; the client's host remembers what it may. */
  close(): void {
    if (this.opened) {
      this.metrics.save(this.destination, this.sender("client"), this.options.fastOpen);
    }
    this.opened = false;
  }
}
