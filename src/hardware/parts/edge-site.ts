/** A small server at an edge site, about 50 ms from the cloud. */
import { LINUX_DEFAULTS } from "./linux.ts";
import { constant, count, type HostPart } from "./part.ts";

const CHOICE =
  "our choice: chapter 4 gives only the distance (about 50 ms), and TCP over it is bound by the window";

/** Eight cores, 32 GB, 10 Gb Ethernet. */
export const edgeSite: HostPart = {
  id: "edge-site",
  title: "edge site server (8 cores, 32 GB, 10 Gb)",
  constants: {
    ...LINUX_DEFAULTS,
    sockets: count(1, "assumed", CHOICE),
    cores: count(8, "assumed", CHOICE),
    threadsPerCore: count(1, "assumed", CHOICE),
    frequency: constant("2GHz", "frequency", "assumed", CHOICE),
    memory: constant("32GiB", "bytes", "assumed", CHOICE),
    nicRate: constant(
      "10Gbps",
      "bit_rate",
      "published",
      "Dissertation section 4.4: a 10 Gbps network",
    ),
  },
};
