/** CloudLab Utah m510: a small 10 Gb node, our reading of chapter 4's unnamed CloudLab machine. */
import { LINUX_DEFAULTS } from "./linux.ts";
import { constant, count, type HostPart } from "./part.ts";

const MANUAL = "CloudLab manual, chapter Hardware, CloudLab Utah, m510";

/**
 * One 8-core Xeon D-1548, 64 GB, 10 Gb Ethernet. Chapter 4 says only "CloudLab" and "10 Gbps LAN";
 * freshen's transfers do not depend on the number of cores.
 */
export const m510: HostPart = {
  id: "cloudlab-m510",
  title: "CloudLab m510, Xeon D-1548 (8 cores, 16 threads), 64 GB, 10 Gb",
  constants: {
    ...LINUX_DEFAULTS,
    sockets: count(1, "datasheet", MANUAL),
    cores: count(8, "datasheet", MANUAL),
    threadsPerCore: count(2, "datasheet", "Intel ARK, Xeon D-1548: 8 cores, 16 threads"),
    frequency: constant("2GHz", "frequency", "datasheet", MANUAL),
    memory: constant("64GiB", "bytes", "datasheet", MANUAL),
    nicRate: constant("10Gbps", "bit_rate", "datasheet", MANUAL),
  },
};
