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

/** Copy(DMA): data passes through a compute tile's memory without its core. */
export function design(size = 4096): DesignGraph {
  const lineSize = size / 4;
  const vectorType = ndarray([size], "i32");
  const lineType = ndarray([lineSize], "i32");
  return explicitDesign("npu1_1col", () => {
    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const ofIn = objectFifo("in", shim, compute, 2, lineType);
    const ofOut = objectFifo("out", compute, shim, 2, lineType);
    objectFifoLink(ofIn, ofOut);

    runtimeSequence([vectorType, vectorType, vectorType], (a, _b, c) => {
      const inTask = shimDmaSingleBdTask(ofIn, a, { sizes: [1, 1, 1, size] });
      const outTask = shimDmaSingleBdTask(ofOut, c, { sizes: [1, 1, 1, size], issueToken: true });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
