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

/** Copy(ExtKern): a kernel compiled elsewhere copies line by line. */
export function design(size = 4096): DesignGraph {
  const lineSize = size / 4;
  const vectorType = ndarray([size], "ui8");
  const lineType = ndarray([lineSize], "ui8");
  return explicitDesign("npu1_1col", () => {
    const passThroughLine = externalFunction(
      "passThroughLine",
      [lineType, lineType, "i32"],
      "passThrough.cc.o",
    );

    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const ofIn = objectFifo("in", shim, compute, 2, lineType);
    const ofOut = objectFifo("out", compute, shim, 2, lineType);

    core(compute, "passThrough.cc.o", () => {
      range(MAX_SIZE, () => {
        const elemOut = ofOut.acquire("Produce", 1);
        const elemIn = ofIn.acquire("Consume", 1);
        passThroughLine(elemIn, elemOut, lineSize);
        ofIn.release("Consume", 1);
        ofOut.release("Produce", 1);
      });
    });

    runtimeSequence([vectorType, vectorType, vectorType], (a, b, _c) => {
      const inTask = shimDmaSingleBdTask(ofIn, a, { sizes: [1, 1, 1, size] });
      const outTask = shimDmaSingleBdTask(ofOut, b, { sizes: [1, 1, 1, size], issueToken: true });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
