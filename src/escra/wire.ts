/**
 * What Escra sends, over the simulated links: a datagram or RPC waits for those before it on its
 * direction of the control node's link; registration and OOM requests are messages on a TCP connection.
 * Bytes are counted by second and by kind.
 */
import { deliver, type Direction, Link, type LinkSpec, TcpConnection } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";

/** Ethernet (preamble, header, check, gap), IPv4 and UDP around a datagram, bytes. */
const UDP_OVERHEAD = 38 + 20 + 8;
/** The same for TCP with timestamps, and a bare acknowledgement. */
const TCP_OVERHEAD = 38 + 20 + 32, ACK = TCP_OVERHEAD;
/** gRPC: HTTP/2 HEADERS and DATA frames each way with compressed header fields; assumed, bytes. */
export const RPC_BYTES = { request: 120, reply: 60 } as const;
/**
 * cAdvisor's answer for one container, bytes: 60 samples (its API's default) of 3.9 kB each, and 3 kB of
 * labels and specification. A sample is counted field by field from google/cadvisor, info/v1/container.go, for one
 * disk and no network interface of its own (a pod's is its pause container's): 1.9 kB, and 2 kB of TCP
 * counters that are zero and written all the same since 0.36 of 2020 (CHANGELOG.md; the Escra repository's
 * own copy of info/v1/machine.go is as young); without an entry for each CPU, which 0.29 turned off.
 */
export const CADVISOR_BYTES = 237_000;
const SEGMENT = 1448;
/** A registration, an OOM request or its answer; assumed, bytes. */
export const REQUEST_BYTES = 64;

interface Lanes {
  readonly toControl: Direction;
  readonly toWorker: Direction;
  readonly link: Link;
}

/** Everything between the control node and the workers, with its bytes by second. */
export class Wire {
  readonly #seconds: number[] = [];
  #telemetry = 0;
  #total = 0;
  readonly #links = new Map<LinkSpec, Lanes>();
  /** Telemetry that hooks have sent, lost or not. */
  datagrams = 0;

  constructor(private readonly sim: Simulation) {}

  /** A datagram leaves a worker; gives its time to the controller, ns. */
  telemetry(payload: number, link: LinkSpec | undefined, latency: number): number {
    this.datagrams++;
    this.#telemetry += payload + UDP_OVERHEAD;
    this.#add(payload + UDP_OVERHEAD);
    return this.#travel(this.#lanes(link)?.toControl, payload + UDP_OVERHEAD, latency);
  }

  /** An RPC to an Agent and its reply; gives the times of both, ns. */
  rpc(link: LinkSpec | undefined, latency: number): { request: number; reply: number } {
    this.#add(RPC_BYTES.request + RPC_BYTES.reply + 2 * TCP_OVERHEAD + ACK);
    const lanes = this.#lanes(link);
    return {
      request: this.#travel(lanes?.toWorker, RPC_BYTES.request + TCP_OVERHEAD, latency),
      reply: this.#travel(lanes?.toControl, RPC_BYTES.reply + TCP_OVERHEAD, latency),
    };
  }

  /** An OOM request and its answer, counted; they travel on a connection of their own. */
  oom(): void {
    this.#add(2 * (REQUEST_BYTES + TCP_OVERHEAD) + ACK);
  }

  /** A worker's connection to the controller, not yet opened. */
  connection(link: LinkSpec, control: string): TcpConnection {
    const clientIs = link.between[0] === control ? "second" : "first";
    return new TcpConnection((this.#lanes(link) as Lanes).link, { clientIs });
  }

  /** One usage read from cAdvisor over HTTP; gives the times of its request and its answer, ns. */
  cadvisor(link: LinkSpec | undefined, latency: number): { request: number; reply: number } {
    const segments = Math.ceil(CADVISOR_BYTES / SEGMENT);
    this.#add(CADVISOR_BYTES + segments * TCP_OVERHEAD + Math.ceil(segments / 2) * ACK);
    const lanes = this.#lanes(link);
    return {
      request: this.#travel(lanes?.toWorker, REQUEST_BYTES + TCP_OVERHEAD, latency),
      reply: this.#travel(lanes?.toControl, CADVISOR_BYTES + segments * TCP_OVERHEAD, latency),
    };
  }

  /** Largest mean rate over this many whole seconds, or over all if there were less, bit/s. */
  peakRate(seconds = 1): number {
    let most = 0, sum = 0;
    for (let i = 0; i < this.#seconds.length; i++) {
      sum += (this.#seconds[i] ?? 0) - (this.#seconds[i - seconds] ?? 0);
      most = Math.max(most, sum);
    }
    return 8 * most / Math.max(1, Math.min(seconds, this.#seconds.length));
  }
  /** All bytes so far. */
  get bytes(): number {
    return this.#total;
  }
  /** Those of the telemetry. */
  get telemetryBytes(): number {
    return this.#telemetry;
  }

  #lanes(spec: LinkSpec | undefined): Lanes | undefined {
    if (spec === undefined) return undefined;
    let lanes = this.#links.get(spec);
    if (lanes === undefined) {
      // Wire bytes are counted with their frames.
      const direction = (): Direction => ({
        rate: spec.rate,
        latency: spec.latency,
        frameOverhead: 0,
        busyUntil: 0,
      });
      lanes = { toControl: direction(), toWorker: direction(), link: new Link(this.sim, spec) };
      this.#links.set(spec, lanes);
    }
    return lanes;
  }

  #travel(lane: Direction | undefined, bytes: number, latency: number): number {
    if (lane === undefined) return latency;
    const { now } = this.sim;
    return Math.ceil(deliver(lane, now, bytes) - now);
  }

  #add(bytes: number): void {
    const second = Math.floor(this.sim.now / 1e9);
    this.#seconds[second] = (this.#seconds[second] ?? 0) + bytes;
    this.#total += bytes;
  }
}
