/**
 * `freshen/transfer`: what a function waits for when it fetches or sends a file itself, and what a
 * connection that was warmed before saves it (dissertation section 4.4, Figures 4.4 to 4.6).
 */
import { z } from "zod";
import { LINUX_TCP, NETWORK_HOSTS, type Platform, runTransfer } from "../hardware/mod.ts";
import { defineExperiment, type Problem } from "../model/mod.ts";
import { bitRate, bytes, duration, ratio, unknownName } from "../units/mod.ts";

const MS = 1e6;

const parameters = z.strictObject({
  location: z.string().min(1, "expected the name of a host of the platform").optional().describe(
    "host of the platform that has the file; default: the second host. The function runs on the first",
  ),
  direction: z.enum(["get", "put"]).default("get").describe(
    "get: the function asks for a file. put: it sends one and waits for the server's answer",
  ),
  file_size: bytes({ min: 1, max: 1e11 }).describe("size of the file"),
  connection: z.enum(["cold", "warm", "idle"]).default("cold").describe(
    "cold: opened by the function. warm: a large file has just gone over it. idle: the same, then a pause",
  ),
  idle: duration({ max: 1e15 }).default(0).describe("pause of an idle connection"),
  include_connect: z.boolean().default(true).describe(
    "total_ms begins before the connect (Figure 4.4) or with the transfer (Figures 4.5 and 4.6)",
  ),
  warm_up_size: bytes({ min: 1, max: 1e11 }).default(50e6).describe(
    "the large file that warms a connection, same direction",
  ),
  link_rate: bitRate({ min: 1e4, max: 1e12 }).optional().describe(
    "rate of the link; default: the platform's",
  ),
  rtt: duration({ max: 10e9 }).optional().describe(
    "round-trip time of the link; default: the platform's",
  ),
  rtt_spread: ratio({ max: 1 }).default(0).describe(
    "standard deviation of the round-trip time from one iteration to the next, of its mean",
  ),
  host_noise: duration({ max: 1e9 }).default(0).describe(
    "mean of an exponential delay before each application step: scheduling on a shared host",
  ),
  host: z.enum([...NETWORK_HOSTS.keys()]).default("linux-server").describe(
    "whose network stack both ends have: what its processing costs",
  ),
  slow_start_after_idle: z.boolean().default(LINUX_TCP.slowStartAfterIdle).describe(
    "net.ipv4.tcp_slow_start_after_idle",
  ),
  receive_buffer: bytes({ min: 4096, max: 2 ** 31 }).default(LINUX_TCP.receiveBuffer).describe(
    "net.ipv4.tcp_rmem, last value",
  ),
  send_buffer: bytes({ min: 4096, max: 2 ** 31 }).default(LINUX_TCP.sendBuffer).describe(
    "net.ipv4.tcp_wmem, last value",
  ),
  initial_window: z.int("expected whole segments").min(1, "expected at least 1 segment")
    .max(1000, "expected at most 1000 segments").default(LINUX_TCP.initialWindow).describe(
      "segments; RFC 6928 says 10",
    ),
});

type Parameters = z.output<typeof parameters>;

/** The two hosts of a run: where the function is, and where the file is or goes. */
function ends(p: Parameters, platform: Platform): readonly [string, string | undefined] {
  const [client, second] = [...platform.hosts.keys()];
  return [client as string, p.location ?? second];
}

function check(p: Parameters, platform: Platform): Problem[] {
  const [client, server] = ends(p, platform);
  const others = [...platform.hosts.keys()].filter((name) => name !== client);
  if (server === undefined) {
    return [{ path: [], message: `platform "${platform.id}" has no second host to talk to` }];
  }
  if (!others.includes(server)) {
    return [{ path: ["location"], message: unknownName("location", server, others) }];
  }
  if (p.connection !== "idle" && p.idle > 0) {
    return [{
      path: ["idle"],
      message: `idle has no effect on a ${p.connection} connection; use connection: idle`,
    }];
  }
  try {
    platform.link(client, server);
    return [];
  } catch (error) {
    return [{ path: [], message: (error as Error).message }];
  }
}

/** One iteration of the benchmark of section 4.4. */
export const transfer = defineExperiment({
  id: "freshen/transfer",
  says: "Time for a function to fetch or send one file over a new, a warmed or an idle connection",
  parameters,
  replications: "mean_stddev",
  columns: {
    connect_ms: { role: "measure", says: "until connect() returned; 0 on an existing connection" },
    transfer_ms: {
      role: "measure",
      says: "from initiating the transfer to the last byte (get) or the server's answer (put)",
    },
    total_ms: { role: "measure", says: "the transfer, with the connect if include_connect" },
    cwnd_before_segments: { role: "measure", says: "the sender's congestion window before" },
    rounds: { role: "measure", says: "round trips in which the file's data was sent" },
  },
  check,
  *run({ parameters: p, platform, simulation }) {
    const [client, server] = ends(p, platform);
    const link = platform.link(client, server as string);
    const sim = simulation();
    const noise = sim.rng("host noise"), losses = sim.rng("losses");
    const mean = p.rtt ?? 2 * link.latency;
    // Half the mean is as near as a packet can come: no draw may run backwards.
    const rtt = p.rtt_spread === 0
      ? mean
      : Math.max(mean / 2, sim.rng("round trip").normal(mean, p.rtt_spread * mean));
    const times = runTransfer({
      link: { ...link, rate: p.link_rate ?? link.rate, latency: Math.round(rtt / 2) },
      host: NETWORK_HOSTS.get(p.host)!,
      options: {
        ...LINUX_TCP,
        slowStartAfterIdle: p.slow_start_after_idle,
        receiveBuffer: p.receive_buffer,
        sendBuffer: p.send_buffer,
        initialWindow: p.initial_window,
      },
      random: () => losses.uniform(),
      ...(p.host_noise === 0 ? {} : { noise: () => Math.round(noise.exponential(p.host_noise)) }),
    }, {
      direction: p.direction,
      bytes: p.file_size,
      connection: p.connection,
      idle: p.idle,
      warmUp: p.warm_up_size,
    });
    if (sim.trace !== null) {
      const { connect, transfer, cwndBefore, rounds } = times;
      if (connect > 0) sim.trace.complete("function", "connect", 0, connect);
      const what = `${p.direction} ${p.file_size} B`;
      sim.trace.complete("function", what, connect, connect + transfer, { cwndBefore, rounds });
    }
    yield {
      connect_ms: times.connect / MS,
      transfer_ms: times.transfer / MS,
      total_ms: (times.transfer + (p.include_connect ? times.connect : 0)) / MS,
      cwnd_before_segments: times.cwndBefore,
      rounds: times.rounds,
    };
  },
});
