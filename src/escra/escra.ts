/** Escra as a policy: Application Deployer, Container Watcher, Controller, Allocator, hooks, Agents. */
import type { Simulation } from "../kernel/mod.ts";
import type { Application } from "../workloads/mod.ts";
import { Agent } from "./agent.ts";
import type { Cluster } from "./cluster.ts";
import { Controller, type ControllerOptions } from "./controller.ts";
import { type HookOptions, installHooks } from "./kernel-hooks.ts";
import type { Managed } from "./managed.ts";
import type { Limits, Policy } from "./policy.ts";
import { type AllocatorOptions, ResourceAllocator } from "./resource-allocator.ts";
import { Wire } from "./wire.ts";

/** Everything that one Escra deployment is set up with. */
export interface EscraOptions
  extends Omit<AllocatorOptions, "containers" | "idleAfter">, ControllerOptions {
  /** sigma: share of the memory limit that containers get at first; the published code: 70 %. */
  readonly initialMemory: number;
  /** From the period's end to the datagram on the wire, ns. */
  readonly sendDelay: number;
  readonly telemetryLoss: number;
  /** See `HookOptions`: `lateThrottles`, `interval`, `reportWrites`. */
  readonly lateThrottles: boolean;
  readonly reportInterval: number;
  readonly reportWrites: boolean;
  /** When the controller restarts and for how long, ns; none: Infinity. */
  readonly restartAt: number;
  readonly restartLasts: number;
}

/** What the hooks of a controller's containers do: `installHooks` takes it for each. */
export function hooksOf<C extends Managed>(
  options: EscraOptions,
  controller: Controller<C>,
): HookOptions<C> {
  return {
    sendDelay: options.sendDelay,
    loss: options.telemetryLoss,
    lateThrottles: options.lateThrottles,
    interval: options.reportInterval,
    reportWrites: options.reportWrites,
    receive: (message) => controller.receive(message),
    oom: (container, size, reply) => controller.oom(container, size, reply),
  };
}

/** The fault of a controller that restarts, if the options have it. */
export function planRestart<C extends Managed>(
  sim: Simulation,
  { restartAt, restartLasts }: EscraOptions,
  controller: Controller<C>,
): void {
  if (restartAt !== Infinity) sim.after(restartAt, () => controller.restart(restartLasts));
}

/** Deploys and runs Escra on a cluster. */
export class EscraPolicy implements Policy {
  /** See `ResourceAllocator.log`. */
  log: ResourceAllocator["log"] = null;
  #controller: Controller | undefined;
  #wire: Wire | undefined;

  constructor(
    private readonly application: Application,
    private readonly options: EscraOptions,
  ) {}

  /** The Deployer's first limits: equations (5.1) and (5.2). */
  initial(): readonly Limits[] {
    const { services } = this.application;
    const { globalCpu, globalMemory, initialMemory, floor } = this.options;
    return services.map(() => ({
      cpu: Math.max(floor, globalCpu / services.length),
      memory: initialMemory * globalMemory / services.length,
    }));
  }

  /** The Watcher: each Agent finds new containers at its next look, and inspects one after the other. */
  start(cluster: Cluster): void {
    const { sim, containers } = cluster;
    const wire = this.#wire = new Wire(sim);
    const allocator = new ResourceAllocator({ ...this.options, containers: containers.length });
    allocator.log = this.log;
    const controller = this.#controller = new Controller(cluster, allocator, wire, this.options);
    const poll = sim.rng("agent polls");
    const losses = sim.rng("telemetry loss");
    const agents = new Map(cluster.hosts.map((h) => [h, new Agent(sim, this.options, poll)]));
    const hooks = hooksOf(this.options, controller);
    for (const container of containers) {
      const register = installHooks(cluster, container, wire, losses, hooks);
      agents.get(container.host)?.notice(() => register(() => controller.register(container)));
    }
    planRestart(sim, this.options, controller);
  }

  /** Datagrams that hooks have sent. */
  get sent(): number {
    return (this.#wire as Wire).datagrams;
  }

  counters(): Readonly<Record<string, number>> {
    const c = (this.#controller as Controller).counters;
    const { reclaimer, allocator } = this.#controller as Controller;
    const { pools, stale } = allocator;
    return {
      messages: c.messages,
      limit_changes: c.changes,
      oom_requests: c.oomRequests,
      oom_refused: c.oomRefused,
      stale_messages: stale,
      worst_overrun_cores: pools.worstOverrun,
      worst_enforced_cores: c.worstEnforced,
      worst_wait_ms: c.worstWait / 1e6,
      mean_wait_ms: c.waited / Math.max(1, c.messages) / 1e6,
      controller_busy_ns: c.busy,
      failed_updates: c.failedUpdates,
      cadvisor_busy_ns: reclaimer.busy,
      cadvisor_peak_cores: reclaimer.peak,
      peak_mbps: (this.#wire as Wire).peakRate() / 1e6,
      peak_10s_mbps: (this.#wire as Wire).peakRate(10) / 1e6,
      bytes: (this.#wire as Wire).bytes,
      telemetry_bytes: (this.#wire as Wire).telemetryBytes,
    };
  }
}
