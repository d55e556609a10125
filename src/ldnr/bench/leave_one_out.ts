/**
 * `deno run -A src/ldnr/bench/leave_one_out.ts`: fits getCpu and putCpu to the calibration points with each
 * point in turn left out, and shows how badly that point is then predicted.
 */
import { readFileSync } from "node:fs";
import { calibrationPoints, simulatedPoint } from "../calibration.ts";

const DATA = new URL("../../../data/ldnr/published_hashmap_calibration.csv", import.meta.url);
const points = calibrationPoints(readFileSync(DATA, "utf8")).filter((p) => p.map !== "urcu");

const grid = [36, 40, 44, 48, 52].flatMap((getCpu) =>
  [104, 112, 120, 128, 136, 144].map((putCpu) => ({
    getCpu,
    putCpu,
    errors: points.map((p) => simulatedPoint(p, { getCpu, putCpu }) / p.mops),
  }))
);
const score = (errors: readonly number[], without: number) =>
  errors.reduce(
    (sum, e, i) => i === without ? sum : sum + (points[i]?.weight as number) * Math.log(e) ** 2,
    0,
  );
console.table([-1, ...points.keys()].map((i) => {
  const best = grid.reduce((a, b) => score(b.errors, i) < score(a.errors, i) ? b : a);
  const { map, threads, write } = points[i] ?? { map: "(none)", threads: 0, write: 0 };
  const error = best.errors[i];
  return {
    "left out": map,
    threads,
    "writes %": 100 * write,
    getCpu: best.getCpu,
    putCpu: best.putCpu,
    "error there %": error === undefined ? "" : Math.round(100 * (error - 1)),
  };
}));
