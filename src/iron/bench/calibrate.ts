/**
 * Fits the launch floor and the DDR rate to the calibration data and prints the errors:
 * `deno run -A src/iron/bench/calibrate.ts`. Least squares of log(model / measured); the scalar
 * instruction's cost follows from MVMul alone.
 */
import { readFileSync } from "node:fs";
import { XDNA } from "../../hardware/npu/mod.ts";
import { designNamed } from "../designs/catalogue.ts";
import { runDesign } from "../run/run.ts";

const [, ...lines] = readFileSync(
  new URL("../../../data/iron/latency_npu1_calibration.csv", import.meta.url),
  "utf8",
).trim().split("\n");
const measured = lines.map((line) => {
  const [design, before, after] = line.split(",");
  return { design, us: (Number(before) + Number(after)) / 2 };
});
const buffers = new Map(measured.map(({ design }) => [design, designNamed(design).buffers()]));

function model(design: string, ddr: number): number {
  const part = {
    ...XDNA,
    ddrRate: { ...XDNA.ddrRate, value: ddr },
    launchFloor: { ...XDNA.launchFloor, value: 0 },
  };
  const graph = designNamed(design).before();
  return runDesign(graph, buffers.get(design) ?? [], { part }).latencyNs / 1e3;
}

let best = { error: Infinity, floor: 0, ddr: 0, rows: "" };
for (let ddr = 7e9; ddr <= 10e9; ddr += 0.25e9) {
  const net = measured.map(({ design }) => model(design, ddr));
  for (let floor = 105; floor <= 130; floor += 0.5) {
    const errors = measured.map(({ us }, i) => Math.log((net[i] + floor) / us));
    const error = errors.reduce((sum, e) => sum + e * e, 0);
    if (error >= best.error) continue;
    const rows = measured.map(({ design, us }, i) => {
      const got = net[i] + floor;
      return `${design.padEnd(16)} ${us.toFixed(1).padStart(8)} ${got.toFixed(1).padStart(8)} ` +
        `${(100 * (got / us - 1)).toFixed(1).padStart(6)} %`;
    });
    best = { error, floor, ddr, rows: rows.join("\n") };
  }
}
console.log(`launch floor ${best.floor} us, DDR ${best.ddr / 1e9} GB/s`);
console.log(best.rows);
