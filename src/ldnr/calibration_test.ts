import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { calibrationPoints, misfit } from "./calibration.ts";
import { COSTS, type CostValues, costValues } from "./costs.ts";

const DATA = new URL("../../data/ldnr/published_hashmap_calibration.csv", import.meta.url);
const points = calibrationPoints(readFileSync(DATA, "utf8"));

Deno.test("no more than three constants are fitted, and they lie where the published points are missed least", () => {
  const fitted = Object.entries(COSTS).filter(([, cost]) => cost.mark === "calibrated");
  assert.deepEqual(fitted.map(([name]) => name), ["getCpu", "putCpu", "gracePeriod"]);
  const committed = costValues();
  const urcu = points.filter((p) => p.map === "urcu");
  const rest = points.filter((p) => p.map !== "urcu");
  const worse = (on: typeof points, name: keyof CostValues, factor: number, slack: number) => {
    const [at, there] = [misfit(on, {}), misfit(on, { [name]: committed[name] * factor })];
    assert.ok(at < there + slack, `${name} x ${factor}: ${there} against ${at}`);
  };
  for (const factor of [0.6, 1.6]) {
    worse(rest, "getCpu", factor, 0.004);
    worse(rest, "putCpu", factor, 0.004);
  }
  for (const factor of [0.7, 1.4]) worse(urcu, "gracePeriod", factor, 0);
});
