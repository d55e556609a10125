/** From descriptions (a link, a kind of host) to the path that a conversation runs on. */
import type { NetworkHostPart } from "../parts/network-hosts.ts";
import type { Path } from "./conversation.ts";
import { canLose, Drops } from "./drops.ts";
import { type Core, type Direction, hostCosts } from "./host-costs.ts";
import type { LinkSpec } from "./spec.ts";

/**
 * A fresh path over `link` between two hosts of one kind, or of two. A link with random losses needs
 * `random`, uniform in [0, 1).
 *
 * @throws {RangeError} when random losses have no source of randomness.
 */
export function buildPath(
  link: Omit<LinkSpec, "between">,
  client: NetworkHostPart,
  server: NetworkHostPart = client,
  random?: () => number,
): Path {
  const { loss = 0, queue } = link;
  if (loss > 0 && random === undefined) {
    throw new RangeError(`a link with a loss of ${loss} needs a stream of random numbers`);
  }
  const core: Core = { free: 0 };
  const other: Core = client === server && client.sharedCore ? core : { free: 0 };
  const direction = (): Direction => ({
    rate: link.rate,
    latency: link.latency,
    frameOverhead: link.frameOverhead,
    busyUntil: 0,
    drops: canLose(link) ? new Drops({ loss, queue }, random ?? (() => 1)) : undefined,
  });
  return {
    client: { core, costs: hostCosts(client) },
    server: { core: other, costs: hostCosts(server) },
    up: direction(),
    down: direction(),
    mtu: link.mtu,
  };
}
