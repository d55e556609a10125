/**
 * The Controller (section 5.4.3): one thread takes datagrams in order and waits for the RPC of each
 * change; OOM requests come over TCP, each on a thread of its own; a loop reclaims memory once all
 * containers have registered.
 */
import type { Container } from "../workloads/mod.ts";
import type { Telemetry } from "./allocation.ts";
import { labelOf, type Managed, type ManagedCluster, type OomAnswer } from "./managed.ts";
import { Reclaimer, type ReclaimOptions } from "./reclaimer.ts";
import type { ResourceAllocator } from "./resource-allocator.ts";
import { AgentRpc, type RpcOptions } from "./rpc.ts";
import type { Wire } from "./wire.ts";

/** Constants of the controller, its channels and its loops. */
export interface ControllerOptions extends RpcOptions, ReclaimOptions {
  /** CPU time for a datagram: decode, look up, decide; ns. */
  readonly messageCost: number;
  /** Silence after which a container's limit falls to the floor, ns; 0: never. */
  readonly idleAfter: number;
  /** Waits for each RPC before the next datagram, as published. */
  readonly synchronous: boolean;
}

/** Counters of a controller. */
export interface ControllerCounters {
  messages: number;
  changes: number;
  oomRequests: number;
  oomRefused: number;
  /** CPU updates that an Agent could not make. */
  failedUpdates: number;
  /** CPU time for datagrams and decisions, ns. */
  busy: number;
  /** Longest that a datagram waited for its turn, ns. */
  worstWait: number;
  /** Sum of these waits, ns. */
  waited: number;
  /** Most that the kernels' limits summed above the application's, cores. */
  worstEnforced: number;
}

const THREAD = "controller: telemetry thread";

/** One application's controller. */
export class Controller<C extends Managed = Container> {
  readonly counters: ControllerCounters = {
    messages: 0,
    changes: 0,
    oomRequests: 0,
    oomRefused: 0,
    failedUpdates: 0,
    busy: 0,
    worstWait: 0,
    waited: 0,
    worstEnforced: 0,
  };
  /** Off while it restarts: datagrams and requests are lost. */
  up = true;
  /** Takes memory back. */
  readonly reclaimer: Reclaimer<C>;
  readonly #rpc: AgentRpc<C>;
  readonly #registered = new Map<number, C>();
  readonly #queue: { readonly message: Telemetry; readonly at: number }[] = [];
  /** Sum of the limits that kernels enforce now, cores. */
  #enforced = 0;
  #head = 0;
  #working = false;
  #looping = false;

  constructor(
    private readonly cluster: ManagedCluster<C>,
    readonly allocator: ResourceAllocator,
    wire: Wire,
    private readonly options: ControllerOptions,
  ) {
    this.#rpc = new AgentRpc(cluster, wire, options);
    this.reclaimer = new Reclaimer(cluster, allocator, this.#rpc, wire, options);
  }

  /**
   * A container's TCP registration: limits are set, and the loops start with the last one.
   *
   * @param own the limit that it comes with and keeps as far as the pool goes, cores; default: the
   * equal share.
   */
  register(container: C, own?: number): void {
    const { allocator } = this;
    const { limit } = container.memory;
    const entry = allocator.register(container.id, limit, this.cluster.sim.now, own);
    this.#registered.set(container.id, container);
    this.reclaimer.cadvisor.follow(container);
    const had = container.cpu.quota / container.cpu.period;
    this.#enforced += had;
    if (own === undefined || Math.abs(entry.quota - own) > 1e-9) {
      this.#setCpu(container, entry.quota, had);
    }
    if (this.#registered.size === allocator.options.containers) this.#startLoops();
    // More than the pool had: the others give back what they do not use.
    if (allocator.pools.freeMemory < 0) this.#squeeze(container, () => {});
  }

  /** The Watcher saw it go: what it had is free again. */
  deregister(container: C): void {
    if (this.#registered.delete(container.id)) {
      this.#enforced -= container.cpu.quota / container.cpu.period;
    }
    this.reclaimer.cadvisor.forget(container);
    this.allocator.pools.delete(container.id);
  }

  /** A datagram arrives. */
  receive(message: Telemetry): void {
    if (!this.up) return;
    this.#queue.push({ message, at: this.cluster.sim.now });
    if (!this.#working) this.#next();
  }

  /** A container at its memory limit asks for more; a refusal lets the kernel kill it. */
  oom(container: C, size: number, reply: (answer: OomAnswer) => void): void {
    if (!this.up) return reply({ granted: false });
    this.counters.oomRequests++;
    const grant = () => {
      const { allocator } = this;
      const entry = allocator.pools.entries.get(container.id);
      const limit = entry && allocator.grantMemory(entry);
      if (limit === undefined) {
        this.counters.oomRefused++;
        return reply({ granted: false });
      }
      // Section 5.4.4 sends the new limit to the Agent; the published code's answer holds it.
      if (allocator.options.mode === "code") return reply({ granted: true, limit });
      this.#rpc.setMemory(container, limit, () => reply({ granted: true }));
    };
    if (this.allocator.pools.freeMemory >= Math.min(size, 4096)) return grant();
    // The pool is empty: all others at once, then the request again.
    this.#squeeze(container, grant);
  }

  /** Loses everything that was queued and starts again after `lasts`, ns. Its books are kept: assumed. */
  restart(lasts: number): void {
    const { sim } = this.cluster;
    this.up = false;
    this.#queue.length = this.#head = 0;
    sim.trace?.complete(THREAD, "restart", sim.now, sim.now + lasts);
    sim.after(lasts, () => this.up = true);
  }

  #squeeze(container: C, done: () => void): void {
    const others = [...this.#registered.values()].filter((c) => c !== container && c.up);
    this.reclaimer.squeeze(others, done);
  }

  #next(): void {
    const item = this.#queue[this.#head++];
    if (item === undefined) {
      this.#queue.length = this.#head = 0;
      this.#working = false;
      return;
    }
    if (this.#head > 4096) this.#queue.splice(0, this.#head), this.#head = 0;
    this.#working = true;
    const { sim } = this.cluster;
    const { messageCost } = this.options;
    const wait = sim.now - item.at;
    this.counters.messages++;
    this.counters.waited += wait;
    this.counters.worstWait = Math.max(this.counters.worstWait, wait);
    sim.after(messageCost, () => this.#decide(item.message, wait));
  }

  #decide(message: Telemetry, wait: number): void {
    const { sim } = this.cluster;
    const { messageCost, rpcCost, synchronous } = this.options;
    const { allocator } = this;
    this.counters.busy += messageCost;
    const container = this.#registered.get(message.container);
    const limit = allocator.pools.entries.get(message.container)?.quota ?? 0;
    const { stale } = allocator;
    const decision = allocator.onTelemetry(message, sim.now);
    if (sim.trace !== null) {
      const about = {
        container: container === undefined ? message.container : labelOf(container),
        waited_us: wait / 1e3,
        limit_cores: limit,
        unused_cores: message.remaining,
        decided_cores: decision?.quota ?? limit,
        stale: allocator.stale !== stale,
      };
      sim.trace.complete(THREAD, "decide", sim.now - messageCost, sim.now, about);
    }
    if (decision === undefined || container === undefined) return this.#next();
    this.counters.changes++;
    this.counters.busy += rpcCost;
    const time = this.#setCpu(container, decision.quota, decision.from, decision.overrun);
    if (synchronous) sim.trace?.complete(THREAD, "wait for RPC", sim.now, sim.now + time);
    sim.after(synchronous ? time : rpcCost, () => this.#next());
  }

  /**
   * Sets a CPU limit by RPC; gives the time until the reply, ns. What a cut frees is in the pool at
   * once in the published code; in `text` mode only when the kernel has it, so that limits never sum
   * above the application's, however late an RPC is.
   *
   * @param overrun account of the change, in which it is undone when the Agent fails.
   */
  #setCpu(container: C, quota: number, before: number, overrun = false): number {
    const { pools, options } = this.allocator;
    const text = options.mode === "text";
    const held = text ? Math.max(0, before - quota) : 0;
    pools.heldCpu += held;
    const applied = (failed: boolean, change: number) => {
      pools.heldCpu -= held;
      // It may be gone by now.
      if (this.#registered.get(container.id) !== container) return;
      const entry = pools.entries.get(container.id);
      if (failed && entry !== undefined) {
        this.counters.failedUpdates++;
        pools.setCpu(entry, entry.quota + before - quota, overrun);
      }
      this.#enforced += change;
      const over = this.#enforced - options.globalCpu;
      if (over > this.counters.worstEnforced + 1e-6) this.counters.worstEnforced = over;
    };
    return this.#rpc.setCpu(container, {
      quota,
      raise: quota > before,
      failsOpen: !text,
      applied,
    });
  }

  #startLoops(): void {
    const { idleAfter } = this.options;
    if (this.#looping) return;
    this.#looping = true;
    this.reclaimer.start(() => this.up);
    if (idleAfter > 0) this.cluster.sim.after(idleAfter, () => this.#dropIdle());
  }

  #dropIdle(): void {
    const { sim } = this.cluster;
    const { idleAfter } = this.options;
    for (const [id, entry] of this.allocator.pools.entries) {
      const container = this.#registered.get(id);
      if (container === undefined || sim.now - entry.lastSeen <= idleAfter) continue;
      const before = entry.quota;
      const quota = this.allocator.idle(entry);
      if (quota === undefined) continue;
      this.counters.changes++;
      this.#setCpu(container, quota, before);
    }
    sim.after(idleAfter, () => this.#dropIdle());
  }
}
