/** What a Linux administrator and an application may set on TCP, with the kernel's defaults. */

/** Host-wide and per-connection settings; sizes in bytes, windows in segments. */
export interface TcpOptions {
  /** Initial and restart window (RFC 6928; `ip route ... initcwnd`). */
  readonly initialWindow: number;
  /** `net.ipv4.tcp_rmem`, middle value: receive buffer of a new connection. */
  readonly receiveBufferInitial: number;
  /** `net.ipv4.tcp_rmem`, last value: what autotuning may reach. */
  readonly receiveBuffer: number;
  /** `net.ipv4.tcp_wmem`, last value: what the send buffer may grow to. */
  readonly sendBuffer: number;
  /** `net.ipv4.tcp_slow_start_after_idle`. */
  readonly slowStartAfterIdle: boolean;
  /** `net.ipv4.tcp_congestion_control`. */
  readonly congestionControl: "cubic" | "reno";
  /** /sys/module/tcp_cubic/parameters. */
  readonly hystart: boolean;
  /** CUBIC yields to newer flows (`fast_convergence`). */
  readonly fastConvergence: boolean;
  /** CUBIC is no slower than Reno (`tcp_friendliness`). */
  readonly friendliness: boolean;
  /** Timestamps on every segment: 12 bytes less payload (`net.ipv4.tcp_timestamps`). */
  readonly timestamps: boolean;
  /** Bytes that the application hands to one write(). */
  readonly writeSize: number;
}

/** Debian 12's Linux 6.1, unchanged: Documentation/networking/ip-sysctl.rst and net/ipv4/tcp.c. */
export const LINUX_TCP: TcpOptions = {
  initialWindow: 10,
  receiveBufferInitial: 131_072,
  receiveBuffer: 6_291_456,
  sendBuffer: 4_194_304,
  slowStartAfterIdle: true,
  congestionControl: "cubic",
  hystart: true,
  fastConvergence: true,
  friendliness: true,
  timestamps: true,
  writeSize: 262_144,
};

const IP_AND_TCP = 40;
const TIMESTAMPS = 12;

/** Payload of a full segment, bytes. */
export function segmentSize(mtu: number, options: Pick<TcpOptions, "timestamps">): number {
  return mtu - IP_AND_TCP - (options.timestamps ? TIMESTAMPS : 0);
}

/** Bytes on the wire of `bytes` payload in `segments` packets. */
export function wireBytes(
  bytes: number,
  segments: number,
  options: Pick<TcpOptions, "timestamps">,
  frameOverhead: number,
): number {
  return bytes + segments * (IP_AND_TCP + (options.timestamps ? TIMESTAMPS : 0) + frameOverhead);
}
