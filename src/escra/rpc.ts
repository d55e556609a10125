/** Limit updates from the Controller to the Agents (sections 5.3 and 5.5): gRPC, then system calls. */
import { type AgentOptions, applyCpu, applyMemory, FAILED_CPU } from "./agent.ts";
import { labelOf, type Managed, type ManagedCluster } from "./managed.ts";
import type { Wire } from "./wire.ts";

/** Constants of an RPC beside the wire. */
export interface RpcOptions extends AgentOptions {
  /** CPU time of sending and of the reply at the controller, ns. */
  readonly rpcCost: number;
  /** gRPC at the Agent, both ways together, ns. */
  readonly rpcDelay: number;
  /** Added to every RPC: the fault of late RPCs, ns. */
  readonly lateRpc: number;
}

/** A CPU update on its way. */
export interface CpuUpdate {
  /** The new limit, cores. */
  readonly quota: number;
  /** It is larger than before: the pod's group is written first, else the container's. */
  readonly raise: boolean;
  /** What a failed update leaves: the published Agent's 10 cores, or (`text`) the old limit. */
  readonly failsOpen: boolean;
  /** Told when the kernel has it, or the update has failed; and by how much its limit changed, cores. */
  readonly applied: (failed: boolean, change: number) => void;
}

/** The controller's channel to all Agents. */
export class AgentRpc<C extends Managed> {
  readonly #failures;

  constructor(
    private readonly cluster: ManagedCluster<C>,
    private readonly wire: Wire,
    private readonly options: RpcOptions,
  ) {
    this.#failures = options.agentFailures > 0 ? cluster.sim.rng("agent failures") : null;
  }

  /**
   * Sets a CPU limit; gives the time until the reply, ns. Two system calls, for the pod's group and the
   * container's inside it: the smaller of both holds, so a cut holds after the first, a raise after the
   * second.
   */
  setCpu(container: C, { quota, raise, failsOpen, applied }: CpuUpdate): number {
    const failed = this.#failures?.bernoulli(this.options.agentFailures) === true;
    return this.#call(container, "CPU limit", 2, raise ? 2 : 1, () => {
      const limit = () => container.cpu.quota / container.cpu.period;
      const before = limit();
      if (!failed || failsOpen) {
        const cores = failed ? FAILED_CPU : quota;
        container.writeHook?.(cores);
        applyCpu(container, cores);
      }
      this.#trace(container, failed ? "CPU update fails" : "CPU limit applied", {
        cores: limit(),
      });
      applied(failed, limit() - before);
    });
  }

  /** Sets a memory limit; `applied` is told false when the kernel answers EBUSY. */
  setMemory(container: C, limit: number, applied: (done: boolean) => void): number {
    return this.#call(container, "memory limit", 1, 1, () => {
      const done = container.up && applyMemory(container, limit);
      this.#trace(container, done ? "memory limit applied" : "memory limit refused", {
        MiB: limit / 2 ** 20,
      });
      applied(done);
    });
  }

  /** @param holds after how many of the system calls the limit holds. */
  #call(container: C, what: string, calls: number, holds: number, apply: () => void): number {
    const { rpcCost, rpcDelay, lateRpc, syscallTime } = this.options;
    const { cluster, wire } = this;
    const { sim } = cluster;
    const { request, reply } = wire.rpc(cluster.link?.(container), cluster.latency(container));
    const there = rpcCost / 2 + request + rpcDelay / 2 + lateRpc + holds * syscallTime;
    sim.after(Math.round(there), apply);
    const rest = (calls - holds) * syscallTime + reply + rpcDelay / 2 + rpcCost / 2;
    const time = Math.round(there + rest);
    sim.trace?.complete(`${labelOf(container)}: RPC`, what, sim.now, sim.now + time);
    return time;
  }

  #trace(container: C, name: string, values: Readonly<Record<string, number>>): void {
    const { sim } = this.cluster;
    sim.trace?.instant(`${labelOf(container)}: kernel`, name, sim.now, values);
  }
}
