/**
 * `iron/design`: one of the 27 designs on the NPU (section 7.7.2): latency and output of a version, or
 * how far the two versions say the same.
 */
import { z } from "zod";
import { changedNpu, type NpuPart } from "../../hardware/npu/mod.ts";
import { defineExperiment, type Problem, type Row } from "../../model/mod.ts";
import { designNamed, DESIGNS, expectedOutput, firstDifference } from "../designs/catalogue.ts";
import { compareDesigns } from "../graph/compare.ts";
import { ResourcePlacer, SequentialPlacer } from "../placers/mod.ts";
import { CoreCosts } from "../run/cost.ts";
import { runDesign } from "../run/run.ts";
import { byteRate, duration, frequency } from "../../units/mod.ts";

/** Names of the designs, for parameters. */
export const designName = z.enum(DESIGNS.map((d) => d.name) as [string, ...string[]]);

/** The problem that a platform without an NPU is. */
export function needsNpu(platform: { readonly id: string; readonly npu?: unknown }): Problem[] {
  if (platform.npu !== undefined) return [];
  return [{ path: [], message: `platform "${platform.id}" has no npu; ryzen-7040 has one` }];
}

const parameters = z.strictObject({
  design: designName.default("Copy(DMA)").describe("name in Table 7.1"),
  interface: z.enum(["before", "after"]).default("after").describe(
    "before: everything placed and written out. after: the extended interface",
  ),
  placer: z.enum(["sequential", "resource"]).default("sequential").describe(
    "what places the rest of a design written with the extended interface",
  ),
  clock: frequency({ min: 1e8, max: 5e9 }).optional().describe(
    "clock of array and streams; default: the platform's",
  ),
  ddr_rate: byteRate({ min: 1e8, max: 1e12, column: "gb_per_s" }).optional().describe(
    "all shim DMA traffic together; default: the platform's",
  ),
  launch_floor: duration({ max: 1e9, column: "us" }).optional().describe(
    "what the smallest launch takes; default: the platform's",
  ),
  scalar_instruction: z.number("expected cycles").min(0.1).max(100).optional().describe(
    "cycles of one scalar instruction; default: as calibrated",
  ),
  kernel_loops: z.enum(["plain", "pipelined"]).default("plain").describe(
    "plain: each step of a kernel's vector loop ends before the next begins. pipelined: the next begins " +
      "as soon as the busiest unit is free",
  ),
  measure: z.enum(["latency", "equivalence"]).default("latency").describe(
    "latency: run it. equivalence: compare the MLIR of both versions",
  ),
});

const LATENCY = ["latency_us", "cycles", "output_correct", "ddr_bytes", "difference"];
const EQUIVALENCE = [
  "identical_after_reordering",
  "access_equivalent",
  "broadcast_reordered",
  "equivalent",
  "lines_only_before",
  "lines_only_after",
];

/** The latency figure and the MLIR comparison. */
export const design = defineExperiment({
  id: "iron/design",
  says: "Runs a design, before or after the extensions, on the NPU; or compares both versions",
  parameters,
  columns: {
    latency_us: { role: "measure", says: "One launch as the host sees it." },
    cycles: { role: "measure", says: "Cycles of the array beyond the launch's fixed cost." },
    output_correct: { role: "measure", says: "The output is what the reference computes." },
    ddr_bytes: { role: "measure", says: "Bytes between DDR and the array." },
    difference: { role: "measure", says: "The first wrong element, if any." },
    identical_after_reordering: {
      role: "measure",
      says: "The versions' MLIR has the same lines, in whatever order.",
    },
    access_equivalent: {
      role: "measure",
      says: "Transfers are written differently and access-equivalent.",
    },
    broadcast_reordered: { role: "measure", says: "Recipients of a broadcast change order." },
    equivalent: { role: "measure", says: "Nothing else differs." },
    lines_only_before: { role: "measure", says: "Lines of MLIR that only the first version has." },
    lines_only_after: { role: "measure", says: "Lines of MLIR that only the second version has." },
  },
  replications: "rows",
  columnsFor: (p) => p.measure === "latency" ? LATENCY : EQUIVALENCE,
  check: (_, platform) => needsNpu(platform),
  *run({ parameters: p, platform, simulation }): Iterable<Row> {
    const design = designNamed(p.design);
    const placer = p.placer === "resource" ? new ResourcePlacer() : new SequentialPlacer();
    if (p.measure === "equivalence") {
      const c = compareDesigns(design.before(), design.after().resolve(placer));
      yield {
        identical_after_reordering: c.identical,
        access_equivalent: c.accessEquivalent,
        broadcast_reordered: c.broadcastReordered,
        equivalent: c.equivalent,
        lines_only_before: c.onlyFirst.length,
        lines_only_after: c.onlySecond.length,
      };
      return;
    }
    const graph = p.interface === "before" ? design.before() : design.after().resolve(placer);
    const buffers = design.buffers();
    const part = changedNpu(platform.npu as NpuPart, {
      clock: p.clock,
      ddrRate: p.ddr_rate,
      launchFloor: p.launch_floor,
    });
    const cost = new CoreCosts(p.scalar_instruction, p.kernel_loops === "pipelined");
    const run = runDesign(graph, buffers, { simulation: simulation(), part, cost });
    const difference = firstDifference(design, buffers[design.output], expectedOutput(design));
    yield {
      latency_us: run.latencyNs / 1e3,
      cycles: run.cycles,
      output_correct: difference === undefined,
      ddr_bytes: run.counters.ddrBytes,
      difference: difference ?? "",
    };
  },
});
