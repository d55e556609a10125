/** For tests: containers under a controller on one host, without an application. */
import { FluidHost, MemoryCgroup, type PeriodReport } from "../hardware/mod.ts";
import { Simulation, type TraceSink } from "../kernel/mod.ts";
import { Agent } from "./agent.ts";
import { Controller } from "./controller.ts";
import { type EscraOptions, hooksOf } from "./escra.ts";
import { type HookOptions, installHooks } from "./kernel-hooks.ts";
import type { Hooked, ManagedCluster } from "./managed.ts";
import { ResourceAllocator } from "./resource-allocator.ts";
import { Wire } from "./wire.ts";

const MIB = 2 ** 20;

/** Escra's options with round numbers: nothing costs time but what a test sets. */
export const PLAIN: EscraOptions = {
  mode: "code",
  globalCpu: 4,
  globalMemory: 1024 * MIB,
  upsilon: 20,
  gamma: 0.2,
  kappa: 0.8,
  window: 10,
  floor: 0.3,
  memoryStep: 5000 * 4096,
  safeMargin: 50 * MIB,
  initialMemory: 0.7,
  messageCost: 0,
  rpcCost: 0,
  rpcDelay: 0,
  lateRpc: 0,
  syscallTime: 20_000,
  agentPoll: 100e6,
  agentIdlePoll: 10e6,
  inspectTime: 30e6,
  agentFailures: 0,
  reclaimPeriod: 5e9,
  staleness: 1e9,
  cadvisorCost: 60e6,
  cadvisorWait: 10e6,
  idleAfter: 0,
  synchronous: true,
  sendDelay: 0,
  telemetryLoss: 0,
  lateThrottles: false,
  reportInterval: 0,
  reportWrites: false,
  restartAt: Infinity,
  restartLasts: 0,
};

/** A container without an application. */
export interface Bare extends Hooked<Bare> {
  readonly cpu: ReturnType<FluidHost["group"]>;
  readonly memory: MemoryCgroup;
  up: boolean;
}

/** `n` containers of a core each on one host, with their hooks and a controller. */
export function rig(n: number, over: Partial<EscraOptions> = {}, trace?: TraceSink) {
  const options = { ...PLAIN, ...over };
  const sim = new Simulation({ seed: 1, trace });
  const host = new FluidHost(sim, "worker", 64);
  const containers = Array.from({ length: n }, (_, id): Bare => {
    const onPeriod = (report: PeriodReport) => bare.periodHook?.(report, bare);
    const bare: Bare = {
      id,
      name: `c${id}`,
      up: true,
      cpu: host.group(`c${id}`, { quota: 100e6, onDone: () => {}, onPeriod }),
      memory: new MemoryCgroup(`c${id}`, { limit: 128 * MIB }),
      periodHook: null,
      oomHook: null,
    };
    return bare;
  });
  const cluster: ManagedCluster<Bare> = { sim, containers, latency: () => 0 };
  const wire = new Wire(sim);
  const allocator = new ResourceAllocator({ ...options, containers: n });
  const controller = new Controller<Bare>(cluster, allocator, wire, options);
  const install = (container: Bare, more: Partial<HookOptions<Bare>> = {}) =>
    installHooks<Bare>(cluster, container, wire, sim.rng("losses"), {
      ...hooksOf(options, controller),
      ...more,
    });
  return { sim, containers, cluster, wire, allocator, controller, options, install, Agent };
}
