/** The micro scheduler (chapter 6.5): within a host resources are alike, so the first available one is taken. */
import type { Resource } from "./constraints.ts";
import { type HostRow, RackStateError } from "./tables.ts";

/** Which cores and memslices of one host are in use, and by whom. */
export class MicroScheduler {
  private readonly owners: Readonly<Record<Resource, (string | undefined)[]>>;
  private readonly lowest: Record<Resource, number> = { cores: 0, memslices: 0 };

  constructor(readonly host: HostRow) {
    this.owners = { cores: new Array(host.cores), memslices: new Array(host.memslices) };
  }

  /** The first `count` free units, now `process`'s. @throws {RackStateError} if there are not so many. */
  take(process: string, resource: Resource, count: number): number[] {
    const owners = this.owners[resource];
    const found: number[] = [];
    for (let i = this.lowest[resource]; i < owners.length && found.length < count; i++) {
      if (owners[i] === undefined) found.push(i);
    }
    if (found.length < count) {
      throw new RackStateError(
        `host ${this.host.id} has ${found.length} free ${resource}, not the ${count} that the macro ` +
          `scheduler placed for ${process}: its tables do not fit the host`,
      );
    }
    for (const i of found) owners[i] = process;
    if (count > 0) this.lowest[resource] = (found[found.length - 1] as number) + 1;
    return found;
  }

  /** Give back a unit. @throws {RackStateError} if it is not the process's. */
  release(process: string, resource: Resource, unit: number): void {
    if (this.owners[resource][unit] !== process) {
      throw new RackStateError(
        `${process} gives back ${resource} ${unit} of host ${this.host.id}, which it does not hold`,
      );
    }
    this.owners[resource][unit] = undefined;
    this.lowest[resource] = Math.min(this.lowest[resource], unit);
  }
}
