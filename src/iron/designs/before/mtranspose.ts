import {
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  objectFifo,
  objectFifoLink,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import { ndarray } from "../../graph/types.ts";

/** MTranspose: a matrix is transposed by the order in which it is fetched. */
export function design(M = 64, K = 32): DesignGraph {
  const matrixType = ndarray([M, K], "i32");
  return explicitDesign("npu1_1col", () => {
    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const ofIn = objectFifo("in", shim, compute, 2, matrixType);
    const ofOut = objectFifo("out", compute, shim, 2, matrixType);
    objectFifoLink(ofIn, ofOut);

    runtimeSequence([matrixType, matrixType, matrixType], (a, _b, c) => {
      const inTask = shimDmaSingleBdTask(ofIn, a, { sizes: [1, 1, K, M], strides: [0, 0, 1, K] });
      const outTask = shimDmaSingleBdTask(ofOut, c, { sizes: [1, 1, 1, M * K], issueToken: true });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
