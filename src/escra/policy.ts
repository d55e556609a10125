/** What sets containers' limits: Escra and its rivals behind one face. */
import type { Cluster } from "./cluster.ts";

/** A container's limits. */
export interface Limits {
  /** cores */
  readonly cpu: number;
  /** bytes */
  readonly memory: number;
}

/** A way to set limits. */
export interface Policy {
  /** Limits at deployment, in the order of the services. */
  initial(): readonly Limits[];
  /** Called once, when the containers exist. */
  start(cluster: Cluster): void;
  /** Counters for the table, at the end. */
  counters(): Readonly<Record<string, number>>;
}

/** Smallest static limit of the published profiles: 300 millicores. */
export const STATIC_FLOOR = 0.3;

/** Limits that never change. */
export class StaticPolicy implements Policy {
  constructor(private readonly limits: readonly Limits[]) {}
  initial(): readonly Limits[] {
    return this.limits;
  }
  start(): void {}
  counters(): Readonly<Record<string, number>> {
    return {};
  }
}
