/**
 * What joins the hosts of a rack: coherent loads and stores to the others' shared memory, and interrupts.
 * Each part carries its source.
 */
import type { Constant } from "../../hardware/parts/part.ts";
import type { MemoryValues } from "../../hardware/memory/mod.ts";

const of = (value: number, source: string, mark: Constant["mark"], unit = "ns"): Constant => ({
  value,
  unit,
  mark,
  source,
});

/** An interconnect: what it adds to a remote load or a line's transfer, and to an interrupt. */
export interface Interconnect {
  readonly title: string;
  /** Added to every load, store and transfer between hosts. */
  readonly added: Constant;
  /** From sending an interrupt to another host until its handler runs. */
  readonly interrupt: Constant;
  /** Bandwidth of a host's port in each direction, for all other hosts together; absent: a link a pair. */
  readonly port?: Constant;
}

/** Known interconnects. */
export const INTERCONNECTS = {
  "numa-emulation": {
    title: "virtual machines on the NUMA domains of one host, ivshmem regions (chapter 6.7.2)",
    added: of(
      0,
      "Dissertation 6.7.2: a guest's region lies in one NUMA domain of the host",
      "published",
    ),
    interrupt: of(
      5_000,
      "doorbell of QEMU's ivshmem: eventfd write, VM exit and injection; order of magnitude",
      "assumed",
    ),
  },
  cxl: {
    title: "hosts joined by a CXL switch, coherent shared memory",
    added: of(
      150,
      "load through one CXL switch: 70 to 90 ns for the device port and about as much for the switch " +
        "(Li et al., Pond, ASPLOS 2023), over a remote socket's",
      "published",
    ),
    interrupt: of(
      2_000,
      "posted write that raises a message-signalled interrupt; order of magnitude",
      "assumed",
    ),
    port: of(
      50e9,
      "PCIe 5.0 x16 carries 63 GB/s in a direction; four fifths of it for data",
      "assumed",
      "B/s",
    ),
  },
} as const satisfies Record<string, Interconnect>;
/** Name of an interconnect: `interconnect:` of a scenario. */
export type InterconnectName = keyof typeof INTERCONNECTS;

/**
 * Memory system of a rack whose hosts are the domains of `values`, joined by `name`. A CXL host's port is
 * dealt evenly to the other hosts.
 */
export function rackValues(
  values: MemoryValues,
  name: InterconnectName,
  hosts: number,
): MemoryValues {
  const joined: Interconnect = INTERCONNECTS[name];
  const more = joined.added.value;
  return {
    ...values,
    ...(joined.port === undefined
      ? {}
      : { linkBandwidth: joined.port.value / Math.max(1, hosts - 1), linksPerPair: 1 }),
    domains: joined.port === undefined ? Math.max(hosts, values.domains) : hosts,
    remoteLatency: values.remoteLatency + more,
    transferHomeOwner: values.transferHomeOwner + more,
    transferHomeRequester: values.transferHomeRequester + more,
    transferHomeThird: values.transferHomeThird + more,
  };
}
