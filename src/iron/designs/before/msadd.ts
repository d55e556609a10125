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

/** MSAdd: one tile of a matrix plus one (Figure 7.2a). */
export function design(M = 16, N = 128, m = 8, n = 16): DesignGraph {
  const matrixType = ndarray([M, N], "i32");
  const tileType = ndarray([m, n], "i32");
  return explicitDesign("npu1_1col", () => {
    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const ofIn = objectFifo("in", shim, compute, 2, tileType);
    const ofOut = objectFifo("out", compute, shim, 2, tileType);

    core(compute, undefined, () => {
      range(MAX_SIZE, () => {
        const elemIn = ofIn.acquire("Consume", 1);
        const elemOut = ofOut.acquire("Produce", 1);
        range(m, (i) => {
          range(n, (j) => {
            elemOut.set([i, j], elemIn.at(i, j).plus(1));
          });
        });
        ofIn.release("Consume", 1);
        ofOut.release("Produce", 1);
      });
    });

    runtimeSequence([matrixType, matrixType, matrixType], (a, _b, c) => {
      const inTask = shimDmaSingleBdTask(ofIn, a, { sizes: [1, 1, m, n], strides: [0, 0, N, 1] });
      const outTask = shimDmaSingleBdTask(ofOut, c, {
        sizes: [1, 1, m, n],
        strides: [0, 0, N, 1],
        issueToken: true,
      });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
