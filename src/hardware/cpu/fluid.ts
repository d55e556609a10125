/**
 * The fast twin of `Host`: the same limit per period and the same sharing of a host's CPUs, with time
 * as a fluid. Bursts instead of threads; no ticks, turns, slices or migrations.
 *
 * Rules kept from kernel/sched/fair.c: a period's quota is a pool that running threads draw from; an
 * empty pool throttles the group until the period ends; nr_throttled counts periods that end throttled;
 * a period in which nothing was drawn stops the timer, which restarts on its own grid; a new quota
 * refills the pool at once; a CPU whose last thread stops keeps 1 ms of what it drew, which no other
 * CPU can use. Left out: what a running CPU holds of its 5 ms slice, ticks, and who is throttled first.
 */
import type { EventId, Handler, Simulation } from "../../kernel/mod.ts";
import { FluidGroup, type FluidGroupOptions } from "./fluid-group.ts";

/** CPUs shared by the bursts of many groups, each burst at most one CPU. */
export class FluidHost {
  /** Bursts that run now: in groups that are not throttled. */
  running = 0;
  /** CPU time that each running burst has had since the start, ns. */
  #work = 0;
  #since = 0;
  #rate = 1;
  #event: EventId | -1 = -1;
  #due = Infinity;
  readonly #active: FluidGroup[] = [];
  readonly #handler: Handler;
  readonly #periodHandler: Handler;
  readonly #groups: FluidGroup[] = [];

  /** @param cores CPUs (hardware threads). @throws {RangeError} for less than one. */
  constructor(readonly sim: Simulation, readonly name: string, readonly cores: number) {
    if (!(cores >= 1)) throw new RangeError(`host "${name}": ${cores} CPUs; expected at least 1`);
    this.#handler = sim.handler(() => this.#onEvent());
    this.#periodHandler = sim.handler((id) => (this.#groups[id] as FluidGroup).periodEnds());
  }

  /** A group with its own limit. @throws {RangeError} for a quota or period that Linux refuses. */
  group(name: string, options: FluidGroupOptions): FluidGroup {
    const group = new FluidGroup(this, name, this.#groups.length, this.#periodHandler, options);
    this.#groups.push(group);
    return group;
  }

  /** CPU time that a burst that always ran would have had, ns. */
  work(): number {
    return this.#work + (this.sim.now - this.#since) * this.#rate;
  }

  /** @internal Brings every clock to now; call before changing who runs. */
  settle(): void {
    const now = this.sim.now;
    if (now === this.#since) return;
    this.#work += (now - this.#since) * this.#rate;
    this.#since = now;
  }

  /** @internal After a change of who runs. */
  changed(group: FluidGroup): void {
    if (group.eligible) {
      if (group.place < 0) group.place = this.#active.push(group) - 1;
    } else if (group.place >= 0) {
      const last = this.#active.pop() as FluidGroup;
      if (last !== group) {
        this.#active[group.place] = last;
        last.place = group.place;
      }
      group.place = -1;
    }
    this.#rate = this.running <= this.cores ? 1 : this.cores / this.running;
    this.#arm();
  }

  #arm(): void {
    let next = Infinity;
    const active = this.#active;
    for (let i = 0; i < active.length; i++) {
      const at = (active[i] as FluidGroup).nextAt;
      if (at < next) next = at;
    }
    const due = next === Infinity
      ? Infinity
      : this.#since + Math.max(0, Math.ceil((next - this.#work) / this.#rate));
    // An event that comes too early finds nothing to do; only one that comes too late is moved.
    if (due >= this.#due) return;
    if (this.#event !== -1) this.sim.cancel(this.#event);
    this.#due = due;
    this.#event = this.sim.schedule(due - this.sim.now, this.#handler);
  }

  #onEvent(): void {
    this.#event = -1;
    this.#due = Infinity;
    this.settle();
    const active = this.#active;
    for (let i = active.length - 1; i >= 0; i--) {
      const group = active[i] as FluidGroup;
      if (group !== undefined && group.nextAt <= this.#work + 0.5) group.advance(true);
    }
    this.#arm();
  }
}
