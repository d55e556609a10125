import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  MAX_SIZE,
  objectFifo,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import { ndarray } from "../../graph/types.ts";

/** VVOp(Add): element-wise sum of two vectors, written in the core's own code. */
export function design(size = 256, n = 16): DesignGraph {
  const tensorType = ndarray([size], "i32");
  const tileType = ndarray([n], "i32");
  return explicitDesign("npu1_1col", () => {
    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const ofIn1 = objectFifo("in1", shim, compute, 2, tileType);
    const ofIn2 = objectFifo("in2", shim, compute, 2, tileType);
    const ofOut = objectFifo("out", compute, shim, 2, tileType);

    core(compute, undefined, () => {
      range(MAX_SIZE, () => {
        range(size / n, () => {
          const elemIn1 = ofIn1.acquire("Consume", 1);
          const elemIn2 = ofIn2.acquire("Consume", 1);
          const elemOut = ofOut.acquire("Produce", 1);
          range(n, (i) => {
            elemOut.set([i], elemIn1.at(i).plus(elemIn2.at(i)));
          });
          ofIn1.release("Consume", 1);
          ofIn2.release("Consume", 1);
          ofOut.release("Produce", 1);
        });
      });
    });

    runtimeSequence([tensorType, tensorType, tensorType], (a, b, c) => {
      const in1Task = shimDmaSingleBdTask(ofIn1, a, { sizes: [1, 1, 1, size] });
      const in2Task = shimDmaSingleBdTask(ofIn2, b, { sizes: [1, 1, 1, size] });
      const outTask = shimDmaSingleBdTask(ofOut, c, { sizes: [1, 1, 1, size], issueToken: true });
      dmaStartTask(in1Task, in2Task, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(in1Task, in2Task);
    });
  });
}
