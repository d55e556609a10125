/** Half a TCP connection, as the models of its flow see it: both ends, and when the bytes arrived. */
import type { Core, Direction, HostCosts } from "./host-costs.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";

/** One end's processor and what its kernel costs. */
export interface End {
  readonly core: Core;
  readonly costs: HostCosts;
}

/** Half a connection: everything that one stream of bytes needs. */
export interface Stream {
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly from: End;
  readonly to: End;
  readonly forward: Direction;
  readonly back: Direction;
  /** The receiving application cannot read before this, ns: it is still accepting the connection. */
  readerFrom: number;
}

/** When a stream's bytes had reached the other application, and when the sender knew. */
export interface Delivered {
  /** The last byte has been read, ns. */
  readonly received: number;
  /** The last acknowledgement has been taken in, ns. */
  readonly acknowledged: number;
  /** Packets that were handed to the device. */
  readonly packets: number;
  /** Round trips in which the sender sent: windows of data. */
  readonly rounds: number;
}
