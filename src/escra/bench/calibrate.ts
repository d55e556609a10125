/**
 * Fits an application's cpu_scale to its static runs: least squares of log(simulated / measured) completed
 * requests, first on a grid of short runs (eight a decade), then by golden section on whole runs of
 * 180 s in each valley of it; prints the value, each run's error there, and what neighbouring values give.
 * `deno run -A src/escra/bench/calibrate.ts media|hipster|teastore|trainticket`. Reads no other measured run.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../../hardware/mod.ts";
import { goldenSection, missed, type StaticRun, staticRuns, withScale } from "../calibration.ts";

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const name = process.argv[2] ?? "";
const yaml = file(`scenarios/apps/${name}.yaml`);
const platform = buildPlatform(
  platformSchema.parse(parse(file("scenarios/hardware/cloudlab-escra.yaml"))),
);
const runs = staticRuns(file("data/escra/measured_runs_calibration.csv"))
  .filter(({ app }) => name.includes(app));

const cache = new Map<string, number[]>();
function errors(scale: number, duration: string): number[] {
  const key = `${scale} ${duration}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const text = withScale(yaml, scale);
  const all = runs.map((run) => missed(text, run, platform, duration));
  cache.set(key, all);
  const row = runs.map((r, i) => `${label(r)} ${percent(all[i] as number)}`).join(", ");
  console.log(`${scale.toFixed(3)}\t${duration}\tsum of squares ${sum(all).toFixed(4)}\t${row}`);
  return all;
}
const label = (r: StaticRun) => `${r.workload} ${r.multiplier}x`;
const percent = (log: number) => `${(100 * (Math.exp(log) - 1)).toFixed(0)} %`;
const sum = (all: readonly number[]) => all.reduce((total, e) => total + e * e, 0);
const round = (x: number) => Number(x.toPrecision(3));

const GRID = Array.from({ length: 21 }, (_, i) => round(0.2 * 10 ** (i / 8)));
const grid = GRID.map((scale) => ({ scale, of: sum(errors(scale, "40s")) }));
// Floors make more than one valley: each that comes near the least is gone into. Plains are none.
const least = Math.min(...grid.map(({ of }) => of));
const valleys = grid.filter(({ of }, i) =>
  of <= 2 * least + 0.05 && 1.01 * of < (grid[i - 1]?.of ?? Infinity) &&
  1.01 * of < (grid[i + 1]?.of ?? Infinity)
);
const step = 10 ** (1 / 8);
const whole = (x: number) => sum(errors(round(x), "180s"));
const bottoms = valleys.map(({ scale }) =>
  round(goldenSection(whole, scale / step, scale * step, 6))
);
const best = bottoms.reduce((a, b) => whole(a) <= whole(b) ? a : b);
console.log(`${name}: bottoms at ${bottoms.join(" and ")}; cpu_scale ${best}`);
for (const by of [0.8, 0.9, 1, 1.1, 1.25]) whole(best * by);
