import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  type ExplicitFifo,
  externalFunction,
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

/** VSoftMax: the softmax of every 1024 elements, on two cores. */
export function design(size = 262144): DesignGraph {
  const n = 1024;
  const cores = 2;
  const tiles = size / n / cores;
  const memTile = n * cores;
  const offsets = [0, n];

  const tensorType = ndarray([size], "bf16");
  const memType = ndarray([memTile], "bf16");
  const tileType = ndarray([n], "bf16");
  return explicitDesign("npu1_1col", () => {
    const kernel = externalFunction("softmax_bf16", [tileType, tileType, "i32"], "kernels.a");

    const shim = tile(0, 0);
    const mem = tile(0, 1);
    const computes = [];
    for (let i = 0; i < cores; i++) {
      computes.push(tile(0, 2 + i));
    }

    // Input A
    const ofInA = objectFifo("inA", shim, mem, 2, memType);
    const ofA: ExplicitFifo[] = [];
    for (let i = 0; i < cores; i++) {
      ofA.push(objectFifo(`memA${i}`, mem, computes[i], 2, tileType));
    }
    objectFifoLink(ofInA, ofA, [], offsets);

    // Output C
    const ofC: ExplicitFifo[] = [];
    for (let i = 0; i < cores; i++) {
      ofC.push(objectFifo(`memC${i}`, computes[i], mem, 2, tileType));
    }
    const ofOutC = objectFifo("outC", mem, shim, 2, memType);
    objectFifoLink(ofC, ofOutC, offsets, []);

    for (let i = 0; i < cores; i++) {
      core(computes[i], "kernels.a", () => {
        range(MAX_SIZE, () => {
          range(tiles, () => {
            const elemOut = ofC[i].acquire("Produce", 1);
            const elemIn = ofA[i].acquire("Consume", 1);
            kernel(elemIn, elemOut, n);
            ofA[i].release("Consume", 1);
            ofC[i].release("Produce", 1);
          });
        });
      });
    }

    runtimeSequence([tensorType, tensorType], (a, c) => {
      const aTask = shimDmaSingleBdTask(ofInA, a, { sizes: [1, 1, 1, size] });
      const cTask = shimDmaSingleBdTask(ofOutC, c, { sizes: [1, 1, 1, size], issueToken: true });
      dmaStartTask(aTask, cTask);
      dmaAwaitTask(cTask);
      dmaFreeTask(aTask);
    });
  });
}
