/** The test machine of chapter 6: four Xeon Platinum 8260. */
import { LINUX_DEFAULTS } from "./linux.ts";
import { constant, count, type HostPart } from "./part.ts";

const CHAPTER =
  "Dissertation section 6.2.3.1: 96-core Xeon Platinum 8260, four NUMA domains of 24 cores";

/** Four sockets of 24 cores, hyperthreading off. Memory domains and links come with their own room. */
export const xeon8260x4: HostPart = {
  id: "xeon-8260-4s",
  title: "4 x Xeon Platinum 8260 (96 cores, SMT off)",
  constants: {
    ...LINUX_DEFAULTS,
    sockets: count(4, "published", CHAPTER),
    cores: count(96, "published", CHAPTER),
    threadsPerCore: count(1, "published", "Dissertation section 6.2.3.1: hyperthreading disabled"),
    frequency: constant(
      "2.4GHz",
      "frequency",
      "datasheet",
      "Intel ARK, Xeon Platinum 8260: base 2.40 GHz",
    ),
    memory: constant(
      "768GiB",
      "bytes",
      "assumed",
      "not in the chapter; 24 channels (6 a socket) with one 32 GiB DIMM each",
    ),
    nicRate: constant("10Gbps", "bit_rate", "assumed", "not in the chapter and not used by it"),
  },
};
