/** One file over one TCP connection, as a benchmark's client times it: written once for all experiments. */
import type { NetworkHostPart } from "../parts/network-hosts.ts";
import { Conversation, type Side } from "./conversation.ts";
import { LINUX_TCP, type TcpOptions } from "./options.ts";
import { buildPath } from "./path.ts";
import type { LinkSpec } from "./spec.ts";

/** What is transferred, and what the connection has been through before. */
export interface Transfer {
  /** get: a small request, then the file comes back. put: the file, then a small completion comes back. */
  readonly direction: "get" | "put";
  /** Size of the file, bytes. */
  readonly bytes: number;
  /** cold: a new connection. warm: one that has just carried a large file. idle: the same after a pause. */
  readonly connection: "cold" | "warm" | "idle";
  /** Pause before the transfer of an idle connection, ns. */
  readonly idle: number;
  /** Pause between warming up and what follows, ns. */
  readonly settle: number;
  /** Size of the file that warmed the connection, bytes; same direction. */
  readonly warmUp: number;
  /** Size of the request and of the completion message, bytes. */
  readonly message: number;
}

/** Where it happens. */
export interface TransferSetting {
  /** The link: rate, latency, queue, loss. */
  readonly link: Omit<LinkSpec, "between">;
  /** The client's kind of host, and the server's unless `server` says otherwise. */
  readonly host: NetworkHostPart;
  /** The server's kind of host, if it is another. */
  readonly server?: NetworkHostPart;
  /** TCP of both sides; default: Linux's. */
  readonly options?: TcpOptions;
  /** Extra time of the host before each application step, ns (scheduling noise); none by default. */
  readonly noise?: () => number;
  /** Uniform in [0, 1): which packets a lossy link loses; needed if it loses at random. */
  readonly random?: () => number;
}

/** What the client's stopwatch and TCP_INFO show; times in ns. */
export interface TransferTimes {
  /** Until `connect()` returned; 0 when the connection was there. */
  readonly connect: number;
  /** From the first byte given to the kernel to the last byte (get) or the completion (put) in hand. */
  readonly transfer: number;
  /** Both together. */
  readonly total: number;
  /** The sender's congestion window before the transfer, segments. */
  readonly cwndBefore: number;
  /** The sender's slow-start threshold before the transfer, segments. */
  readonly ssthreshBefore: number;
  /** Round trips in which file data was sent. */
  readonly rounds: number;
  /** Packets that the link lost at random, and that found its queue full; everything included. */
  readonly lost: number;
  /** Packets that found the link's queue full. */
  readonly refused: number;
}

const DEFAULTS: Transfer = {
  direction: "get",
  bytes: 0,
  connection: "cold",
  idle: 0,
  settle: 50e6,
  warmUp: 50e6,
  message: 16,
};

/** Begins a second into the clock: nothing that Linux compares is near zero. */
const EPOCH = 1e9;

/** Runs one transfer on a fresh connection and, unless it is cold, what comes before. */
export function runTransfer(setting: TransferSetting, given: Partial<Transfer>): TransferTimes {
  const transfer = { ...DEFAULTS, ...given };
  const noise = setting.noise ?? (() => 0);
  const path = buildPath(setting.link, setting.host, setting.server, setting.random);
  const conversation = new Conversation(path, setting.options ?? LINUX_TCP);
  const { direction, message } = transfer;
  const sender: Side = direction === "get" ? "server" : "client";
  let rounds = 0;
  const exchange = (start: number, bytes: number): number => {
    const asked = start + noise();
    if (direction === "get") {
      const request = conversation.send("client", asked, message);
      const file = conversation.send("server", request.received + noise(), bytes);
      rounds = file.rounds;
      return file.received;
    }
    const file = conversation.send("client", asked, message + bytes);
    rounds = file.rounds;
    return conversation.send("server", file.received + noise(), message).received;
  };
  const connected = conversation.connect(EPOCH) + noise();
  let begin = connected;
  if (transfer.connection !== "cold") {
    begin = exchange(connected, transfer.warmUp) + transfer.settle;
    if (transfer.connection === "idle") begin += transfer.idle;
  }
  const { cwnd, ssthresh } = conversation.sender(sender);
  const took = exchange(begin, transfer.bytes) - begin;
  const connect = transfer.connection === "cold" ? connected - EPOCH : 0;
  return {
    connect,
    transfer: took,
    total: connect + took,
    cwndBefore: cwnd,
    ssthreshBefore: ssthresh,
    rounds,
    lost: (path.up.drops?.lost ?? 0) + (path.down.drops?.lost ?? 0),
    refused: (path.up.drops?.refused ?? 0) + (path.down.drops?.refused ?? 0),
  };
}
