/**
 * Escra beside OpenWhisk (section 5.4.4): the Container Watcher follows the pods of OpenWhisk's
 * namespace, which is one application; OpenWhisk itself knows nothing of it.
 */
import type { Platform } from "../../hardware/mod.ts";
import type { Simulation } from "../../kernel/mod.ts";
import type { Kubernetes, Pod } from "../../serverless/mod.ts";
import { Agent } from "../agent.ts";
import { Controller } from "../controller.ts";
import { type EscraOptions, hooksOf, planRestart } from "../escra.ts";
import { installHooks } from "../kernel-hooks.ts";
import type { ManagedCluster } from "../managed.ts";
import { ResourceAllocator } from "../resource-allocator.ts";
import { Wire } from "../wire.ts";

/** An Escra deployment whose containers come and go. */
export class EscraWatcher {
  readonly controller: Controller<Pod>;
  readonly wire: Wire;
  /** Least memory that the pool ever had, bytes: below zero, limits summed above the total. */
  leastFreeMemory = Infinity;

  /** Watches the pods of `kubernetes` from now on. */
  constructor(
    sim: Simulation,
    platform: Platform,
    kubernetes: Kubernetes,
    control: string,
    options: EscraOptions,
  ) {
    const cluster: ManagedCluster<Pod> = {
      sim,
      containers: kubernetes.pods,
      control,
      latency: (pod) => platform.link(control, pod.host.name).latency,
      link: (pod) => platform.link(control, pod.host.name),
    };
    // The equal share is of those that exist: the controller counts them as they come and go.
    const allocator = new ResourceAllocator({ ...options, containers: 1 });
    const wire = this.wire = new Wire(sim);
    const controller = this.controller = new Controller(cluster, allocator, wire, options);
    const polls = sim.rng("agent polls");
    const losses = sim.rng("telemetry loss");
    const agents = new Map<Pod["host"], Agent>();
    const agentOf = (pod: Pod): Agent => {
      const agent = agents.get(pod.host) ?? new Agent(sim, options, polls);
      agents.set(pod.host, agent);
      return agent;
    };
    const hooks = hooksOf(options, controller);
    kubernetes.observer = {
      started: (pod) => {
        const register = installHooks(cluster, pod, wire, losses, hooks);
        const registered = () => {
          if (!pod.up) return;
          controller.register(pod, pod.requested.cpu);
          this.leastFreeMemory = Math.min(this.leastFreeMemory, allocator.pools.freeMemory);
        };
        agentOf(pod).notice(() => register(registered));
      },
      deleted: (pod) => controller.deregister(pod),
    };
    planRestart(sim, options, controller);
  }
}
