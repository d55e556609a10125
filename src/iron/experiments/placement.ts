/** `iron/placement`: who places a design's parts, and whether they fit (section 7.7.3.1). */
import { z } from "zod";
import { ExhaustedError } from "../../hardware/npu/mod.ts";
import { defineExperiment, type Row } from "../../model/mod.ts";
import { designNamed, expectedOutput, firstDifference } from "../designs/catalogue.ts";
import { PlacementError } from "../interface/mod.ts";
import type { DesignGraph } from "../graph/graph.ts";
import { pinned, ResourcePlacer, SequentialPlacer, unpin } from "../placers/mod.ts";
import { checkDesign, runDesign } from "../run/run.ts";
import { designName, needsNpu } from "./design.ts";

const parameters = z.strictObject({
  design: designName.default("Copy(DMA)").describe("name in Table 7.1"),
  placer: z.enum(["published", "sequential", "resource"]).default("published").describe(
    "published: the design's own tiles, the rest by the sequential placer. sequential, resource: " +
      "that placer from nothing, the design's own tiles taken away",
  ),
  seed: z.int("expected a whole number").min(0, "expected a whole number from 0").default(1)
    .describe("seed of the resource placer's search"),
  execute: z.boolean().default(false).describe("run what fits and check its output"),
});

/** Who places how much of a design, and whether the result fits its device. */
export const placement = defineExperiment({
  id: "iron/placement",
  says: "Places a design and says whether it fits its device",
  parameters,
  columns: {
    placed: {
      role: "measure",
      says: "How much the placer placed: full, partial, by hand (nothing), or none (it gave up).",
    },
    pinned: { role: "measure", says: "Parts that the designer gave a tile." },
    parts: { role: "measure", says: "Parts that need a tile." },
    valid: { role: "measure", says: "Channels, memory, descriptors, locks and streams suffice." },
    reason: { role: "measure", says: "What does not suffice." },
    output_correct: { role: "measure", says: "The output when executed; empty if it was not." },
    latency_us: { role: "measure", says: "One launch when executed; empty if it was not." },
  },
  replications: "rows",
  check: (_, platform) => needsNpu(platform),
  *run({ parameters: p, platform, simulation }): Iterable<Row> {
    const design = designNamed(p.design);
    const program = design.after();
    if (p.placer !== "published") unpin(program);
    const { tiles, of } = pinned(program);
    const placer = p.placer === "resource"
      ? new ResourcePlacer({ seed: p.seed })
      : new SequentialPlacer();
    const row = {
      placed: tiles === 0 ? "full" : tiles === of ? "by hand" : "partial",
      pinned: tiles,
      parts: of,
      valid: true,
      reason: "",
      output_correct: null as boolean | null,
      latency_us: null as number | null,
    };
    let graph: DesignGraph;
    try {
      graph = program.resolve(placer);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const placed = error instanceof PlacementError ? "none" : row.placed;
      yield { ...row, placed, valid: false, reason: error.message };
      return;
    }
    const part = platform.npu;
    try {
      checkDesign(graph, part);
    } catch (error) {
      if (!(error instanceof ExhaustedError)) throw error;
      yield { ...row, valid: false, reason: error.message };
      return;
    }
    if (p.execute) {
      const buffers = design.buffers();
      const run = runDesign(graph, buffers, {
        simulation: simulation(),
        ...(part === undefined ? {} : { part }),
      });
      row.output_correct =
        firstDifference(design, buffers[design.output], expectedOutput(design)) === undefined;
      row.latency_us = run.latencyNs / 1e3;
    }
    yield row;
  },
});
