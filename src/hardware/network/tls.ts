/**
 * TLS handshakes: how many flights cross the network before application data, what they weigh and
 * what the cryptography costs. TLS 1.2: RFC 5246 section 7.3 (full), 7.3 and RFC 5077 (resumed);
 * TLS 1.3: RFC 8446 section 2 (full), 2.2 (PSK), 2.3 (0-RTT).
 */
import { type Constant, constant } from "../parts/part.ts";

/** How the two ends come to their keys. */
export interface TlsMode {
  /** Protocol: 1.3 takes one round trip less. */
  readonly version: "1.2" | "1.3";
  /** full: certificate and key exchange. resumed: session ticket or PSK. early: 0-RTT data (1.3 only). */
  readonly handshake: "full" | "resumed" | "early";
}

/** Who speaks next, how many bytes, and what it computes before. */
export interface Flight {
  /** Who sends it. */
  readonly from: "client" | "server";
  /** Its size on the wire, bytes. */
  readonly bytes: number;
  /** CPU time before sending, ns. */
  readonly crypto: number;
}

const CRYPTO = "openssl speed, ECDSA P-256 and X25519 on 2 GHz-class Xeons: tens to hundreds of us";
/** Sizes and costs of a handshake's parts. */
const TLS_CONSTANTS: Readonly<Record<string, Constant>> = {
  clientHello: constant("320B", "bytes", "assumed", "ClientHello with SNI, ALPN and a key share"),
  ticket: constant("220B", "bytes", "assumed", "session ticket in a ClientHello"),
  serverHello: constant("120B", "bytes", "assumed", "ServerHello and EncryptedExtensions"),
  certificates: constant("3500B", "bytes", "assumed", "chain of two ECDSA or RSA certificates"),
  finished: constant("90B", "bytes", "assumed", "key exchange, ChangeCipherSpec, Finished"),
  serverFull: constant("1ms", "duration", "assumed", `sign and key agreement; ${CRYPTO}`),
  clientFull: constant("1ms", "duration", "assumed", `verify a chain, key agreement; ${CRYPTO}`),
  resumed: constant("100us", "duration", "assumed", `key schedule and one agreement; ${CRYPTO}`),
};

const v = (name: string) => TLS_CONSTANTS[name].value;

/**
 * The flights before the client may send its request. A last flight by the client travels with the
 * request and costs no round trip of its own, but is listed: it is bytes and work.
 *
 * @throws {RangeError} for early data on TLS 1.2, which has none.
 */
export function tlsFlights({ version, handshake }: TlsMode): readonly Flight[] {
  if (version === "1.2" && handshake === "early") {
    throw new RangeError("TLS 1.2 has no 0-RTT data; use version 1.3 or handshake resumed");
  }
  const full = handshake === "full";
  const hello: Flight = {
    from: "client",
    bytes: v("clientHello") + (full ? 0 : v("ticket")),
    crypto: full ? 0 : v("resumed"),
  };
  // 0-RTT: the request follows the hello at once; the rest of the handshake overlaps with it.
  if (handshake === "early") return [hello];
  const answer: Flight = {
    from: "server",
    bytes: v("serverHello") + v("finished") + (full ? v("certificates") : 0),
    crypto: full ? v("serverFull") : v("resumed"),
  };
  const last: Flight = {
    from: "client",
    bytes: v("finished"),
    crypto: full ? v("clientFull") : v("resumed"),
  };
  // TLS 1.2, full: the server's Finished answers the client's, a second round trip.
  return version === "1.2" && full
    ? [hello, answer, last, { from: "server", bytes: v("finished"), crypto: v("resumed") }]
    : [hello, answer, last];
}

/** Round trips that a handshake adds between connect() and the request. */
export function tlsRoundTrips(mode: TlsMode): number {
  return tlsFlights(mode).filter((flight) => flight.from === "server").length;
}
