/** Emulab/CloudLab Apt c6220: the worker of Escra's serverless cluster. */
import { LINUX_DEFAULTS } from "./linux.ts";
import { constant, count, type HostPart } from "./part.ts";

const CHAPTER = "Dissertation section 5.6.5: two Xeon E5-2650v2, 64 GB DDR3, Intel X520 10 Gb";

/** Two 8-core Xeon E5-2650v2 with SMT on, 64 GB, 10 Gb Ethernet. */
export const c6220: HostPart = {
  id: "cloudlab-c6220",
  title: "Apt c6220, 2 x Xeon E5-2650v2 (16 cores, 32 threads), 64 GB, 10 Gb",
  constants: {
    ...LINUX_DEFAULTS,
    sockets: count(2, "published", CHAPTER),
    cores: count(16, "published", CHAPTER),
    threadsPerCore: count(2, "datasheet", "Intel ARK, Xeon E5-2650 v2: 8 cores, 16 threads"),
    frequency: constant("2.6GHz", "frequency", "published", CHAPTER),
    memory: constant("64GiB", "bytes", "published", CHAPTER),
    nicRate: constant("10Gbps", "bit_rate", "published", CHAPTER),
  },
};
