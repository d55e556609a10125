/** Ethernet links: the parts that the machines of chapters 4 and 5 are joined with. */
import type { LinkPart } from "./network-part.ts";
import { constant, count } from "./part.ts";

const IEEE = "IEEE 802.3: 14 header + 4 FCS + 8 preamble + 12 inter-frame gap";
const ETHERNET = {
  mtu: constant("1500B", "bytes", "published", "IEEE 802.3: largest client data field"),
  frameOverhead: constant("38B", "bytes", "published", IEEE),
};

/** 10 Gb Ethernet inside one site, as between CloudLab nodes: "10 Gbps LAN" of chapter 4.4. */
export const lan10g: LinkPart = {
  id: "lan-10g",
  title: "10 Gb Ethernet LAN, round trip 0.2 ms",
  constants: {
    ...ETHERNET,
    rate: constant("10Gbps", "bit_rate", "published", "dissertation section 4.4: 10 Gbps LAN"),
    rtt: constant("200us", "duration", "assumed", "usual ping between CloudLab nodes of one site"),
  },
};

/** The same 10 Gb access with a wide-area round trip: "edge, 50 ms away" of chapter 4.4. */
export const wan50ms: LinkPart = {
  id: "wan-50ms",
  title: "10 Gb access, wide-area round trip 50 ms",
  constants: {
    ...ETHERNET,
    rate: constant("10Gbps", "bit_rate", "published", "dissertation section 4.4: 10 Gbps"),
    rtt: constant("50ms", "duration", "published", "dissertation section 4.4: about 50 ms away"),
  },
};

/**
 * Router queue of Linux netem on virtual Ethernet, as in the measurements of data/: it counts the
 * Ethernet header but neither checksum nor gaps. Rate and round trip are usually overwritten.
 */
export const netem: LinkPart = {
  id: "netem",
  title: "Linux netem between virtual Ethernet pairs",
  constants: {
    rate: constant("10Gbps", "bit_rate", "measured", "tc qdisc netem rate 10gbit"),
    rtt: constant("50ms", "duration", "measured", "tc qdisc netem delay 25ms in each direction"),
    mtu: ETHERNET.mtu,
    frameOverhead: constant("14B", "bytes", "published", "net/core/dev.c, qdisc_pkt_len_init"),
  },
};

/** A host talking to itself: no wire, packets of up to 64 KiB, everything is host work. */
export const loopback: LinkPart = {
  id: "loopback",
  title: "Linux loopback device",
  constants: {
    rate: constant("100Gbps", "bit_rate", "assumed", "not a limit: copies on the host are"),
    rtt: { ...count(0, "published", "drivers/net/loopback.c: no queue, no wire"), unit: "ns" },
    mtu: constant("65536B", "bytes", "published", "drivers/net/loopback.c: 64 KiB"),
    frameOverhead: constant("14B", "bytes", "published", "drivers/net/loopback.c: Ethernet header"),
  },
};
