/** Named parts. Adding one: a file beside this one and a line here. */
import { c220g5 } from "./c220g5.ts";
import { c6220 } from "./c6220.ts";
import { edgeSite } from "./edge-site.ts";
import { m510 } from "./m510.ts";
import type { HostPart } from "./part.ts";
import { ryzen7940hs } from "./ryzen-7940hs.ts";
import { twoCoreVm } from "./two-core-vm.ts";
import { xeon6252x4 } from "./xeon-6252-4s.ts";
import { xeon8260x4 } from "./xeon-8260-4s.ts";

export type { Constant, HostConstants, HostPart, Mark } from "./part.ts";

/** Every named host, by the name that a platform's `part:` uses. */
export const HOST_PARTS: ReadonlyMap<string, HostPart> = new Map(
  [c220g5, c6220, m510, xeon8260x4, xeon6252x4, edgeSite, twoCoreVm, ryzen7940hs].map((
    part,
  ) => [part.id, part]),
);
