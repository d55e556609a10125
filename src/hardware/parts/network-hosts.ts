/** What a host's kernel spends on network traffic: CPU times of its stack. */
import { type Constant, constant, type Mark } from "./part.ts";

/** CPU times of one host's network stack; see `HostCosts` for what each of them is. */
export interface NetworkHostPart {
  /** Name in an experiment's `host`. */
  readonly id: string;
  /** What it is, for lists and errors. */
  readonly title: string;
  /** Whether client and server (and a router between them) share one core. */
  readonly sharedCore: boolean;
  readonly constants: {
    readonly packet: Constant;
    readonly segment: Constant;
    readonly wakeUp: Constant;
    readonly connect: Constant;
    readonly accept: Constant;
  };
}

const time = (text: string, mark: Mark, source: string) => constant(text, "duration", mark, source);

const FITTED =
  "three numbers fitted together to the 10 Gb/s, 0.2 ms rows of data/linux_tcp_transfer_times.csv";

/**
 * The virtual machine of the measurements in data/: client, router and server are three network
 * namespaces on one virtual CPU that executes one instruction per nanosecond.
 */
export const virtualTimeVm: NetworkHostPart = {
  id: "virtual-time-vm",
  title: "Linux 6.1 in a virtual-time machine, client, router and server on one CPU",
  sharedCore: true,
  constants: {
    packet: time("6us", "calibrated", FITTED),
    segment: time("400ns", "calibrated", FITTED),
    wakeUp: time("3us", "calibrated", FITTED),
    connect: time(
      "60us",
      "measured",
      "connect_ms less the round trip and the packets' cost, data/linux_tcp_transfer_times.csv",
    ),
    accept: time(
      "40us",
      "measured",
      "first less later 1 KB transfers, data/linux_tcp_transfer_times.csv",
    ),
  },
};

const SERVER = "order of magnitude on 2 GHz-class Xeon servers; sweep it where it matters";

/** A bare-metal Linux server: each end has a core of its own. */
export const linuxServer: NetworkHostPart = {
  id: "linux-server",
  title: "Linux server, each end on a core of its own",
  sharedCore: false,
  constants: {
    packet: time("2us", "assumed", SERVER),
    segment: time("250ns", "assumed", `copy of 1448 bytes and its share of memory work; ${SERVER}`),
    wakeUp: time("5us", "assumed", `scheduler wake-up and system call; ${SERVER}`),
    connect: time("20us", "assumed", SERVER),
    accept: time("15us", "assumed", SERVER),
  },
};

/** A host whose processing takes no time: for comparison with textbook round counts. */
export const idealHost: NetworkHostPart = {
  id: "ideal",
  title: "no processing time: only the link and the windows count",
  sharedCore: false,
  constants: {
    packet: time("0ns", "assumed", "by definition"),
    segment: time("0ns", "assumed", "by definition"),
    wakeUp: time("0ns", "assumed", "by definition"),
    connect: time("0ns", "assumed", "by definition"),
    accept: time("0ns", "assumed", "by definition"),
  },
};

/** Every named stack, by the name that an experiment's `host` uses. */
export const NETWORK_HOSTS: ReadonlyMap<string, NetworkHostPart> = new Map(
  [virtualTimeVm, linuxServer, idealHost].map((part) => [part.id, part]),
);
