/** AMD Ryzen 9 7940HS: a laptop processor with a first-generation NPU, as chapter 7's latencies need. */
import { LINUX_DEFAULTS } from "./linux.ts";
import { constant, count, type HostPart } from "./part.ts";

const PRODUCT = "AMD product page, Ryzen 9 7940HS";

/** The chapter names the Ryzen 7040 family only; the NPU's launch cost is measured, not derived. */
export const ryzen7940hs: HostPart = {
  id: "ryzen-7940hs",
  title: "AMD Ryzen 9 7940HS (8 cores, 16 threads), 64 GB",
  constants: {
    ...LINUX_DEFAULTS,
    sockets: count(1, "datasheet", PRODUCT),
    cores: count(8, "datasheet", PRODUCT),
    threadsPerCore: count(2, "datasheet", PRODUCT),
    frequency: constant("4GHz", "frequency", "datasheet", PRODUCT),
    memory: constant("64GiB", "bytes", "assumed", "a usual configuration; no result depends on it"),
    nicRate: constant("1Gbps", "bit_rate", "assumed", "no result depends on it"),
  },
};
