/** Named links. Adding one: a constant in a `network-*.ts` file and its name here. */
import { lan10g, loopback, netem, wan50ms } from "./network-ethernet.ts";
import type { LinkPart } from "./network-part.ts";

export type { LinkConstants, LinkPart } from "./network-part.ts";

/** Every named link, by the name that a link's `part:` uses. */
export const LINK_PARTS: ReadonlyMap<string, LinkPart> = new Map(
  [lan10g, wan50ms, netem, loopback].map((part) => [part.id, part]),
);
