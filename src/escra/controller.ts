/**
 * The Controller (section 5.4.3): one thread takes datagrams in order and waits for the RPC of each
 * change; OOM requests come over TCP; a loop reclaims memory every 5 s once all have registered.
 */
import type { Container } from "../workloads/mod.ts";
import type { Telemetry } from "./allocation.ts";
import { APPLY_TIME, applyCpu, applyMemory } from "./agent.ts";
import type { Managed, ManagedCluster } from "./managed.ts";
import type { ResourceAllocator } from "./resource-allocator.ts";
import type { Wire } from "./wire.ts";

/** Constants of the controller: its wait per message and the network it stands on. */
export interface ControllerOptions {
  /** CPU time for a datagram: decode, look up, decide; ns. */
  readonly messageCost: number;
  /** CPU time of an RPC's sending and reply at the controller, ns. */
  readonly rpcCost: number;
  /** Time of an RPC beside the wire: gRPC at the Agent, ns. */
  readonly rpcDelay: number;
  /** Added to every RPC: the fault of late RPCs, ns. */
  readonly lateRpc: number;
  /** ns; 0: no reclamation. */
  readonly reclaimPeriod: number;
  /** How old cAdvisor's figures are at most: its housekeeping interval, ns. */
  readonly staleness: number;
  /** CPU time to fetch and parse one container's figures from cAdvisor, ns. */
  readonly cadvisorCost: number;
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
  reclaims: number;
  /** CPU time for datagrams and decisions, and for cAdvisor, ns. */
  busy: number;
  cadvisorBusy: number;
  /** Longest that a datagram waited for its turn, ns. */
  worstWait: number;
  /** Sum of these waits, ns. */
  waited: number;
  /** Most that the kernels' limits summed above the application's, cores. */
  worstEnforced: number;
}

/** One application's controller. */
export class Controller<C extends Managed = Container> {
  readonly counters: ControllerCounters = {
    messages: 0,
    changes: 0,
    oomRequests: 0,
    oomRefused: 0,
    reclaims: 0,
    busy: 0,
    cadvisorBusy: 0,
    worstWait: 0,
    waited: 0,
    worstEnforced: 0,
  };
  /** Off while it restarts: datagrams and requests are lost. */
  up = true;
  readonly #registered = new Map<number, C>();
  readonly #queue: { readonly message: Telemetry; readonly at: number }[] = [];
  readonly #usageRead = new Map<number, { at: number; usage: number }>();
  /** Sum of the limits that kernels enforce now, cores. */
  #enforced = 0;
  #head = 0;
  #working = false;
  #looping = false;

  constructor(
    private readonly cluster: ManagedCluster<C>,
    readonly allocator: ResourceAllocator,
    private readonly wire: Wire,
    private readonly options: ControllerOptions,
  ) {}

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
    this.#enforced += container.cpu.quota / container.cpu.period;
    if (own === undefined || Math.abs(entry.quota - own) > 1e-9) {
      this.#setCpu(container, entry.quota);
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
    this.#usageRead.delete(container.id);
    this.allocator.pools.delete(container.id);
  }

  /** A datagram arrives. */
  receive(message: Telemetry): void {
    if (!this.up) return;
    this.#queue.push({ message, at: this.cluster.sim.now });
    if (!this.#working) this.#next();
  }

  /** A container at its memory limit asks for more; `reply(false)` lets the kernel kill it. */
  oom(container: C, size: number, reply: (granted: boolean) => void): void {
    if (!this.up) return reply(false);
    this.counters.oomRequests++;
    const grant = () => {
      const entry = this.allocator.pools.entries.get(container.id);
      const limit = entry && this.allocator.grantMemory(entry);
      if (limit === undefined) {
        this.counters.oomRefused++;
        return reply(false);
      }
      this.#rpc(container, () => {
        applyMemory(container, limit);
        reply(true);
      });
    };
    if (this.allocator.pools.freeMemory >= Math.min(size, 4096)) return grant();
    // The pool is empty: all others at once, then the request again.
    this.#squeeze(container, grant);
  }

  /** Loses everything that was queued and starts again after `lasts`: what it knew is kept by Agents. */
  restart(lasts: number): void {
    this.up = false;
    this.#queue.length = this.#head = 0;
    this.cluster.sim.after(lasts, () => this.up = true);
  }

  /** Reclaims from all others at the same time. */
  #squeeze(container: C, done: () => void): void {
    const others = [...this.#registered.values()].filter((c) => c !== container && c.up);
    let open = others.length;
    if (open === 0) return done();
    for (const other of others) this.#reclaim(other, () => --open === 0 && done());
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
    const { messageCost, rpcCost, synchronous } = this.options;
    const wait = sim.now - item.at;
    this.counters.messages++;
    this.counters.waited += wait;
    this.counters.worstWait = Math.max(this.counters.worstWait, wait);
    sim.after(messageCost, () => {
      this.counters.busy += messageCost;
      const before = this.allocator.pools.entries.get(item.message.container)?.quota ?? 0;
      const quota = this.allocator.onTelemetry(item.message, sim.now);
      const container = this.#registered.get(item.message.container);
      if (quota === undefined || container === undefined) return this.#next();
      this.counters.changes++;
      this.counters.busy += rpcCost;
      const done = this.#setCpu(container, quota, before);
      sim.after(synchronous ? done : rpcCost, () => this.#next());
    });
  }

  /**
   * Sets a CPU limit by RPC; gives the time until the reply, ns. What a cut frees is in the pool at
   * once in the published code; in `text` mode only when the kernel has it, so that limits never sum
   * above the application's, however late an RPC is.
   */
  #setCpu(container: C, quota: number, before = quota): number {
    const { pools, options } = this.allocator;
    const held = options.mode === "text" ? Math.max(0, before - quota) : 0;
    pools.heldCpu += held;
    return this.#rpc(container, () => {
      pools.heldCpu -= held;
      // It may be gone by now.
      const counted = this.#registered.has(container.id);
      const old = container.cpu.quota / container.cpu.period;
      applyCpu(container, quota);
      if (!counted) return;
      this.#enforced += container.cpu.quota / container.cpu.period - old;
      const over = this.#enforced - options.globalCpu;
      if (over > this.counters.worstEnforced + 1e-6) this.counters.worstEnforced = over;
    });
  }

  /** Carries `apply` to the container's Agent; gives the time until its reply, ns. */
  #rpc(container: C, apply: () => void): number {
    const { rpcCost, rpcDelay, lateRpc } = this.options;
    const { cluster, wire } = this;
    const latency = cluster.latency(container);
    const link = cluster.link?.(container);
    const { request, reply } = wire.rpc(link, latency);
    const there = rpcCost / 2 + request + rpcDelay / 2 + APPLY_TIME + lateRpc;
    cluster.sim.after(Math.round(there), apply);
    return Math.round(there + reply + rpcDelay / 2 + rpcCost / 2);
  }

  #startLoops(): void {
    const { sim } = this.cluster;
    const { reclaimPeriod, idleAfter } = this.options;
    if (this.#looping) return;
    this.#looping = true;
    if (reclaimPeriod > 0) sim.after(reclaimPeriod, () => this.#reclaimAll(0));
    if (idleAfter > 0) sim.after(idleAfter, () => this.#dropIdle());
  }

  /** One container after the other, as published. */
  #reclaimAll(i: number): void {
    const { sim } = this.cluster;
    const container = this.cluster.containers[i];
    if (container === undefined) {
      // A loop that takes longer than its period starts over at once.
      const { reclaimPeriod } = this.options;
      sim.after(reclaimPeriod - sim.now % reclaimPeriod, () => this.#reclaimAll(0));
      return;
    }
    if (!this.up || !container.up) {
      sim.after(0, () => this.#reclaimAll(i + 1));
      return;
    }
    this.#reclaim(container, () => this.#reclaimAll(i + 1));
  }

  #reclaim(container: C, done: () => void): void {
    const { sim } = this.cluster;
    const { cadvisorCost, staleness } = this.options;
    this.counters.cadvisorBusy += cadvisorCost;
    this.wire.cadvisor();
    const { usage } = this.#read(container, staleness);
    sim.after(cadvisorCost + 2 * this.cluster.latency(container), () => {
      const entry = this.allocator.pools.entries.get(container.id);
      const limit = entry && this.allocator.reclaimTo(entry, usage);
      if (entry === undefined || limit === undefined) return done();
      const time = this.#rpc(container, () => {
        if (!container.up || !applyMemory(container, limit)) return;
        this.counters.reclaims++;
        this.allocator.pools.setMemory(entry, limit);
      });
      sim.after(time, done);
    });
  }

  /** cAdvisor's figure, as old as its housekeeping. */
  #read(container: C, staleness: number): { at: number; usage: number } {
    const { now } = this.cluster.sim;
    const known = this.#usageRead.get(container.id);
    if (known !== undefined && now - known.at < staleness) return known;
    const read = { at: now, usage: container.memory.usage };
    this.#usageRead.set(container.id, read);
    return read;
  }

  #dropIdle(): void {
    const { sim } = this.cluster;
    const { idleAfter } = this.options;
    for (const [id, entry] of this.allocator.pools.entries) {
      const container = this.#registered.get(id);
      if (container === undefined || sim.now - entry.lastSeen <= idleAfter) continue;
      const quota = this.allocator.idle(entry);
      if (quota === undefined) continue;
      this.counters.changes++;
      this.#setCpu(container, quota);
    }
    sim.after(idleAfter, () => this.#dropIdle());
  }
}
