/**
 * Tunes Autopilot's weights as AUTOPILOT.md says: each point of the grid runs the four applications under the
 * fixed workload for 60 s; the point with the most replies without an error is the default of
 * rival-parameters.ts. `deno run -A src/escra/bench/tune-autopilot.ts [every]`; with `every` no point is given
 * up early. Reads no measured run. Prints a row for each point and the best last.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../../hardware/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { microservicesExperiment } from "../microservices.ts";
import { microservices } from "../parameters.ts";
import { answered, best, mayWin, tuningGrid, type TuningPoint, type TuningRun } from "../tuning.ts";

const APPLICATIONS = ["hipster", "teastore", "media", "trainticket"] as const;
const SECONDS = 60, RATE = 400;
const every = process.argv[2] === "every";

const file = (path: string) =>
  readFileSync(new URL(`../../../scenarios/${path}`, import.meta.url), "utf8");
const platform = buildPlatform(platformSchema.parse(parse(file("hardware/cloudlab-escra.yaml"))));
const applications = new Map(APPLICATIONS.map((name) => [name, file(`apps/${name}.yaml`)]));

function run(name: typeof APPLICATIONS[number], point: TuningPoint): TuningRun {
  const [row] = [...microservicesExperiment.run({
    parameters: microservices.parse({
      application: "application.yaml",
      policy: "autopilot",
      workload: "fixed",
      duration: `${SECONDS}s`,
      warm_up: "0s",
      ...point,
    }),
    platform,
    seed: 1,
    simulation: () => new Simulation({ seed: 1 }),
    input: () => applications.get(name) as string,
    warn: () => {},
  })];
  const value = (column: string) => Number(row?.[column]);
  return { good: value("recorded_requests") - value("error_replies"), p999: value("p999_ms") };
}

const grid = tuningGrid();
let most = 0;
const all = grid.map((point, i) => {
  const runs: TuningRun[] = [];
  const label = `${i}\t${Object.values(point).join(" ")}`;
  for (const name of APPLICATIONS) {
    runs.push(run(name, point));
    const left = APPLICATIONS.length - runs.length;
    if (left > 0 && !every && !mayWin(runs, left, SECONDS * RATE, most)) {
      console.log(`${label}\tgiven up\t${runs.map(({ good }) => good).join(" ")}`);
      return undefined;
    }
  }
  most = Math.max(most, answered(runs));
  const each = runs.map(({ good, p999 }) => `${good} (${(p999 / 1000).toFixed(1)} s)`).join(" ");
  console.log(`${label}\t${answered(runs)}\t${each}`);
  return runs;
});
const winner = best(all);
console.log(`best: ${winner} ${JSON.stringify(grid[winner])}`);
