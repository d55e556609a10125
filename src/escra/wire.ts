/** What Escra sends: bytes on the control node's link, by second and by kind. */
import type { Simulation } from "../kernel/mod.ts";

/** Ethernet (preamble, header, check, gap), IPv4 and UDP around a datagram, bytes. */
const UDP_OVERHEAD = 38 + 20 + 8;
/** The same for TCP with timestamps, and a bare acknowledgement. */
const TCP_OVERHEAD = 38 + 20 + 32, ACK = TCP_OVERHEAD;
/** gRPC: HTTP/2 HEADERS and DATA frames each way with compressed header fields; assumed, bytes. */
export const RPC_BYTES = { request: 120, reply: 60 } as const;
/** cAdvisor's JSON for one container at its default of 60 samples; assumed, bytes. */
export const CADVISOR_BYTES = 120_000;
const SEGMENT = 1448;
const TELEMETRY_BYTES_TCP = 64;

/** Bytes, one bin a second. */
export class Wire {
  readonly #seconds: number[] = [];
  #telemetry = 0;
  #total = 0;
  datagrams = 0;

  constructor(private readonly sim: Simulation) {}

  telemetry(payload: number): void {
    this.datagrams++;
    this.#telemetry += payload + UDP_OVERHEAD;
    this.#add(payload + UDP_OVERHEAD);
  }

  rpc(): void {
    this.#add(RPC_BYTES.request + RPC_BYTES.reply + 2 * TCP_OVERHEAD + ACK);
  }

  oom(): void {
    this.#add(2 * (TELEMETRY_BYTES_TCP + TCP_OVERHEAD) + ACK);
  }

  /** One usage read from cAdvisor over HTTP. */
  cadvisor(): void {
    const segments = Math.ceil(CADVISOR_BYTES / SEGMENT);
    this.#add(CADVISOR_BYTES + segments * TCP_OVERHEAD + Math.ceil(segments / 2) * ACK);
  }

  /** Largest rate over a second, bit/s. */
  get peakRate(): number {
    return 8 * this.#seconds.reduce((most, bytes) => Math.max(most, bytes ?? 0), 0);
  }
  get bytes(): number {
    return this.#total;
  }
  get telemetryBytes(): number {
    return this.#telemetry;
  }

  #add(bytes: number): void {
    const second = Math.floor(this.sim.now / 1e9);
    this.#seconds[second] = (this.#seconds[second] ?? 0) + bytes;
    this.#total += bytes;
  }
}
