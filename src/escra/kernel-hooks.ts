/**
 * The kernel hooks on a worker (section 5.4.2): at each period's end a record into a FIFO that kernel
 * threads send over UDP; in `try_charge`, after reclaim and before the kill, a request over TCP.
 */
import { type Process, type Rng, Signal } from "../kernel/mod.ts";
import type { Telemetry } from "./allocation.ts";
import { type Hooked, labelOf, type ManagedCluster, type OomAnswer } from "./managed.ts";
import { REQUEST_BYTES, type Wire } from "./wire.ts";

/** UDP payload: host, cgroup id, quota, nr_throttled, runtime, sequence number; bytes. */
export const TELEMETRY_BYTES = 56;

/** When the kernel hooks report, and which messages are lost or late. */
export interface HookOptions<C> {
  /** From the period's end to the datagram on the wire: FIFO and kernel thread, ns. */
  readonly sendDelay: number;
  /** Share of datagrams that are lost. */
  readonly loss: number;
  /**
   * The hook runs before the kernel counts the period that ends: a throttle is in the next datagram. So
   * it is in one published kernel (gregcusack/EC-4.20.16 at 57dc5c6, kernel/sched/fair.c:
   * `__refill_cfs_bandwidth_runtime` reports, `do_sched_cfs_period_timer` adds to `nr_throttled` after
   * it). Without it the datagram says what section 5.4.2 says: whether the last period was throttled.
   */
  readonly lateThrottles: boolean;
  /** Time between reports, ns; 0: at each period's end, as published. */
  readonly interval: number;
  /** Reports at each write to the CPU limit, too: a write refills the pool, where the hook stands. */
  readonly reportWrites: boolean;
  /** Takes a datagram at the controller. */
  readonly receive: (message: Telemetry) => void;
  /** Takes an OOM request at the controller; `reply` carries the answer back. */
  readonly oom: (container: C, size: number, reply: (answer: OomAnswer) => void) => void;
}

/**
 * Installs the hooks in one container: what the Agent's system call does.
 *
 * @returns what registers the container: the kernel socket is opened, then a message sent; `done` runs
 * when the controller has it.
 */
export function installHooks<C extends Hooked<C>>(
  cluster: ManagedCluster<C>,
  container: C,
  wire: Wire,
  losses: Rng,
  { sendDelay, loss, lateThrottles, interval, reportWrites, receive, oom }: HookOptions<C>,
): (done: () => void) => void {
  const { sim } = cluster;
  const link = cluster.link?.(container);
  const latency = cluster.latency(container);
  const kernel = `${labelOf(container)}: kernel`, way = `${labelOf(container)}: telemetry`;
  let sequence = 0;
  const send = (quota: number, remaining: number, nrThrottled: number) => {
    const { period } = container.cpu;
    const message: Telemetry = {
      container: container.id,
      quota: quota / period,
      remaining: remaining / period,
      nrThrottled,
      sequence: sequence++,
    };
    const lost = loss > 0 && losses.bernoulli(loss);
    const travel = wire.telemetry(TELEMETRY_BYTES, link, latency);
    const { trace, now } = sim;
    if (trace !== null) {
      const what = lost ? "datagram, lost" : "datagram";
      const { quota: limit_cores, remaining: unused_cores } = message;
      const content = { limit_cores, unused_cores, nr_throttled: nrThrottled };
      trace.complete(way, what, now, now + sendDelay + travel, content);
    }
    if (!lost) sim.after(sendDelay + travel, () => receive(message));
  };
  let due = 0, lastEnd = 0;
  // Between periods' ends: the pool as it is, and the throttles that the kernel has counted.
  const within = () => {
    if (sim.now >= lastEnd + container.cpu.period) return;
    send(container.cpu.quota, container.cpu.remaining(), container.cpu.nrThrottled);
    due += interval;
    if (due < lastEnd + container.cpu.period) sim.after(due - sim.now, within);
  };
  container.periodHook = (report) => {
    // A period timer that stops leaves before the hook: an idle container is silent.
    if (report.idle) return;
    const { now, trace } = sim;
    if (trace !== null) {
      const { period } = container.cpu;
      const values = { limit: report.quota / period, used: report.used / period };
      trace.counter(`${labelOf(container)}: CPU`, now, values);
      if (report.throttled) trace.instant(kernel, "throttled", now);
    }
    if (interval === 0 || now >= due) {
      send(
        report.quota,
        report.pool,
        report.nrThrottled - (lateThrottles && report.throttled ? 1 : 0),
      );
      due = now + interval;
    }
    lastEnd = now;
    if (interval > 0 && due < now + container.cpu.period) sim.after(due - now, within);
  };
  container.writeHook = !reportWrites ? null : (cores) => {
    send(cores * container.cpu.period, container.cpu.remaining(), container.cpu.nrThrottled);
  };
  const socket = link && wire.connection(link, cluster.control ?? "");
  container.oomHook = (_, size, decide) => {
    wire.oom();
    const began = sim.now;
    const answered = ({ granted, limit }: OomAnswer) => {
      if (limit !== undefined) container.memory.setLimit(limit);
      const what = { granted: granted ? "yes" : "no", MiB: container.memory.limit / 2 ** 20 };
      sim.trace?.complete(kernel, "OOM event", began, sim.now, what);
      decide(granted);
    };
    if (socket === undefined || socket.state !== "open") {
      sim.after(sendDelay + latency, () => {
        oom(container, size, (answer) => sim.after(latency, () => answered(answer)));
      });
      return;
    }
    sim.spawn(`OOM request of ${container.id}`, request(size, answered));
  };
  // The task that charges is blocked until the answer is there.
  function* request(size: number, decide: (answer: OomAnswer) => void): Process {
    if (socket === undefined) return;
    yield sendDelay;
    yield* socket.send("client", REQUEST_BYTES);
    const answered = new Signal(sim, "OOM answer");
    let answer: OomAnswer = { granted: false };
    oom(container, size, (given) => {
      answer = given;
      answered.fire();
    });
    yield answered;
    yield* socket.send("server", REQUEST_BYTES);
    decide(answer);
  }
  return (done) => {
    if (socket === undefined) {
      sim.after(latency, done);
      return;
    }
    sim.spawn(
      `registration of ${container.id}`,
      (function* (): Process {
        yield* socket.connect();
        yield* socket.send("client", REQUEST_BYTES);
        done();
      })(),
    );
  };
}
