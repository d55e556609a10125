/** What a named part is: constants that each carry a unit, a mark and a source. */
import { type Dimension, DIMENSIONS, parseQuantity } from "../../units/mod.ts";

/** How far a constant can be trusted, in falling order of independence from our own fitting. */
export type Mark = "published" | "datasheet" | "measured" | "calibrated" | "assumed";

/** One constant of a part. */
export interface Constant {
  /** In the canonical unit of its dimension (ns, bytes, bit/s, Hz, a plain count). */
  readonly value: number;
  /** Canonical unit of `value`; `count` for plain numbers. */
  readonly unit: string;
  /** How it was come by. */
  readonly mark: Mark;
  /** Where it was read, or how it was measured; for `calibrated`: the data that it was fitted to. */
  readonly source: string;
}

/** A constant written with its unit, as a scenario would write it: `quantity("2.2GHz", "frequency", ...)`. */
export function constant(
  text: string,
  dimension: Dimension,
  mark: Mark,
  source: string,
): Constant {
  return {
    value: parseQuantity(text, dimension),
    unit: DIMENSIONS[dimension].canonical,
    mark,
    source,
  };
}

/** A plain number: cores, sockets, threads per core. */
export function count(value: number, mark: Mark, source: string): Constant {
  return { value, unit: "count", mark, source };
}

/** What every host has; a platform may overwrite each of these on a single host. */
export interface HostConstants {
  /** Processor packages. */
  readonly sockets: Constant;
  /** Physical cores over all sockets. */
  readonly cores: Constant;
  /** Hardware threads that one core shows to the operating system (1: SMT off or absent). */
  readonly threadsPerCore: Constant;
  /** Nominal clock of a core, Hz. */
  readonly frequency: Constant;
  /** Main memory, bytes. */
  readonly memory: Constant;
  /** Rate of the network interface, bit/s. */
  readonly nicRate: Constant;
  /** Scheduler tick: `CONFIG_HZ`. */
  readonly tickRate: Constant;
  /** `sched_base_slice` (EEVDF) or the minimum granularity (CFS): shortest turn on a contended core, ns. */
  readonly schedulerSlice: Constant;
  /** `sched_cfs_bandwidth_slice_us`: runtime that a CPU takes from a group's pool at once, ns. */
  readonly bandwidthSlice: Constant;
  /** From a thread's being woken on an idle CPU to its first instruction (interrupt, idle exit), ns. */
  readonly wakeUpCost: Constant;
  /** CPU time charged to a thread when a CPU goes over to it from another, ns. */
  readonly contextSwitchCost: Constant;
  /**
   * How often a CPU that runs out of work looks for threads that wait on other CPUs, as a share.
   * 1 up to Linux 6.17; later kernels draw it by the share of earlier looks that found some (NI_RANDOM).
   */
  readonly newidleShare: Constant;
}

/** A named computer. */
export interface HostPart {
  /** Name in a platform's `part:`. */
  readonly id: string;
  /** What it is, for lists and errors. */
  readonly title: string;
  /** Every constant with its mark and source. */
  readonly constants: HostConstants;
}
