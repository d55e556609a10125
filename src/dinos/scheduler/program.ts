/**
 * Constraints to a mixed-integer linear program. Requests of a group are interchangeable, so the
 * variables are how many of a group go to a host: DCM's symmetry breaking (hosts rise within a group)
 * by construction. 100 like requests on 32 hosts are 32 variables, not 3200.
 */
import type { Constraint } from "./constraints.ts";
import type { Milp, MilpColumn, MilpRow } from "./highs.ts";
import { type Counts, groupsOf, heldBy, isOn, type Problem } from "./problem.ts";

/** A program and how to read its answer. */
export interface Program {
  readonly milp: Milp;
  counts(values: readonly number[]): Counts;
}

const TIE = 0.4;
/** Gap at which a solution is an optimum, worth being whole: TIE and this are less than 1 together. */
export const GAP = 0.5;

/**
 * The program of a problem.
 *
 * @param random uniform draws: which of equally good placements is found (CP-SAT's choice is arbitrary).
 */
export function programOf(p: Problem, random: () => number): Program {
  const columns: MilpColumn[] = [];
  const rows: MilpRow[] = [];
  const column = (cost: number, lower: number, upper: number, continuous = false) => {
    columns.push({ cost, lower, upper, ...(continuous ? { continuous } : {}) });
    return columns.length - 1;
  };
  const row = (lower: number, upper: number, terms: readonly (readonly [number, number])[]) =>
    rows.push({ lower, upper, columns: terms.map(([c]) => c), values: terms.map(([, v]) => v) });
  const all = p.hosts.map((h) => h.id);
  const requests = Math.max(1, p.groups.reduce((sum, g) => sum + g.ids.length, 0));
  const x = p.groups.map((g) => {
    const own = all.map(() => column(random() * TIE / requests, 0, g.ids.length));
    row(g.ids.length, g.ids.length, own.map((c) => [c, 1]));
    return own;
  });
  const onHost = (process: string, h: number) =>
    groupsOf(p, process).map((g): [number, number] => [x[g][h] as number, 1]);
  /** 1 where a process gets something (or has it). */
  const uses = new Map<string, number[]>();
  const usesOf = (process: string) => {
    let z = uses.get(process);
    if (z === undefined) {
      const on = isOn(p, process);
      z = all.map((h) => column(0, on[h] ? 1 : 0, 1));
      uses.set(process, z);
      const total = groupsOf(p, process).reduce((sum, g) => sum + p.groups[g].ids.length, 0);
      all.forEach((h) => row(-Infinity, 0, [...onHost(process, h), [(z as number[])[h], -total]]));
    }
    return z;
  };
  const bound = (c: number, over: Partial<MilpColumn>) => columns[c] = { ...columns[c], ...over };
  const cost = (c: number, more: number) => bound(c, { cost: columns[c].cost + more });

  const add = (c: Constraint): void => {
    switch (c.kind) {
      case "placed":
        p.groups.forEach((g, i) => {
          if (g.placedOn !== undefined) bound(x[i][g.placedOn] as number, { lower: g.ids.length });
        });
        return;
      case "capacity": {
        const largest = Math.max(...p.hosts.map((h) => h[c.resource]));
        const floor = Math.max(...all.map((h) => largest - p.free[h][c.resource]));
        const peak = c.balance === 0 ? -1 : column(c.balance, floor, Infinity);
        for (const h of all) {
          const terms = p.groups.flatMap((g, i): [number, number][] =>
            g[c.resource] === 0 ? [] : [[x[i][h] as number, g[c.resource]]]
          );
          const free = p.free[h][c.resource];
          if (terms.length === 0) continue;
          row(-Infinity, free, terms);
          if (peak >= 0) {
            row(largest - free, Infinity, [
              [peak, 1],
              ...terms.map(([t, v]) => [t, -v] as const),
            ]);
          }
        }
        return;
      }
      case "locality":
        for (const process of new Set(p.groups.map((g) => g.process))) {
          const on = isOn(p, process);
          const total = groupsOf(p, process).reduce((sum, g) => sum + p.groups[g].ids.length, 0);
          for (const h of all) {
            const own = onHost(process, h);
            if (c.with === "placed") {
              if (on[h]) own.forEach(([t]) => cost(t, -c.weight));
              continue;
            }
            if (total < 2) continue;
            // What counts is every request but one that is alone: alone >= requests here unless there are two.
            const alone = column(c.weight, 0, 1, true);
            const two = column(0, 0, 1);
            own.forEach(([t]) => cost(t, -c.weight));
            row(-Infinity, 0, [...own, [alone, -1], [two, -total]]);
            row(0, Infinity, [...own, [two, -2]]);
          }
        }
        return;
      case "allow":
        for (const g of groupsOf(p, c.process)) {
          for (const h of all) {
            if (c.weight !== undefined) {
              if (c.hosts.includes(h)) cost(x[g][h] as number, -c.weight);
            } else if (!c.hosts.includes(h)) bound(x[g][h] as number, { upper: 0 });
          }
        }
        return;
      case "at_most": {
        const before = heldBy(p, c.process, c.resource);
        for (const h of all) {
          const terms = groupsOf(p, c.process).flatMap((g): [number, number][] => {
            const size = p.groups[g][c.resource];
            return size === 0 ? [] : [[x[g][h] as number, size]];
          });
          if (terms.length > 0) row(-Infinity, Math.max(0, c.amount - before[h]), terms);
        }
        return;
      }
      case "max_hosts": {
        if (groupsOf(p, c.process).length === 0) return;
        const most = Math.max(c.hosts, isOn(p, c.process).filter(Boolean).length);
        row(-Infinity, most, usesOf(c.process).map((z) => [z, 1]));
        return;
      }
      case "apart": {
        const [a, b] = [isOn(p, c.process), isOn(p, c.from)];
        const [za, zb] = [usesOf(c.process), usesOf(c.from)];
        for (const h of all) if (!(a[h] && b[h])) row(-Infinity, 1, [[za[h], 1], [zb[h], 1]]);
      }
    }
  };
  p.constraints.forEach(add);
  return {
    milp: { columns, rows },
    counts: (values) => x.map((own) => own.map((c) => Math.round(values[c] as number))),
  };
}
