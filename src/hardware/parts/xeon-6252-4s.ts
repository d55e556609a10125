/** The machine of the published node-replication benchmark, as far as it is known. */
import { LINUX_DEFAULTS } from "./linux.ts";
import { constant, count, type HostPart } from "./part.ts";

const README = "node-replication README: 4 sockets, 96 cores, 192 hyper-threads";

/** Four sockets of 24 cores with hyperthreading; most likely Xeon Gold 6252. */
export const xeon6252x4: HostPart = {
  id: "xeon-6252-4s",
  title: "4 x Xeon Gold 6252 (96 cores, 192 hardware threads)",
  constants: {
    ...LINUX_DEFAULTS,
    sockets: count(4, "published", README),
    cores: count(96, "published", README),
    threadsPerCore: count(2, "published", README),
    frequency: constant(
      "2.1GHz",
      "frequency",
      "datasheet",
      "Intel ARK, Xeon Gold 6252: base 2.10 GHz",
    ),
    memory: constant("768GiB", "bytes", "assumed", "not published; one 32 GiB DIMM a channel"),
    nicRate: constant("10Gbps", "bit_rate", "assumed", "not published and not used"),
  },
};
