/**
 * Speed of HiGHS by what it counts: solves synthetic racks of all sizes, takes their CPU time, and fits the
 * coefficients of SOLVER_SPEED (place.ts) to it: `deno run -A src/dinos/bench/solver_fit.ts`.
 */
import process from "node:process";
import { Simulation } from "../../kernel/mod.ts";
import { solve } from "../scheduler/highs.ts";
import { SOLVER_SPEED } from "../scheduler/place.ts";
import { builtIn } from "../scheduler/policies.ts";
import { GAP, programOf } from "../scheduler/program.ts";
import { syntheticRack } from "../scheduler/synthetic.ts";

const ROUNDS = 15;
const SIZES = [[4, 16, 128], [8, 32, 256], [16, 64, 512], [32, 128, 1024]] as const;

interface Case {
  readonly name: string;
  /** Counts that SOLVER_SPEED has coefficients for. */
  readonly counts: readonly number[];
  /** Median CPU time, ns. */
  readonly time: number;
}

const cases: Case[] = [];
for (const [hosts, coresPerHost, memslicesPerHost] of SIZES) {
  for (const requests of [1, 5, 20, 50, 100]) {
    for (const policy of ["DCMcap", "DCMloc"] as const) {
      const rng = new Simulation({ seed: 1 }).rng("rack");
      const processes = Math.max(1, requests / 10);
      const { state, batch } = syntheticRack(
        { hosts, coresPerHost, memslicesPerHost, fill: 0.3, requests, processes },
        rng,
      );
      state.request(batch);
      const problem = {
        hosts: state.hosts,
        free: state.free(),
        held: state.held(),
        groups: state.groups(),
        constraints: builtIn(policy),
      };
      const times: number[] = [];
      let counts: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const before = process.cpuUsage();
        const { milp } = programOf(problem, () => rng.uniform());
        const found = solve(milp, { nodes: 10_000, gap: GAP });
        const { user, system } = process.cpuUsage(before);
        times.push((user + system) * 1000);
        const nonzeros = milp.rows.reduce((sum, r) => sum + r.columns.length, 0);
        counts = [1, nonzeros, found.iterations * milp.rows.length, found.nodes];
      }
      state.close();
      times.sort((a, b) => a - b);
      cases.push({
        name: `${hosts} hosts, ${requests} requests, ${policy}`,
        counts,
        time: times[Math.floor(ROUNDS / 2)] as number,
      });
    }
  }
}

/** Least relative squares with coefficients of zero or more: coordinate descent. */
function fit(list: readonly Case[]): number[] {
  const width = list[0]!.counts.length;
  const x = new Array<number>(width).fill(0);
  for (let round = 0; round < 20_000; round++) {
    for (let k = 0; k < width; k++) {
      let [top, bottom] = [0, 0];
      for (const c of list) {
        const others = c.counts.reduce((sum, n, j) => sum + (j === k ? 0 : n * x[j]!), 0);
        top += c.counts[k]! * (c.time - others) / c.time ** 2;
        bottom += (c.counts[k]! / c.time) ** 2;
      }
      x[k] = bottom === 0 ? 0 : Math.max(0, top / bottom);
    }
  }
  return x;
}

const found = fit(cases);
const now = Object.values(SOLVER_SPEED);
const errors: number[] = [];
for (const c of cases) {
  const said = (x: readonly number[]) => c.counts.reduce((sum, n, k) => sum + n * x[k]!, 0);
  errors.push(Math.abs(said(found) / c.time - 1));
  const ms = (n: number) => (n / 1e6).toFixed(2);
  console.log(
    `${c.name}: ${ms(c.time)} ms CPU; fitted ${ms(said(found))}, SOLVER_SPEED ${ms(said(now))}`,
  );
}
errors.sort((a, b) => a - b);
console.log(`fixed, nonzero, iterationRow, node: ${found.map((n) => n.toFixed(1)).join(", ")} ns`);
console.log(`median error ${(100 * errors[Math.floor(errors.length / 2)]!).toFixed(0)} %`);
