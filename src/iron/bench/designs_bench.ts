/**
 * All 27 designs, both versions, at full size, outputs checked:
 * `deno run -A src/iron/bench/designs_bench.ts` prints JSON.
 */
import process from "node:process";
import { DESIGNS, expectedOutput, firstDifference } from "../designs/catalogue.ts";
import { SequentialPlacer } from "../placers/mod.ts";
import { runDesign } from "../run/run.ts";

const began = performance.now();
let correct = 0, simulating = 0;
for (const design of DESIGNS) {
  for (const version of ["before", "after"] as const) {
    const buffers = design.buffers();
    const graph = version === "before"
      ? design.before()
      : design.after().resolve(new SequentialPlacer());
    const start = performance.now();
    runDesign(graph, buffers);
    simulating += performance.now() - start;
    if (firstDifference(design, buffers[design.output], expectedOutput(design)) === undefined) {
      correct++;
    }
  }
}
const seconds = (ms: number) => Math.round(ms) / 1000;
console.log(JSON.stringify(
  {
    runs: 2 * DESIGNS.length,
    correct,
    total_s: seconds(performance.now() - began),
    simulating_s: seconds(simulating),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1000),
  },
  null,
  2,
));
