/**
 * The kernel hooks on a worker (section 5.4.2): at each period's end a record into a FIFO that kernel
 * threads send over UDP; in `try_charge`, after reclaim and before the kill, a request over TCP.
 */
import type { Rng } from "../kernel/mod.ts";
import type { Telemetry } from "./allocation.ts";
import type { Hooked, ManagedCluster } from "./managed.ts";
import type { Wire } from "./wire.ts";

/** UDP payload: host, cgroup id, quota, nr_throttled, runtime, sequence number; bytes. */
export const TELEMETRY_BYTES = 56;

/** When the kernel hooks report, and which messages are lost or late. */
export interface HookOptions<C> {
  /** From the period's end to the datagram on the wire: FIFO and kernel thread, ns. */
  readonly sendDelay: number;
  /** Share of datagrams that are lost. */
  readonly loss: number;
  /** Takes a datagram at the controller. */
  readonly receive: (message: Telemetry) => void;
  /** Takes an OOM request at the controller; `reply` carries the grant back. */
  readonly oom: (container: C, size: number, reply: (granted: boolean) => void) => void;
}

/** Installs the hooks in one container: what the Agent's system call does. */
export function installHooks<C extends Hooked<C>>(
  cluster: ManagedCluster<C>,
  container: C,
  wire: Wire,
  losses: Rng,
  { sendDelay, loss, receive, oom }: HookOptions<C>,
): void {
  let sequence = 0;
  container.periodHook = (report) => {
    // A period timer that stops leaves before the hook: an idle container is silent.
    if (report.idle) return;
    const message: Telemetry = {
      container: container.id,
      quota: report.quota / container.cpu.period,
      remaining: report.pool / container.cpu.period,
      nrThrottled: report.nrThrottled,
      sequence: sequence++,
    };
    const lost = loss > 0 && losses.bernoulli(loss);
    wire.telemetry(TELEMETRY_BYTES);
    if (lost) return;
    cluster.sim.after(sendDelay + cluster.latency(container), () => receive(message));
  };
  container.oomHook = (_, size, decide) => {
    const there = sendDelay + cluster.latency(container);
    wire.oom();
    cluster.sim.after(
      there,
      () =>
        oom(
          container,
          size,
          (granted) => cluster.sim.after(cluster.latency(container), () => decide(granted)),
        ),
    );
  };
}
