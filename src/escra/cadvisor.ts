/** cAdvisor on the workers: samples each container at its housekeeping and answers over HTTP. */
import type { Managed, ManagedCluster } from "./managed.ts";
import type { Wire } from "./wire.ts";

/** What reading from it takes. */
export interface CadvisorOptions {
  /** Housekeeping interval: how old its figures are at most, ns. */
  readonly staleness: number;
  /** CPU time at the controller to fetch and parse one container's figures, ns. */
  readonly cadvisorCost: number;
  /** Time until cAdvisor has answered, in which the controller's thread waits, ns. */
  readonly cadvisorWait: number;
}

/** Memory usage of the containers as cAdvisor knows it. */
export class Cadvisor<C extends Managed> {
  readonly #known = new Map<number, number>();
  readonly #phases;

  constructor(
    private readonly cluster: ManagedCluster<C>,
    private readonly wire: Wire,
    private readonly options: CadvisorOptions,
  ) {
    this.#phases = cluster.sim.rng("cAdvisor housekeeping");
  }

  /** From now on the container is sampled, each on a grid of its own. */
  follow(container: C): void {
    const { staleness } = this.options;
    const { sim } = this.cluster;
    if (staleness === 0) return;
    this.#known.set(container.id, container.memory.usage);
    const sample = () => {
      if (!this.#known.has(container.id)) return;
      this.#known.set(container.id, container.memory.usage);
      sim.after(staleness, sample);
    };
    sim.after(1 + Math.round(this.#phases.uniform(0, staleness)), sample);
  }

  /** The container is gone. */
  forget(container: C): void {
    this.#known.delete(container.id);
  }

  /** Asks for a container's usage; `done` has it, bytes, with the time when it was fetched and parsed. */
  read(container: C, done: (usage: number) => void): void {
    const { cadvisorCost, cadvisorWait } = this.options;
    const { cluster } = this;
    const { request, reply } = this.wire.cadvisor(
      cluster.link?.(container),
      cluster.latency(container),
    );
    cluster.sim.after(Math.round(request + cadvisorWait), () => {
      const usage = this.#known.get(container.id) ?? container.memory.usage;
      cluster.sim.after(Math.round(reply + cadvisorCost), () => done(usage));
    });
  }
}
