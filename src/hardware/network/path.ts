/** From descriptions (a link, a kind of host) to the path that a conversation runs on. */
import type { NetworkHostPart } from "../parts/network-hosts.ts";
import type { Path } from "./conversation.ts";
import { type Core, type Direction, hostCosts } from "./host-costs.ts";
import type { LinkSpec } from "./spec.ts";

/** A fresh path over `link` between two hosts of one kind, or of two. */
export function buildPath(
  link: Omit<LinkSpec, "between">,
  client: NetworkHostPart,
  server: NetworkHostPart = client,
): Path {
  const core: Core = { free: 0 };
  const other: Core = client === server && client.sharedCore ? core : { free: 0 };
  const direction = (): Direction => ({
    rate: link.rate,
    latency: link.latency,
    frameOverhead: link.frameOverhead,
    busyUntil: 0,
  });
  return {
    client: { core, costs: hostCosts(client) },
    server: { core: other, costs: hostCosts(server) },
    up: direction(),
    down: direction(),
    mtu: link.mtu,
  };
}
