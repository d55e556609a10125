/**
 * Where a recommender that is no kernel hook gets its usage from: cAdvisor, which reads each container's
 * control groups at its own times ("housekeeping") and answers with the last two readings. The authors'
 * controller asks a cAdvisor of its own (gregcusack/ec_gcm, cAdvisorSDK: port 8080), whose default is
 * 1 s (google/cadvisor, manager/container.go); the one in the kubelet reads every 10 s
 * (kubernetes/kubernetes, pkg/kubelet/cadvisor/cadvisor_linux.go).
 */
import type { Rng, Simulation } from "../kernel/mod.ts";

/** What is read of a container. */
export interface Readable {
  readonly cpu: { usage(): number };
  readonly memory: { readonly usage: number };
}

/** A container's usage as cAdvisor knows it. */
export interface Usage {
  /** Mean over the last housekeeping interval, cores. */
  readonly cores: number;
  /** Charged memory at its end, page cache included, bytes. */
  readonly memory: number;
}

interface Reading {
  total: number;
  cores: number;
  memory: number;
}

/**
 * Readings of all containers, each at its own phase. Dynamic housekeeping, which slows down for a
 * container of which no counter moves, is left out: every program here does something in the background.
 */
export class UsageSamples {
  readonly #readings: Reading[];

  /**
   * @param interval between two readings of a container, ns.
   * @param jitter share of it that is added at random each time, at most.
   */
  constructor(
    sim: Simulation,
    containers: readonly Readable[],
    interval: number,
    jitter: number,
    phases: Rng,
  ) {
    this.#readings = containers.map((c) => ({
      total: c.cpu.usage(),
      cores: 0,
      memory: c.memory.usage,
    }));
    containers.forEach((container, i) => {
      const reading = this.#readings[i] as Reading;
      let at = sim.now;
      const read = () => {
        const total = container.cpu.usage();
        reading.cores = (total - reading.total) / (sim.now - at);
        reading.total = total;
        reading.memory = container.memory.usage;
        at = sim.now;
        sim.after(interval + Math.floor(jitter * phases.uniform() * interval), read);
      };
      sim.after(1 + Math.floor(phases.uniform() * interval), read);
    });
  }

  /** The last reading of container `i`. */
  read(i: number): Usage {
    const { cores, memory } = this.#readings[i] as Reading;
    return { cores, memory };
  }
}
