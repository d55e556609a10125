/** What a named link is: constants with a unit, a mark and a source each. */
import type { Constant } from "./part.ts";

/** Constants of a full-duplex link; a platform may overwrite each of them on a single link. */
export interface LinkConstants {
  /** Bits per second in each direction. */
  readonly rate: Constant;
  /** Round-trip propagation of an empty packet, ns. */
  readonly rtt: Constant;
  /** Largest IP packet, bytes. */
  readonly mtu: Constant;
  /** Bytes that each IP packet takes on the wire beyond itself (header, checksum, gaps). */
  readonly frameOverhead: Constant;
}

/** A named link. */
export interface LinkPart {
  /** Name in a link's `part:`. */
  readonly id: string;
  /** What it is, for lists and errors. */
  readonly title: string;
  readonly constants: LinkConstants;
}
