/** One placement problem, and what a placement of it is worth: the definition that the solver's program and its twins share. */
import type { Constraint, Resource } from "./constraints.ts";
import type { Free, Group, Held, HostRow } from "./tables.ts";

/** What is to be placed where. */
export interface Problem {
  readonly hosts: readonly HostRow[];
  readonly free: readonly Free[];
  readonly held: readonly Held[];
  readonly groups: readonly Group[];
  readonly constraints: readonly Constraint[];
}

/** How many requests of each group go to each host: `[group][host]`. */
export type Counts = readonly (readonly number[])[];

/** Resources of a process on each host before this problem. */
export function heldBy(p: Problem, process: string, resource: Resource): number[] {
  const list = p.hosts.map(() => 0);
  for (const h of p.held) if (h.process === process) list[h.host] += h[resource];
  return list;
}

/** Whether a process has anything on each host before this problem. */
export function isOn(p: Problem, process: string): boolean[] {
  const list = p.hosts.map(() => false);
  for (const h of p.held) if (h.process === process) list[h.host] = true;
  return list;
}

/** Demand for a resource on a host. */
export function demand(p: Problem, counts: Counts, host: number, resource: Resource): number {
  return p.groups.reduce((sum, g, i) => sum + g[resource] * (counts[i][host] as number), 0);
}

/** Groups of a process, by index. */
export function groupsOf(p: Problem, process: string): number[] {
  return p.groups.flatMap((g, i) => g.process === process ? [i] : []);
}

/** Names of hard constraints that a placement breaks. */
export function broken(p: Problem, counts: Counts): string[] {
  const all = p.hosts.map((h) => h.id);
  const present = (process: string) => {
    const before = isOn(p, process);
    const own = groupsOf(p, process);
    return all.map((h) => before[h] || own.some((g) => (counts[g][h] as number) > 0));
  };
  const holds = (c: Constraint): boolean => {
    switch (c.kind) {
      case "placed":
        return p.groups.every((g, i) =>
          g.placedOn === undefined || counts[i][g.placedOn] === g.ids.length
        );
      case "capacity":
        return all.every((h) => demand(p, counts, h, c.resource) <= p.free[h][c.resource]);
      case "locality":
        return true;
      case "allow":
        return c.weight !== undefined ||
          groupsOf(p, c.process).every((g) =>
            all.every((h) => c.hosts.includes(h) || counts[g][h] === 0)
          );
      case "at_most": {
        const before = heldBy(p, c.process, c.resource);
        const own = groupsOf(p, c.process);
        return all.every((h) => {
          const more = own.reduce(
            (s, g) => s + p.groups[g][c.resource] * (counts[g][h] as number),
            0,
          );
          return more === 0 || before[h] + more <= c.amount;
        });
      }
      case "max_hosts":
        return groupsOf(p, c.process).length === 0 ||
          present(c.process).filter(Boolean).length <=
            Math.max(c.hosts, isOn(p, c.process).filter(Boolean).length);
      case "apart": {
        const [a, b] = [present(c.process), present(c.from)];
        const [a0, b0] = [isOn(p, c.process), isOn(p, c.from)];
        return all.every((h) => !(a[h] && b[h]) || (a0[h] && b0[h]));
      }
    }
  };
  return p.constraints.filter((c) => !holds(c)).map((c) => c.name);
}

/** Weighted sum of the soft constraints: what the solver maximises. */
export function worth(p: Problem, counts: Counts): number {
  const all = p.hosts.map((h) => h.id);
  let sum = 0;
  for (const c of p.constraints) {
    if (c.kind === "capacity" && c.balance !== 0) {
      const largest = Math.max(...p.free.map((f) => p.hosts[f.host][c.resource]));
      // Load counts from the largest host's capacity, so that a small host counts as partly full.
      const peak = Math.max(
        ...all.map((h) => largest - p.free[h][c.resource] + demand(p, counts, h, c.resource)),
      );
      sum -= c.balance * peak;
    }
    if (c.kind === "locality") {
      for (const process of new Set(p.groups.map((g) => g.process))) {
        const on = isOn(p, process);
        const own = groupsOf(p, process);
        for (const h of all) {
          const n = own.reduce((s, g) => s + (counts[g][h] as number), 0);
          if (c.with === "placed" ? on[h] : n >= 2) sum += c.weight * n;
        }
      }
    }
    if (c.kind === "allow" && c.weight !== undefined) {
      for (const g of groupsOf(p, c.process)) {
        for (const h of c.hosts) sum += c.weight * (counts[g][h] as number);
      }
    }
  }
  return sum;
}

/** Which request goes where: a group's requests in order of arrival to its hosts in order. */
export function assignments(p: Problem, counts: Counts): [id: number, host: number][] {
  return p.groups.flatMap((g, i) => {
    let next = 0;
    return (counts[i] as readonly number[]).flatMap((n, host) =>
      Array.from({ length: n }, (): [number, number] => [g.ids[next++] as number, host])
    );
  });
}
