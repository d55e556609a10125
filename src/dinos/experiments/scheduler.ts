/** `dinos/scheduler`: one decision of the macro scheduler on racks of many sizes. */
import { z } from "zod";
import { defineExperiment, type Problem as Wrong, type Row } from "../../model/mod.ts";
import { duration, ratio } from "../../units/mod.ts";
import { DCM_CAP, DCM_LOC, drowning } from "../scheduler/constraints.ts";
import { place } from "../scheduler/place.ts";
import { builtIn, isSolved, makePolicy, POLICIES } from "../scheduler/policies.ts";
import { type Counts, type Problem, worth } from "../scheduler/problem.ts";
import { syntheticRack } from "../scheduler/synthetic.ts";
import { constraintProblems, constraintSchema, count } from "./common.ts";

const parameters = z.strictObject({
  policy: z.enum(POLICIES).default("DCMloc"),
  hosts: count("hosts of the rack", 1, 64).default(4),
  cores_per_host: count("cores", 1, 4096).default(16),
  memslices_per_host: count("memslices of 2 MiB", 1, 65_536).default(128),
  fill: ratio({ max: 1 }).default(0.5).describe("share of the rack in use before"),
  requests: count("requests of one core or one memslice in the batch", 1, 2000).default(20),
  processes: count("processes that ask", 1, 500).default(4),
  time_limit: duration({ min: 1e3, max: 3600e9 }).default(10e9).describe(
    "time that the solver has, by its counted work",
  ),
  node_limit: count("branch-and-bound nodes after which the solver stops", 1, 1e6).default(2000),
  constraints: z.array(constraintSchema).max(50).default([]).describe(
    "the user's constraints beside the policy's own; processes are called `process 0`, `process 1`, ...",
  ),
});

const names = (n: number) => Array.from({ length: n }, (_, i) => `process ${i}`);

/** The experiment. */
export const scheduler = defineExperiment({
  id: "dinos/scheduler",
  says: "Time and quality of one placement decision of DiNOS*'s macro scheduler",
  parameters,
  columns: {
    solve_ms: {
      role: "measure",
      says:
        "time of the decision: the solver's counted work, times unit times of a fit to measurements",
    },
    placed_percent: { role: "measure", says: "requests that were placed" },
    local_percent: {
      role: "measure",
      says: "what DCMloc maximises, as a share of its optimum for the same rack",
    },
    balance_percent: {
      role: "measure",
      says: "lowest possible peak loads (DCMcap's optimum) over those of this placement",
    },
    nodes: { role: "measure", says: "branch-and-bound nodes of the solver" },
    simplex_iterations: { role: "measure", says: "simplex iterations of the solver" },
    fallbacks: { role: "measure", says: "1 if the solver's optimum was not reached in its limits" },
  },
  replications: "mean",
  check(p): Wrong[] {
    const problems = constraintProblems(p.constraints, p.hosts, names(p.processes));
    if (p.constraints.length > 0 && !isSolved(p.policy)) {
      problems.push({
        path: ["constraints"],
        message:
          `${p.policy} has no solver and would ignore these constraints; use DCMcap or DCMloc`,
      });
    }
    const [cores, slices] = [p.hosts * p.cores_per_host, p.hosts * p.memslices_per_host];
    if (p.requests > cores + slices) {
      problems.push({
        path: ["requests"],
        message:
          `${p.requests} requests are more than the rack has: ${cores} cores and ${slices} memslices`,
      });
    }
    return problems;
  },
  *run({ parameters: p, simulation, warn }): Generator<Row> {
    const sim = simulation();
    const { state, batch } = syntheticRack({
      hosts: p.hosts,
      coresPerHost: p.cores_per_host,
      memslicesPerHost: p.memslices_per_host,
      fill: p.fill,
      requests: p.requests,
      processes: p.processes,
    }, sim.rng("rack"));
    const capacity = { cores: p.cores_per_host, memslices: p.memslices_per_host };
    const own = builtIn(p.policy);
    for (const text of drowning(own, p.constraints, capacity)) warn(text);
    state.request(batch);
    const problem: Problem = {
      hosts: state.hosts,
      free: state.free(),
      held: state.held(),
      groups: state.groups(),
      constraints: [...own, ...p.constraints],
    };
    const limits = { time: p.time_limit, nodes: p.node_limit };
    const decision = makePolicy(p.policy, sim.rng("policy"), limits).decide(problem);
    if (decision.fallback !== undefined) warn(decision.fallback);
    const groups = new Set(decision.refused.map((r) => r.constraints.join(", ")));
    for (const why of groups) {
      const n = decision.refused.filter((r) => r.constraints.join(", ") === why).length;
      warn(`${n} of ${p.requests} requests are refused; these cannot hold together: ${why}`);
    }
    state.close();
    // Quality is that of the requests that were placed, against optima for just these.
    const hostOf = new Map(decision.placed);
    const placed: Problem = {
      ...problem,
      groups: problem.groups.map((g) => ({ ...g, ids: g.ids.filter((id) => hostOf.has(id)) }))
        .filter((g) => g.ids.length > 0),
    };
    const counts = placed.groups.map((g) =>
      placed.hosts.map((h) => g.ids.filter((id) => hostOf.get(id) === h.id).length)
    );
    yield {
      solve_ms: decision.time / 1e6,
      placed_percent: 100 * decision.placed.length / p.requests,
      local_percent: share(placed, counts, "local"),
      balance_percent: share(placed, counts, "balance"),
      nodes: decision.nodes,
      simplex_iterations: decision.iterations,
      fallbacks: decision.fallback === undefined ? 0 : 1,
    };
  },
});

/** A placement's worth against the optimum in one respect, as a percentage. */
function share(p: Problem, counts: Counts, respect: "local" | "balance"): number {
  const locality = DCM_LOC.filter((c) => c.kind === "locality");
  const hard = DCM_CAP.map((c) => c.kind === "capacity" ? { ...c, balance: 0 } : c);
  const constraints = respect === "balance" ? DCM_CAP : [...hard, ...locality];
  const problem = { ...p, constraints };
  const best = place(problem, { time: Infinity, nodes: 10_000 }, () => 0).counts;
  const [ours, optimum] = [worth(problem, counts), best === undefined ? NaN : worth(problem, best)];
  if (best === undefined || p.groups.length === 0) return 100;
  if (respect === "balance") return 100 * optimum / ours;
  return optimum === 0 ? 100 : 100 * ours / optimum;
}
