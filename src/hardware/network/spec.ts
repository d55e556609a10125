/** A link as a platform YAML writes it, and as the models read it. */
import { z } from "zod";
import { bitRate, bytes, duration } from "../../units/mod.ts";
import type { QueueLimit } from "./drops.ts";
import { LINK_PARTS } from "../parts/network.ts";

const hostName = z.string().regex(
  /^[a-z][a-z0-9-]*$/,
  "expected a host's name of lower-case letters, digits and dashes, for example edge-site",
);

/** What a platform YAML may say of one link: two hosts, a part, and what differs from it. */
export const linkSchema = z.strictObject({
  between: z.tuple([hostName, hostName]).describe("the two hosts that the link joins"),
  part: z.enum([...LINK_PARTS.keys()]).describe("named link that the rest is taken from")
    .optional(),
  rate: bitRate({ min: 1e3, max: 1e13 }).describe("rate in each direction").optional(),
  rtt: duration({ max: 60e9 }).describe("round-trip time of an empty packet").optional(),
  latency: duration({ max: 30e9 }).describe("one-way delay; half of rtt").optional(),
  mtu: bytes({ min: 576, max: 65536 }).describe("largest IP packet").optional(),
  frame_overhead: bytes({ max: 1000 }).describe("wire bytes per packet beyond the MTU").optional(),
  loss: z.number("expected a probability, for example 0.01").min(0, "a probability is at least 0")
    .max(0.3, "more than 0.3 loses handshakes for minutes").optional().describe(
      "probability that a packet is lost, each direction; none by default",
    ),
  queue: bytes({ min: 1500, max: 1e12 }).optional().describe(
    "room of each direction's drop-tail queue; by default nothing finds it full",
  ),
  source: z.string().min(1, "expected where the link's figures come from").optional(),
}).superRefine((link, context) => {
  if (link.rtt !== undefined && link.latency !== undefined) {
    context.addIssue({
      code: "custom",
      path: ["latency"],
      message: "rtt and latency say the same thing twice; give one of them",
      input: link.latency,
    });
  }
  if (link.part !== undefined) return;
  for (const [key, given] of [["rate", link.rate], ["rtt", link.rtt ?? link.latency]] as const) {
    if (given !== undefined) continue;
    context.addIssue({
      code: "custom",
      path: [],
      message: `a link without a part needs its ${key}; give it, or a part: ${
        [...LINK_PARTS.keys()].join(", ")
      }`,
      input: link,
    });
  }
});

/** What `linkSchema` gives: canonical units, still by part name. */
export type LinkYaml = z.output<typeof linkSchema>;

/** A full-duplex link with every constant known. */
export interface LinkSpec {
  /** The two hosts; the same twice for a host's loopback. */
  readonly between: readonly [string, string];
  /** Bits per second in each direction. */
  readonly rate: number;
  /** One-way propagation, ns. */
  readonly latency: number;
  /** Largest IP packet, bytes. */
  readonly mtu: number;
  /** Bytes on the wire per IP packet beyond the packet itself. */
  readonly frameOverhead: number;
  /** Probability that a packet is lost, each direction; none by default. */
  readonly loss?: number | undefined;
  /** Room of each direction's drop-tail queue; without it, all that comes finds room. */
  readonly queue?: QueueLimit | undefined;
}

/** Fills in from the link's part (or plain Ethernet) what the platform does not say itself. */
export function resolveLink(link: LinkYaml): LinkSpec {
  const base = LINK_PARTS.get(link.part ?? "lan-10g")?.constants;
  if (base === undefined) throw new RangeError(`unknown link part "${link.part}"`);
  return {
    between: link.between,
    rate: link.rate ?? base.rate.value,
    latency: link.latency ?? (link.rtt ?? base.rtt.value) / 2,
    mtu: link.mtu ?? base.mtu.value,
    frameOverhead: link.frame_overhead ?? base.frameOverhead.value,
    ...(link.loss === undefined ? {} : { loss: link.loss }),
    ...(link.queue === undefined ? {} : { queue: { bytes: link.queue } }),
  };
}

/** The loopback device of a host, as a link from it to itself. */
export function loopbackOf(host: string): LinkSpec {
  return { ...resolveLink({ between: [host, host], part: "loopback" }) };
}
