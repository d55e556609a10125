/**
 * `iron/access-pattern`: what access patterns do to a tensor (section 7.5.0.5, Figure 7.3): order and
 * count maps, frames of an animation, or the golden vectors of the published library.
 */
import { z } from "zod";
import { defineExperiment, inputFile, type Problem, type Row } from "../../model/mod.ts";
import { TensorAccessPattern, TensorAccessSequence, TensorTiler2D } from "../taplib/mod.ts";
import { checkGolden, readGolden } from "./golden.ts";

const whole = z.int("expected a whole number");
const list = (says: string) => z.array(whole).min(1, `expected at least one of: ${says}`);
const pair = list("height, width").max(2, "expected [height, width] or [n]");

const tap = z.strictObject({
  offset: whole.default(0).describe("first element, row-major"),
  sizes: list("steps of a dimension").describe("steps of each dimension, slowest first"),
  strides: list("elements between steps").describe("elements between steps, slowest first"),
});

const tiler = z.strictObject({
  tile_dims: pair.describe("one tile, in elements"),
  tile_group_repeats: pair.default([1, 1]).describe("tiles in a group"),
  tile_group_steps: pair.default([1, 1]).describe("distance of a group's tiles, in tiles"),
  tile_col_major: z.boolean().default(false).describe("walk a tile column by column"),
  tile_group_col_major: z.boolean().default(false).describe("walk a group column by column"),
  iter_col_major: z.boolean().default(false).describe("give the groups column by column"),
  pattern_repeat: whole.default(1).describe("repeats of each pattern"),
  allow_partial: z.boolean().default(false).describe("smaller groups at the edge"),
});

const parameters = z.strictObject({
  tensor_dims: list("dimensions of the tensor").max(2, "maps are drawn of matrices").default([6, 4])
    .describe("rows and columns of the tensor"),
  patterns: z.record(z.string(), z.union([z.array(tap).min(1), tiler])).default({
    tap00: [{ offset: 0, sizes: [1, 1, 3, 2], strides: [0, 0, 4, 1] }],
  }).describe(
    "by name: a list of patterns (one: that pattern; several: a sequence), or a tiler",
  ),
  frames: z.boolean().default(false).describe("one map per pattern of a sequence, for animations"),
  golden: inputFile((text, path) => void readGolden(text, path)).optional().meta({
    description: "JSON of golden vectors: check each instead of drawing maps",
    examples: ["wherewhen:data/iron/taplib_golden.json"],
  }),
});

type Parameters = z.output<typeof parameters>;

/** Elements of a tensor whose map can still be looked at: 512 x 512. */
const MOST_ELEMENTS = 512 * 512;
/** Rows of all frames of an animation, and accesses of a pattern, which are walked one by one. */
const MOST_ROWS = 16 * MOST_ELEMENTS;

const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);

/** Why a pattern cannot be walked in a reasonable time or memory; undefined if it can. */
function tooMuch(p: Parameters, name: string): string | undefined {
  const said = p.patterns[name];
  const accesses = Array.isArray(said)
    ? Math.max(...said.map(({ sizes }) => product(sizes)))
    : said.pattern_repeat * product(p.tensor_dims);
  if (accesses <= MOST_ROWS) return undefined;
  return `${accesses} accesses; at most ${MOST_ROWS} are walked: smaller sizes or fewer repeats`;
}

/** The sequence that a scenario describes under a name. */
function sequenceOf(p: Parameters, name: string): TensorAccessSequence {
  const said = p.patterns[name];
  const tensorDims = p.tensor_dims;
  if (Array.isArray(said)) {
    return TensorAccessSequence.fromPatterns(
      said.map((each) => new TensorAccessPattern({ tensorDims, ...each })),
    );
  }
  return TensorTiler2D.stepTiler({
    tensorDims,
    tileDims: said.tile_dims,
    tileGroupRepeats: said.tile_group_repeats,
    tileGroupSteps: said.tile_group_steps,
    tileColMajor: said.tile_col_major,
    tileGroupColMajor: said.tile_group_col_major,
    iterColMajor: said.iter_col_major,
    patternRepeat: said.pattern_repeat,
    allowPartial: said.allow_partial,
  });
}

const MAPS = ["pattern", "frame", "row", "column", "access_order", "access_count"];
const GOLDEN = ["kind", "case", "described", "agrees", "difference"];

/** Figure 7.3 and the golden vectors. */
export const accessPattern = defineExperiment({
  id: "iron/access-pattern",
  says: "In which order and how often access patterns touch a tensor's elements",
  parameters,
  columns: {
    pattern: { role: "key", says: "Name of the pattern or sequence." },
    frame: { role: "key", says: "Frame of an animation: 0 is the untouched tensor." },
    row: { role: "key", says: "Row of the element." },
    column: { role: "key", says: "Column of the element." },
    access_order: { role: "measure", says: "Number of the last access, from 0; -1: never." },
    access_count: { role: "measure", says: "Number of accesses." },
    kind: { role: "key", says: "taps, tilers, pairs, sequences or cleans." },
    case: { role: "key", says: "Number of the golden vector, from 0." },
    described: { role: "key", says: "What was asked." },
    agrees: { role: "measure", says: "The answer is the published library's." },
    difference: { role: "measure", says: "How it differs." },
  },
  replications: "rows",
  columnsFor: (p) =>
    p.golden === undefined ? MAPS.filter((c) => p.frames || c !== "frame") : GOLDEN,
  check(p): readonly Problem[] {
    if (p.golden === undefined && Object.keys(p.patterns).length === 0) {
      return [{ path: ["patterns"], message: "give at least one pattern, or `golden`" }];
    }
    const size = product(p.tensor_dims);
    if (size > MOST_ELEMENTS) {
      const message = `a tensor of ${size} elements; a map shows at most ${MOST_ELEMENTS}`;
      return [{ path: ["tensor_dims"], message }];
    }
    return Object.keys(p.patterns).flatMap((name): Problem[] => {
      try {
        const much = tooMuch(p, name);
        if (much !== undefined) return [{ path: ["patterns", name], message: much }];
        const rows = (sequenceOf(p, name).length + 1) * size;
        if (!p.frames || rows <= MOST_ROWS) return [];
        const message = `frames of ${rows} rows together; at most ${MOST_ROWS}: larger tiles or ` +
          "a smaller tensor";
        return [{ path: ["patterns", name], message }];
      } catch (error) {
        return [{ path: ["patterns", name], message: (error as Error).message }];
      }
    });
  },
  *run({ parameters: p, input }): Iterable<Row> {
    if (p.golden !== undefined) {
      yield* checkGolden(readGolden(input(p.golden), p.golden));
      return;
    }
    for (const pattern of Object.keys(p.patterns)) {
      const sequence = sequenceOf(p, pattern);
      const whole = sequence.length === 1 ? sequence.at(0) : sequence;
      const maps = p.frames
        ? sequence.frames().frames
        : [{ order: whole.accessOrder(), count: whole.accessCount() }];
      for (const [frame, { order, count }] of maps.entries()) {
        const width = order.shape[1];
        for (let i = 0; i < order.data.length; i++) {
          yield {
            pattern,
            ...(p.frames && { frame }),
            row: Math.floor(i / width),
            column: i % width,
            access_order: order.data[i],
            access_count: count.data[i],
          };
        }
      }
    }
  },
});
