/**
 * Speed of taplib: `deno run -A src/iron/bench/taplib_bench.ts` prints JSON. Access maps of a
 * 4096 x 4096 tensor (order and count together), and all tiler calls of the golden set.
 */
import { readFileSync } from "node:fs";
import { TensorAccessPattern, type TensorAccessSequence, TensorTiler2D } from "../taplib/mod.ts";

function best(rounds: number, run: () => void): number {
  let least = Infinity;
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    run();
    least = Math.min(least, performance.now() - began);
  }
  return Math.round(least * 100) / 100;
}

const N = 4096;
const walk = (sizes: number[], strides: number[]) =>
  new TensorAccessPattern({ tensorDims: [N, N], offset: 0, sizes, strides });
const patterns = {
  linear: walk([1, 1, N, N], [0, 0, N, 1]),
  transposed: walk([1, 1, N, N], [0, 0, 1, N]),
  wrapping: new TensorAccessPattern({
    tensorDims: [N, N],
    offset: 5,
    sizes: [1, 1, N, N],
    strides: [0, 0, 1, N],
  }),
  tiles_64x64: walk([64, 64, 64, 64], [64 * N, 64, N, 1]),
  overlapping: walk([1, 1, N, N], [0, 0, N - 1, 1]),
  repeated_row: walk([16, 256, 16, 256], [0, N, 256, 1]),
};
const report: Record<string, number> = {};
for (const [name, pattern] of Object.entries(patterns)) {
  report[`maps_4096x4096_${name}_ms`] = best(3, () => void pattern.accesses());
}
const tiles = TensorTiler2D.simpleTiler({ tensorDims: [N, N], tileDims: [32, 32] });
report.sequence_maps_4096x4096_16384_tiles_ms = best(2, () => {
  tiles.accessOrder();
  tiles.accessCount();
});

const golden = JSON.parse(
  readFileSync(new URL("../../../data/iron/taplib_golden.json", import.meta.url), "utf8"),
);
const tilers: Record<string, (args: any) => TensorAccessSequence> = {
  simple_tiler: TensorTiler2D.simpleTiler,
  group_tiler: TensorTiler2D.groupTiler,
  step_tiler: TensorTiler2D.stepTiler,
};
const calls = golden.tilers
  .filter((g: any) => g.raises === undefined)
  .map((g: any) => [
    tilers[g.fn],
    Object.fromEntries(
      Object.entries(g.args).map(([k, v]) => [k.replace(/_(.)/g, (_, c) => c.toUpperCase()), v]),
    ),
  ]);
report.golden_tiler_calls = calls.length;
report.golden_tilers_ms = best(20, () => calls.forEach(([tiler, args]: any) => tiler(args)));
report.golden_tilers_with_maps_ms = best(20, () =>
  calls.forEach(([tiler, args]: any) => {
    const taps = tiler(args);
    if (taps.tensorDims[0] * taps.tensorDims[1] > 1 << 16) return;
    taps.accessOrder();
    taps.accessCount();
  }));
console.log(JSON.stringify(report, null, 2));
