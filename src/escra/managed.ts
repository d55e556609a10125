/** What Escra needs of the containers that it manages, whoever runs them: services or functions. */
import type { FluidGroup, LinkSpec, MemoryCgroup, PeriodReport } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";

/** A container under Escra: its two control groups. */
export interface Managed {
  readonly id: number;
  /** What traces call it. */
  readonly name?: string;
  /** Its processes exist. */
  readonly up: boolean;
  readonly cpu: Pick<FluidGroup, "period" | "quota" | "setQuota">;
  readonly memory: Pick<MemoryCgroup, "limit" | "usage" | "setLimit">;
  /** Told of a write to the CPU limit, cores, before it holds. */
  writeHook?: ((cores: number) => void) | null;
}

/** A container into which the kernel hooks can be installed. */
export interface Hooked<C> extends Managed {
  readonly cpu: Managed["cpu"] & Pick<FluidGroup, "remaining" | "nrThrottled">;
  periodHook: ((report: PeriodReport, container: C) => void) | null;
  oomHook: ((container: C, size: number, decide: (retry: boolean) => void) => void) | null;
}

/** Name of a container in traces. */
export function labelOf(container: Managed): string {
  return container.name ?? `container ${container.id}`;
}

/** The controller's answer to an OOM request. */
export interface OomAnswer {
  readonly granted: boolean;
  /** The new limit, bytes, when the kernel sets it itself and no Agent has. */
  readonly limit?: number;
}

/** Where they run. */
export interface ManagedCluster<C extends Managed> {
  readonly sim: Simulation;
  /** The containers that exist now. */
  readonly containers: readonly C[];
  /** Name of the control node. */
  readonly control?: string;
  /** One way from the control node to the container's host on the wire, ns. */
  latency(container: C): number;
  /** The control node's link to that host: messages then wait their turn on it. */
  link?(container: C): LinkSpec;
}
