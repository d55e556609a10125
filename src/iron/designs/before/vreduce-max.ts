import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  externalFunction,
  MAX_SIZE,
  objectFifo,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import { ndarray } from "../../graph/types.ts";

/** VReduce(Max): the largest of a vector. */
export function design(size = 1024): DesignGraph {
  const inType = ndarray([size], "i32");
  const outType = ndarray([1], "i32");
  return explicitDesign("npu1_1col", () => {
    const reduce = externalFunction(
      "reduce_max_vector",
      [inType, outType, "i32"],
      "reduce_max.cc.o",
    );

    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const ofIn = objectFifo("in", shim, compute, 2, inType);
    const ofOut = objectFifo("out", compute, shim, 2, outType);

    core(compute, "reduce_max.cc.o", () => {
      range(MAX_SIZE, () => {
        const elemOut = ofOut.acquire("Produce", 1);
        const elemIn = ofIn.acquire("Consume", 1);
        reduce(elemIn, elemOut, size);
        ofIn.release("Consume", 1);
        ofOut.release("Produce", 1);
      });
    });

    runtimeSequence([inType, outType], (a, c) => {
      const inTask = shimDmaSingleBdTask(ofIn, a, { sizes: [1, 1, 1, size] });
      const outTask = shimDmaSingleBdTask(ofOut, c, { sizes: [1, 1, 1, 1], issueToken: true });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
