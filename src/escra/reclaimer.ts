/** Memory reclamation by the Controller (section 5.4.3): the loop over all, and from all others at once. */
import { Cadvisor, type CadvisorOptions } from "./cadvisor.ts";
import { labelOf, type Managed, type ManagedCluster } from "./managed.ts";
import type { ResourceAllocator } from "./resource-allocator.ts";
import type { AgentRpc } from "./rpc.ts";
import type { Wire } from "./wire.ts";

/** How memory is taken back. */
export interface ReclaimOptions extends CadvisorOptions {
  /** ns; 0: no reclamation. */
  readonly reclaimPeriod: number;
}

/** Takes back what containers have above their usage and a margin. */
export class Reclaimer<C extends Managed> {
  readonly cadvisor: Cadvisor<C>;
  /** Limits that were cut. */
  reclaims = 0;
  /** Controller's CPU time for cAdvisor's answers, ns; in all, and by second. */
  busy = 0;
  readonly #seconds: number[] = [];

  constructor(
    private readonly cluster: ManagedCluster<C>,
    private readonly allocator: ResourceAllocator,
    private readonly rpc: AgentRpc<C>,
    wire: Wire,
    private readonly options: ReclaimOptions,
  ) {
    this.cadvisor = new Cadvisor(cluster, wire, options);
  }

  /** Most CPU time that it used in a second of the run, cores. */
  get peak(): number {
    return this.#seconds.reduce((most, busy) => Math.max(most, busy ?? 0), 0) / 1e9;
  }

  /**
   * All containers have registered. The published loop (`Manager::run`) looks every 5 s whether they have,
   * and then sleeps 5 s more.
   *
   * @param up whether the controller runs; the loop passes over everything while it does not.
   */
  start(up: () => boolean): void {
    const { reclaimPeriod } = this.options;
    if (reclaimPeriod === 0) return;
    const { sim } = this.cluster;
    const look = this.allocator.options.mode === "code"
      ? Math.ceil(sim.now / reclaimPeriod) * reclaimPeriod - sim.now
      : 0;
    sim.after(look + reclaimPeriod, () => this.#round(0, up));
  }

  /** Reclaims from all of `others` at the same time. */
  squeeze(others: readonly C[], done: () => void): void {
    let open = others.length;
    if (open === 0) return done();
    for (const other of others) this.#reclaim(other, () => --open === 0 && done());
  }

  /**
   * One container after the other. Section 5.4.3 starts a round every 5 s; the published code
   * (`Manager::run`) sleeps 5 s after each.
   */
  #round(i: number, up: () => boolean): void {
    const { sim, containers } = this.cluster;
    const container = containers[i];
    if (container === undefined) {
      const { reclaimPeriod } = this.options;
      const sleep = this.allocator.options.mode === "code"
        ? reclaimPeriod
        : reclaimPeriod - sim.now % reclaimPeriod;
      sim.after(sleep, () => this.#round(0, up));
    } else if (!up() || !container.up) sim.after(0, () => this.#round(i + 1, up));
    else this.#reclaim(container, () => this.#round(i + 1, up));
  }

  #reclaim(container: C, done: () => void): void {
    const { sim } = this.cluster;
    const asked = sim.now;
    this.cadvisor.read(container, (usage) => {
      this.#book(this.options.cadvisorCost);
      const track = `${labelOf(container)}: reclamation`;
      sim.trace?.complete(track, "cAdvisor read", asked, sim.now, { MiB: usage / 2 ** 20 });
      const { pools } = this.allocator;
      const entry = pools.entries.get(container.id);
      const limit = entry && this.allocator.reclaimTo(entry, usage);
      if (entry === undefined || limit === undefined) return done();
      const time = this.rpc.setMemory(container, limit, (applied) => {
        if (!applied || pools.entries.get(container.id) !== entry) return;
        this.reclaims++;
        pools.setMemory(entry, limit);
      });
      sim.after(time, done);
    });
  }

  #book(time: number): void {
    this.busy += time;
    // It ends now: split over the seconds that it lies in.
    const end = this.cluster.sim.now;
    for (let from = Math.max(0, end - time); from < end;) {
      const second = Math.floor(from / 1e9);
      const to = Math.min(end, (second + 1) * 1e9);
      this.#seconds[second] = (this.#seconds[second] ?? 0) + to - from;
      from = to;
    }
  }
}
