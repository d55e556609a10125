/**
 * Fits the launch floor, the DDR rate and the scalar instruction to the calibration data and prints the
 * errors; then leaves each design out in turn, fits to the other six and predicts it:
 * `deno run -A src/iron/bench/calibrate.ts`. Least squares of log(model / measured); the scalar
 * instruction follows from MVMul alone, and without MVMul is one cycle.
 */
import { readFileSync } from "node:fs";
import { XDNA } from "../../hardware/npu/mod.ts";
import { designNamed } from "../designs/catalogue.ts";
import { CoreCosts } from "../run/cost.ts";
import { runDesign } from "../run/run.ts";

const [, ...lines] = readFileSync(
  new URL("../../../data/iron/latency_npu1_calibration.csv", import.meta.url),
  "utf8",
).trim().split("\n");
const measured = lines.map((line) => {
  const [design, before, after] = line.split(",");
  return { design, us: (Number(before) + Number(after)) / 2 };
});
const names = measured.map(({ design }) => design);
const buffers = new Map(names.map((design) => [design, designNamed(design).buffers()]));
const steps = (from: number, to: number, by: number) =>
  Array.from({ length: Math.round((to - from) / by) + 1 }, (_, i) => from + i * by);
const RATES = steps(7e9, 10e9, 0.25e9), FLOORS = steps(105, 130, 0.5);

/** Latency without the launch, microseconds. */
function net(design: string, rate: number, cost = new CoreCosts()): number {
  const part = {
    ...XDNA,
    ddrRate: { ...XDNA.ddrRate, value: rate },
    launchFloor: { ...XDNA.launchFloor, value: 0 },
  };
  const graph = designNamed(design).before();
  return runDesign(graph, buffers.get(design) ?? [], { part, cost }).latencyNs / 1e3;
}

const nets = new Map(names.map((name) => [name, RATES.map((rate) => net(name, rate))]));
const unfitted = RATES.map((rate) => net("MVMul", rate, new CoreCosts(1)));

/** Floor and rate (as an index) that come nearest to some designs. */
function fit(designs: typeof measured): { floor: number; rate: number } {
  let best = { error: Infinity, floor: 0, rate: 0 };
  for (const rate of RATES.keys()) {
    for (const floor of FLOORS) {
      const errors = designs.map(({ design, us }) =>
        Math.log(((nets.get(design) as number[])[rate] + floor) / us)
      );
      const error = errors.reduce((sum, e) => sum + e * e, 0);
      if (error < best.error) best = { error, floor, rate };
    }
  }
  return best;
}

const percent = (got: number, us: number) => 100 * (got / us - 1);
const all = fit(measured);
console.log(`launch floor ${all.floor} us, DDR ${RATES[all.rate] / 1e9} GB/s`);
console.log("design           measured   fitted          left out");
const errors: number[] = [];
for (const { design, us } of measured) {
  const fitted = (nets.get(design) as number[])[all.rate] + all.floor;
  const { floor, rate } = fit(measured.filter((each) => each.design !== design));
  const own = design === "MVMul" ? unfitted : nets.get(design) as number[];
  const predicted = own[rate] + floor;
  errors.push(Math.abs(percent(predicted, us)));
  console.log(
    `${design.padEnd(16)} ${us.toFixed(1).padStart(8)} ${fitted.toFixed(1).padStart(8)} ` +
      `${percent(fitted, us).toFixed(1).padStart(6)} % ${predicted.toFixed(1).padStart(8)} ` +
      `${percent(predicted, us).toFixed(1).padStart(6)} %  (${floor} us, ${
        RATES[rate] / 1e9
      } GB/s)`,
  );
}
errors.sort((a, b) => a - b);
console.log(
  `left out: median error ${errors[3].toFixed(1)} %, largest ${errors[6].toFixed(1)} %`,
);
