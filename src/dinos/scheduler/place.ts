/** Solve one placement problem: an optimum, a set of constraints that cannot hold together, or nothing in time. */
import { solve } from "./highs.ts";
import type { Counts, Problem } from "./problem.ts";
import { GAP, programOf } from "./program.ts";
import type { Constraint } from "./constraints.ts";

/** Limits of a solve. */
export interface PlaceLimits {
  /** Time that the solver has, by the model of its speed below, ns. */
  readonly time: number;
  /** Branch-and-bound nodes after which it stops. */
  readonly nodes: number;
}

/** Answer to a problem. */
export interface Placement {
  readonly status: "optimal" | "feasible" | "infeasible" | "nothing";
  readonly counts: Counts | undefined;
  /** Modelled time of the solver, ns: the same on every machine. */
  readonly time: number;
  readonly nodes: number;
  readonly iterations: number;
}

/**
 * Unit times of HiGHS's counted work, ns: a solve's fixed part, a non-zero of the matrix, a simplex iteration
 * per row, a node. Fitted by bench/solver_fit.ts to the CPU time of 40 synthetic problems on a busy 2-core cloud
 * machine (median error 23 %). Cuts at the root are not counted by HiGHS: the few problems that need
 * many of them (8 hosts, DCMloc) take up to twenty times what this says.
 */
export const SOLVER_SPEED = {
  fixed: 740_000,
  nonzero: 1_860,
  iterationRow: 155,
  node: 950_000,
} as const;

/** Place all groups of a problem. */
export function place(p: Problem, limits: PlaceLimits, random: () => number): Placement {
  const program = programOf(p, random);
  const found = solve(program.milp, { nodes: limits.nodes, gap: GAP });
  const nonzeros = program.milp.rows.reduce((sum, r) => sum + r.columns.length, 0);
  const { nodes, iterations } = found;
  const time = Math.round(
    SOLVER_SPEED.fixed + SOLVER_SPEED.nonzero * nonzeros +
      SOLVER_SPEED.iterationRow * iterations * program.milp.rows.length + SOLVER_SPEED.node * nodes,
  );
  if (found.status === "infeasible") {
    return { status: "infeasible", counts: undefined, time, nodes, iterations };
  }
  if (found.values === undefined || time > limits.time) {
    return {
      status: "nothing",
      counts: undefined,
      time: Math.min(time, limits.time),
      nodes,
      iterations,
    };
  }
  const status = found.status === "optimal" ? "optimal" : "feasible";
  return { status, counts: program.counts(found.values), time, nodes, iterations };
}

/** Whether a constraint can make a problem infeasible. */
export function isHard(c: Constraint): boolean {
  return c.kind !== "locality" && !(c.kind === "allow" && c.weight !== undefined);
}

/**
 * Hard constraints of an infeasible problem that cannot hold together, none of which can be left out: a
 * deletion filter over the constraints by name.
 */
export function conflict(p: Problem, limits: PlaceLimits): string[] {
  let core = p.constraints.filter(isHard);
  for (const c of [...core]) {
    const without = core.filter((o) => o !== c);
    const answer = place({ ...p, constraints: without }, { ...limits, time: Infinity }, () => 0);
    if (answer.status === "infeasible") core = without;
  }
  return core.map((c) => c.name);
}
