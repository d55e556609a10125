/** The macro scheduler's policies (chapter 6.7.2.3): which host each pending request goes to. */
import type { Rng } from "../../kernel/mod.ts";
import { type Constraint, DCM_CAP, DCM_LOC } from "./constraints.ts";
import { TwoLevel } from "./two-level-policy.ts";
import { conflict, place, type PlaceLimits } from "./place.ts";
import { assignments, type Problem } from "./problem.ts";
import type { Free, Group } from "./tables.ts";

/** Names as in Figure 6.12. */
export const POLICIES = ["DCMcap", "DCMloc", "FillCurrent", "Random", "RoundRobin"] as const;
/** Name of a placement policy: `policy:` of a scenario. */
export type PolicyName = (typeof POLICIES)[number] | "TwoLevel";

/** A request that no host can take. */
export interface Refusal {
  readonly id: number;
  /** Constraints that cannot hold together. */
  readonly constraints: readonly string[];
  /** What the requester is told, where the policy says it in its own words. */
  readonly error?: Error;
}

/** What a policy decided. */
export interface Decision {
  readonly placed: readonly (readonly [id: number, host: number])[];
  /** Requests that no host can take, with the constraints that cannot hold together. */
  readonly refused: readonly Refusal[];
  /** Time taken, ns. */
  readonly time: number;
  /** Why the solver's answer was not used; undefined when it was, or there is no solver. */
  readonly fallback: string | undefined;
  readonly nodes: number;
  readonly iterations: number;
}

/** Chooses hosts. Keeps state from decision to decision (pointers, current hosts). */
export interface Policy {
  readonly name: PolicyName;
  decide(problem: Problem): Decision;
}

/** Policies by name: those of the figure, and DiNOS's own first level (chapter 6.4.2). */
export const ALL_POLICIES = [...POLICIES, "TwoLevel"] as const;

/** Does a solver stand behind a policy? */
export const isSolved = (name: PolicyName) => name === "DCMcap" || name === "DCMloc";

/** Built-in constraints of a policy: those of the others are what their code checks. */
export function builtIn(name: PolicyName): readonly Constraint[] {
  return name === "DCMloc" ? DCM_LOC : DCM_CAP;
}

/** Makes a policy. @param limits the solver's. */
export function makePolicy(name: PolicyName, rng: Rng, limits: PlaceLimits): Policy {
  switch (name) {
    case "DCMcap":
    case "DCMloc":
      return new Solved(name, rng, limits);
    case "FillCurrent":
      return new OneByOne(name, fillCurrent(rng));
    case "Random":
      return new OneByOne(name, (_, able) => able[rng.uniformInt(able.length)] as number);
    case "RoundRobin":
      return new OneByOne(name, roundRobin());
    case "TwoLevel":
      return new TwoLevel();
  }
}

type Choose = (request: Group, able: readonly number[], hosts: number) => number;

/** A process stays on a host chosen at random until that is full; then on another one. */
function fillCurrent(rng: Rng): Choose {
  const current = new Map<string, number>();
  return ({ process }, able) => {
    const host = current.get(process);
    if (host !== undefined && able.includes(host)) return host;
    const next = able[rng.uniformInt(able.length)] as number;
    current.set(process, next);
    return next;
  };
}

/** Hosts in turn, with one pointer for cores and one for memslices; full hosts are skipped. */
function roundRobin(): Choose {
  const next = { cores: 0, memslices: 0 };
  return (request, able, hosts) => {
    const pointer = request.cores > 0 ? "cores" : "memslices";
    while (!able.includes(next[pointer] % hosts)) next[pointer]++;
    return next[pointer]++ % hosts;
  };
}

/** Time of a table look-up and update in a policy without a solver, a request: SQLite in memory. */
export const LOOKUP = 10_000;

/** Requests one after the other, each to a host with enough left. */
class OneByOne implements Policy {
  constructor(readonly name: PolicyName, private readonly choose: Choose) {}

  decide(p: Problem): Decision {
    const left = p.free.map((f) => ({ ...f }));
    const placed: [number, number][] = [];
    const refused: { id: number; constraints: string[] }[] = [];
    const order = p.groups.flatMap((g) => g.ids.map((id) => ({ id, group: g })))
      .sort((a, b) => a.id - b.id);
    for (const { id, group } of order) {
      const able = left.filter((f) => f.cores >= group.cores && f.memslices >= group.memslices)
        .map((f) => f.host);
      if (able.length === 0) {
        refused.push({ id, constraints: shortOf(group, left) });
        continue;
      }
      const host = group.placedOn ?? this.choose(group, able, p.hosts.length);
      left[host] = take(left[host], group);
      placed.push([id, host]);
    }
    return {
      placed,
      refused,
      time: order.length * LOOKUP,
      fallback: undefined,
      nodes: 0,
      iterations: 0,
    };
  }
}

function take(free: Free, g: Group): Free {
  return { host: free.host, cores: free.cores - g.cores, memslices: free.memslices - g.memslices };
}

/** Capacity constraints that a request meets on no host. */
function shortOf(g: Group, left: readonly Free[]): string[] {
  const names = [
    ...(left.some((f) => f.cores >= g.cores) ? [] : ["core_cap"]),
    ...(left.some((f) => f.memslices >= g.memslices) ? [] : ["mem_cap"]),
  ];
  return names.length > 0 ? names : ["core_cap", "mem_cap"];
}

/** The constraint solver, with a way out when it finds nothing in time. */
class Solved implements Policy {
  private readonly first: OneByOne;

  constructor(
    readonly name: PolicyName,
    private readonly rng: Rng,
    private readonly limits: PlaceLimits,
  ) {
    this.first = new OneByOne(name, (_, able) => able[0] as number);
  }

  decide(p: Problem): Decision {
    const all = place(p, this.limits, () => this.rng.uniform());
    const { time, nodes, iterations } = all;
    if (all.counts !== undefined) {
      const fallback = all.status === "feasible"
        ? `the solver stopped after ${nodes} nodes with a placement that may not be the best`
        : undefined;
      return { placed: assignments(p, all.counts), refused: [], time, fallback, nodes, iterations };
    }
    if (all.status === "nothing") return this.withoutSolver(p, all.time, nodes, iterations);
    const single = p.groups.length === 1 && p.groups[0].ids.length === 1;
    if (single) {
      const constraints = conflict(p, this.limits);
      return {
        placed: [],
        refused: [{ id: p.groups[0].ids[0], constraints }],
        time,
        fallback: undefined,
        nodes,
        iterations,
      };
    }
    return this.oneAtATime(p, time);
  }

  private withoutSolver(p: Problem, time: number, nodes: number, iterations: number): Decision {
    const simple = this.first.decide(p);
    const own = p.constraints.filter((c) => !["placed", "capacity", "locality"].includes(c.kind));
    const lost = own.length === 0 ? "" : `; without ${own.map((c) => `"${c.name}"`).join(", ")}`;
    const fallback =
      `the solver found nothing within ${this.limits.time / 1e6} ms: each request went ` +
      `to the first host with room${lost}`;
    return { ...simple, time: time + simple.time, fallback, nodes, iterations };
  }

  /** Not all of them fit: those that do by themselves, in order of arrival. */
  private oneAtATime(p: Problem, before: number): Decision {
    let state = p;
    let [time, nodes, iterations] = [before, 0, 0];
    const placed: (readonly [number, number])[] = [];
    const refused: { id: number; constraints: readonly string[] }[] = [];
    let fallback: string | undefined;
    const order = p.groups.flatMap((g) => g.ids.map((id) => ({ ...g, ids: [id] })))
      .sort((a, b) => a.ids[0] - b.ids[0]);
    // Room only shrinks: what was refused is refused again when it is asked for again.
    const known = new Map<string, readonly string[]>();
    for (const group of order) {
      const kind = `${group.process} ${group.cores} ${group.memslices} ${group.placedOn}`;
      const before = known.get(kind);
      if (before !== undefined) {
        refused.push({ id: group.ids[0], constraints: before });
        continue;
      }
      const one = this.decide({ ...state, groups: [group] });
      for (const r of one.refused) known.set(kind, r.constraints);
      time += one.time;
      nodes += one.nodes;
      iterations += one.iterations;
      fallback ??= one.fallback;
      placed.push(...one.placed);
      refused.push(...one.refused);
      for (const [, host] of one.placed) {
        const { process, cores, memslices } = group;
        state = {
          ...state,
          free: state.free.map((f) => f.host === host ? take(f, group) : f),
          held: [...state.held, { process, host, cores, memslices }],
        };
      }
    }
    return { placed, refused, time, fallback, nodes, iterations };
  }
}
