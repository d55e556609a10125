/** `iron/features`: which features of the NPU a design uses, read from its graph (Table 7.2). */
import { z } from "zod";
import { defineExperiment, type Row } from "../../model/mod.ts";
import { designNamed } from "../designs/catalogue.ts";
import { featuresOf } from "../graph/features.ts";
import { SequentialPlacer } from "../placers/mod.ts";
import { designName } from "./design.ts";

const parameters = z.strictObject({
  design: designName.default("GEMM").describe("name in Table 7.1"),
});

/** Table 7.2. */
export const features = defineExperiment({
  id: "iron/features",
  says: "Which features of the NPU a design uses, derived from its graph",
  parameters,
  columns: {
    l2_memory: { role: "measure", says: "Data is staged in memory tiles." },
    shared_memory: { role: "measure", says: "Two cores pass objects through shared memory." },
    tiling: { role: "measure", says: "A DMA rearranges data on its way." },
    broadcast: { role: "measure", says: "A stream has several destinations." },
    split_join: { role: "measure", says: "Objects are split or joined in a memory tile." },
    window: { role: "measure", says: "A core holds several objects and releases fewer." },
    skip: { role: "measure", says: "Data reaches a core both directly and through other cores." },
    pipeline: { role: "measure", says: "Cores work on each other's results." },
    metaprogramming: { role: "measure", says: "One routine makes three workers or more." },
    columns: { role: "measure", says: "Columns of the NPU in use." },
    uses_tiler: { role: "measure", says: "Transfers come from TensorTiler2D." },
    marks: { role: "measure", says: "Number of features, columns and tiler not counted." },
  },
  replications: "rows",
  *run({ parameters: p }): Iterable<Row> {
    const program = designNamed(p.design).after();
    const found = featuresOf(program.resolve(new SequentialPlacer()));
    const routines = new Map<unknown, number>();
    for (const { coreFn } of program.runtime.workers) {
      routines.set(coreFn, (routines.get(coreFn) ?? 0) + 1);
    }
    const { columns, ...marks } = {
      ...found,
      metaprogramming: [...routines.values()].some((n) => n >= 3),
    };
    yield {
      ...marks,
      columns,
      uses_tiler: program.runtime.usesTiler,
      marks: Object.values(marks).filter(Boolean).length,
    };
  },
});
