import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  MAX_SIZE,
  objectFifo,
  objectFifoLink,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import { ndarray } from "../../graph/types.ts";

/** VSOp(Add): a vector plus one, staged in a memory tile with larger objects than the core's. */
export function design(size = 1024, memTile = 64, coreTile = 32): DesignGraph {
  const allType = ndarray([size], "i32");
  const memTileType = ndarray([memTile], "i32");
  const coreTileType = ndarray([coreTile], "i32");
  return explicitDesign("npu1_1col", () => {
    const shim = tile(0, 0);
    const mem = tile(0, 1);
    const compute = tile(0, 2);

    const ofIn0 = objectFifo("in0", shim, mem, 2, memTileType);
    const ofIn1 = objectFifo("in1", mem, compute, 2, coreTileType);
    objectFifoLink(ofIn0, ofIn1);
    const ofOut0 = objectFifo("out0", mem, shim, 2, memTileType);
    const ofOut1 = objectFifo("out1", compute, mem, 2, coreTileType);
    objectFifoLink(ofOut1, ofOut0);

    core(compute, undefined, () => {
      range(MAX_SIZE, () => {
        const elemIn = ofIn1.acquire("Consume", 1);
        const elemOut = ofOut1.acquire("Produce", 1);
        range(coreTile, (i) => {
          elemOut.set([i], elemIn.at(i).plus(1));
        });
        ofIn1.release("Consume", 1);
        ofOut1.release("Produce", 1);
      });
    });

    runtimeSequence([allType, allType], (a, c) => {
      const inTask = shimDmaSingleBdTask(ofIn0, a, { sizes: [1, 1, 1, size] });
      const outTask = shimDmaSingleBdTask(ofOut0, c, { sizes: [1, 1, 1, size], issueToken: true });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
