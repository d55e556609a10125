/**
 * Kubernetes' ResourceQuota (section 5.2): the limits of all pods of an application may sum to this much
 * when a pod is created. Looked at then only: a limit that changes in place is not asked about.
 */
import type { Simulation } from "../kernel/mod.ts";
import type { Limits } from "./policy.ts";

/** client-go's default rate limiter: a refused pod is tried again after 5 ms, doubled up to 1000 s. */
export const QUOTA_RETRY = { first: 5e6, most: 1000e9 } as const;

const EPSILON = 1e-9;

/** The quota of one application and the pods that wait for it. */
export class ResourceQuota {
  readonly #held = new Map<number, Limits>();
  /** Creations that were refused so far. */
  refused = 0;
  /** Pods that wait now. */
  waiting = 0;

  /** @param hard most that limits may sum to, cores and bytes; Infinity: no such quota. */
  constructor(private readonly sim: Simulation, readonly hard: Limits) {}

  /** Sum of the limits of the pods that were created. */
  get used(): Limits {
    let cpu = 0, memory = 0;
    for (const limits of this.#held.values()) {
      cpu += limits.cpu;
      memory += limits.memory;
    }
    return { cpu, memory };
  }

  /** Creates a pod as soon as its limits fit; `create` may run at once. */
  request(id: number, limits: Limits, create: () => void): void {
    if (this.#admit(id, limits)) return create();
    this.waiting++;
    this.#later(id, limits, create, QUOTA_RETRY.first);
  }

  /** The pod is gone. */
  release(id: number): void {
    this.#held.delete(id);
  }

  #later(id: number, limits: Limits, create: () => void, wait: number): void {
    this.refused++;
    this.sim.after(wait, () => {
      if (!this.#admit(id, limits)) {
        return this.#later(id, limits, create, Math.min(QUOTA_RETRY.most, 2 * wait));
      }
      this.waiting--;
      create();
    });
  }

  #admit(id: number, limits: Limits): boolean {
    const { cpu, memory } = this.used;
    const { hard } = this;
    if (cpu + limits.cpu > hard.cpu + EPSILON || memory + limits.memory > hard.memory + EPSILON) {
      return false;
    }
    this.#held.set(id, limits);
    return true;
  }
}
