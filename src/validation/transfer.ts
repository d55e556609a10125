/** `hardware/transfer`: one file over one TCP connection, against a real Linux kernel. */
import { z } from "zod";
import { LINUX_TCP, NETWORK_HOSTS, runTransfer } from "../hardware/mod.ts";
import { defineExperiment } from "../model/mod.ts";
import { bitRate, bytes, duration } from "../units/mod.ts";

const MS = 1e6;
const buffer = (says: string) =>
  bytes({ min: 4096, max: 2 ** 31, exclusive: false }).describe(says);

const parameters = z.strictObject({
  link_rate: bitRate({ min: 1e4, max: 1e12 }).describe("rate of the link in each direction"),
  rtt: duration({ max: 10e9 }).describe("round-trip time of an empty packet"),
  direction: z.enum(["get", "put"]).default("get").describe(
    "get: a small request, then the file comes back. put: the file, then a small completion",
  ),
  file_size: bytes({ min: 1, max: 1e11 }).describe("size of the file"),
  connection: z.enum(["cold", "warm", "idle"]).default("cold").describe(
    "cold: new. warm: has just carried a file of warm_up_size. idle: the same, then a pause",
  ),
  idle: duration({ max: 1e15 }).default(0).describe("pause of an idle connection"),
  include_connect: z.boolean().default(true).describe("total_ms contains connect_ms"),
  warm_up_size: bytes({ min: 1, max: 1e11 }).default(50e6).describe(
    "file that warmed the connection, same direction",
  ),
  settle: duration({ max: 60e9 }).default(50 * MS).describe(
    "between warming up and the transfer, or its idle pause; bounded by the 50 ms, 2200 ms idle " +
      "rows of data/linux_tcp_transfer_times.csv to 18..106 ms",
  ),
  slow_start_after_idle: z.boolean().default(LINUX_TCP.slowStartAfterIdle).describe(
    "net.ipv4.tcp_slow_start_after_idle",
  ),
  receive_buffer: buffer("net.ipv4.tcp_rmem, last value").default(LINUX_TCP.receiveBuffer),
  receive_buffer_initial: buffer("net.ipv4.tcp_rmem, middle value").default(
    LINUX_TCP.receiveBufferInitial,
  ),
  send_buffer: buffer("net.ipv4.tcp_wmem, last value").default(LINUX_TCP.sendBuffer),
  initial_window: z.int("expected whole segments").min(1, "expected at least 1 segment")
    .max(1000, "expected at most 1000 segments").default(LINUX_TCP.initialWindow)
    .describe("segments; ip route ... initcwnd"),
  congestion_control: z.enum(["cubic", "reno"]).default(LINUX_TCP.congestionControl),
  hystart: z.boolean().default(LINUX_TCP.hystart).describe("tcp_cubic parameter hystart"),
  fast_convergence: z.boolean().default(LINUX_TCP.fastConvergence),
  tcp_friendliness: z.boolean().default(LINUX_TCP.friendliness),
  mtu: bytes({ min: 576, max: 65536 }).default(1500).describe("largest IP packet"),
  frame_overhead: bytes({ max: 1000 }).default(14).describe(
    "wire bytes per packet beyond the IP packet: 14 in Linux netem, 38 on Ethernet",
  ),
  loss: z.number("expected a probability, for example 0.01").min(0, "a probability is at least 0")
    .max(0.3, "more than 0.3 loses handshakes for minutes").default(0).describe(
      "probability that the link loses a packet, each direction; drawn per seed",
    ),
  queue: bytes({ min: 1500, max: 1e12 }).optional().describe(
    "room of the link's drop-tail queue in each direction; without it nothing finds it full",
  ),
  queue_packets: z.int("expected whole packets").min(1, "expected at least 1 packet").optional()
    .describe("the same limit in packets of the wire"),
  host: z.enum([...NETWORK_HOSTS.keys()]).default("virtual-time-vm").describe(
    "whose network stack: what its processing costs",
  ),
  write_size: bytes({ min: 1, max: 2 ** 31 }).default(LINUX_TCP.writeSize).describe(
    "bytes that the sending application hands to one write()",
  ),
  message_size: bytes({ min: 1, max: 1e6 }).default(16).describe("request and completion message"),
  noise: duration({ max: 1e9 }).default(0).describe(
    "mean of an exponential extra delay before each application step; drawn per seed",
  ),
});

/** The experiment behind scenarios/validation/linux-tcp.yaml. */
export const transfer = defineExperiment({
  id: "hardware/transfer",
  says: "Times one file over one TCP connection as a Linux client would: connect and transfer.",
  parameters,
  replications: "mean_stddev",
  columns: {
    connect_ms: { role: "measure", says: "until connect() returned; 0 on an existing connection" },
    transfer_ms: {
      role: "measure",
      says: "first byte given to the kernel until the last byte (get) or the completion (put)",
    },
    total_ms: { role: "measure", says: "transfer, with connect if include_connect" },
    cwnd_before_segments: { role: "measure", says: "sender's congestion window before" },
    rounds: { role: "measure", says: "round trips in which file data was sent" },
    lost_packets: { role: "measure", says: "lost at random on the link, all told" },
    refused_packets: { role: "measure", says: "found the link's queue full, all told" },
  },
  check: (p) =>
    p.connection === "idle" || p.idle === 0 ? [] : [{
      path: ["idle"],
      message: `idle has no effect on a ${p.connection} connection; use connection: idle`,
    }],
  *run({ parameters: p, seed, simulation }) {
    const host = NETWORK_HOSTS.get(p.host);
    if (host === undefined) throw new RangeError(`unknown host "${p.host}"`);
    const random = p.noise > 0 ? simulation().rng(`transfer-noise-${seed}`) : undefined;
    const losses = p.loss > 0 ? simulation().rng(`transfer-loss-${seed}`) : undefined;
    const times = runTransfer({
      link: {
        rate: p.link_rate,
        latency: p.rtt / 2,
        mtu: p.mtu,
        frameOverhead: p.frame_overhead,
        loss: p.loss,
        queue: { bytes: p.queue, packets: p.queue_packets },
      },
      host,
      options: {
        initialWindow: p.initial_window,
        receiveBufferInitial: p.receive_buffer_initial,
        receiveBuffer: p.receive_buffer,
        sendBuffer: p.send_buffer,
        slowStartAfterIdle: p.slow_start_after_idle,
        congestionControl: p.congestion_control,
        hystart: p.hystart,
        fastConvergence: p.fast_convergence,
        friendliness: p.tcp_friendliness,
        timestamps: true,
        writeSize: p.write_size,
      },
      ...(losses === undefined ? {} : { random: () => losses.uniform() }),
      ...(random === undefined ? {} : { noise: () => random.exponential(p.noise) }),
    }, {
      direction: p.direction,
      bytes: p.file_size,
      connection: p.connection,
      idle: p.idle,
      settle: p.settle,
      warmUp: p.warm_up_size,
      message: p.message_size,
    });
    const connect = p.include_connect ? times.connect : 0;
    yield {
      connect_ms: times.connect / MS,
      transfer_ms: times.transfer / MS,
      total_ms: (connect + times.transfer) / MS,
      cwnd_before_segments: times.cwndBefore,
      rounds: times.rounds,
      lost_packets: times.lost,
      refused_packets: times.refused,
    };
  },
});
