/**
 * CPU time of a whole decision (tables, program, solver, tables) by policy, beside what SOLVER_SPEED
 * (place.ts) says: `deno run -A src/dinos/bench/solver_bench.ts`.
 */
import process from "node:process";
import { Simulation } from "../../kernel/mod.ts";
import { builtIn, makePolicy, POLICIES } from "../scheduler/policies.ts";
import { syntheticRack } from "../scheduler/synthetic.ts";

for (
  const [hosts, coresPerHost, memslicesPerHost] of [[4, 16, 128], [8, 32, 256], [16, 64, 512], [
    32,
    128,
    1024,
  ]]
) {
  for (const requests of [1, 20, 100]) {
    for (const fill of [0.1, 0.5, 0.9]) {
      const line = [`${hosts} hosts, ${requests} requests, ${fill * 100} % full:`];
      for (const name of POLICIES) {
        const times: number[] = [];
        let [modelled, work] = [0, ""];
        for (let round = 0; round < 9; round++) {
          const rng = new Simulation({ seed: 1 }).rng("rack");
          const processes = Math.max(1, requests / 10);
          const { state, batch } = syntheticRack(
            { hosts, coresPerHost, memslicesPerHost, fill, requests, processes },
            rng,
          );
          const policy = makePolicy(name, rng, { time: 10e9, nodes: 10_000 });
          const began = process.cpuUsage();
          state.request(batch);
          const decision = policy.decide({
            hosts: state.hosts,
            free: state.free(),
            held: state.held(),
            groups: state.groups(),
            constraints: builtIn(name),
          });
          state.place(decision.placed);
          const { user, system } = process.cpuUsage(began);
          times.push((user + system) / 1000);
          modelled = decision.time / 1e6;
          work = `${decision.nodes} nodes ${decision.iterations} it`;
          state.close();
        }
        times.sort((a, b) => a - b);
        line.push(`${name} ${times[4].toFixed(2)} ms (model ${modelled.toFixed(2)}; ${work})`);
      }
      console.log(line.join(" "));
    }
  }
}
