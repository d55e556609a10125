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
  /**
   * CPU time, each with its mark and source: of a packet on the wire's side; of a segment written,
   * read and freed; of a wake-up; of `connect()` and `accept()`.
   */
  readonly constants: {
    readonly packet: Constant;
    readonly writeSegment: Constant;
    readonly readSegment: Constant;
    readonly freeSegment: Constant;
    readonly wakeUp: Constant;
    readonly connect: Constant;
    readonly accept: Constant;
  };
}

const time = (text: string, mark: Mark, source: string) => constant(text, "duration", mark, source);

const TRACED = "kprobes on tcp_sendmsg_locked (82 us per 256 KiB write() that sends nothing) and " +
  "tcp_recvmsg_locked (13 us per 65160 bytes, of which 3 us wake-up) in the measuring machine";

const GIVEN = "data/linux_tcp_transfer_times.csv";

const FITTED = "three numbers (packet, freeSegment, wakeUp) fitted together to " + GIVEN +
  " and data/linux_tcp_transfer_times_fitting.csv";

/**
 * The virtual machine of the measurements in data/: client, router and server are three network
 * namespaces on one virtual CPU that executes one instruction per nanosecond.
 */
export const virtualTimeVm: NetworkHostPart = {
  id: "virtual-time-vm",
  title: "Linux 6.1 in a virtual-time machine, client, router and server on one CPU",
  sharedCore: true,
  constants: {
    packet: time("6200ns", "calibrated", FITTED),
    writeSegment: time("453ns", "measured", TRACED),
    readSegment: time("222ns", "measured", TRACED),
    freeSegment: time("90ns", "calibrated", FITTED),
    wakeUp: time("4us", "calibrated", FITTED),
    connect: time("59us", "calibrated", `set to meet connect_ms of the cold rows, ${GIVEN}`),
    accept: time("36us", "calibrated", `set to meet transfer_ms of the cold 1 KB rows, ${GIVEN}`),
  },
};

const SERVER = "order of magnitude on 2 GHz-class Xeon servers; sweep it where it matters";

const COPY = `copy of 1448 bytes and its share of memory work; ${SERVER}`;

/** A bare-metal Linux server: each end has a core of its own. */
export const linuxServer: NetworkHostPart = {
  id: "linux-server",
  title: "Linux server, each end on a core of its own",
  sharedCore: false,
  constants: {
    packet: time("2us", "assumed", SERVER),
    writeSegment: time("250ns", "assumed", COPY),
    readSegment: time("250ns", "assumed", COPY),
    freeSegment: time("50ns", "assumed", SERVER),
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
    writeSegment: time("0ns", "assumed", "by definition"),
    readSegment: time("0ns", "assumed", "by definition"),
    freeSegment: time("0ns", "assumed", "by definition"),
    wakeUp: time("0ns", "assumed", "by definition"),
    connect: time("0ns", "assumed", "by definition"),
    accept: time("0ns", "assumed", "by definition"),
  },
};

/** Every named stack, by the name that an experiment's `host` uses. */
export const NETWORK_HOSTS: ReadonlyMap<string, NetworkHostPart> = new Map(
  [virtualTimeVm, linuxServer, idealHost].map((part) => [part.id, part]),
);
