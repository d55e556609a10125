/** CloudLab Wisconsin c220g5: the worker of Escra's microservice cluster. */
import { LINUX_DEFAULTS } from "./linux.ts";
import { constant, count, type HostPart } from "./part.ts";

const CHAPTER = "Dissertation section 5.6.1: two Xeon Silver 4114, 192 GB DDR4-2666, X520-DA2";

/** Two 10-core Xeon Silver 4114 with SMT on, 192 GB, 10 Gb Ethernet. */
export const c220g5: HostPart = {
  id: "cloudlab-c220g5",
  title: "CloudLab c220g5, 2 x Xeon Silver 4114 (20 cores, 40 threads), 192 GB, 10 Gb",
  constants: {
    ...LINUX_DEFAULTS,
    sockets: count(2, "published", CHAPTER),
    cores: count(20, "published", CHAPTER),
    threadsPerCore: count(2, "datasheet", "Intel ARK, Xeon Silver 4114: 10 cores, 20 threads"),
    frequency: constant("2.2GHz", "frequency", "published", CHAPTER),
    memory: constant("192GiB", "bytes", "published", CHAPTER),
    nicRate: constant("10Gbps", "bit_rate", "published", CHAPTER),
  },
};
