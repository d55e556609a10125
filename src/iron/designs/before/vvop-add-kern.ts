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

/** VVOp(AddKern): element-wise sum of two bf16 vectors on two cores. */
export function design(size = 65536): DesignGraph {
  const n = 1024;
  const cores = 2;
  const tiles = size / n / cores;
  const memTile = n * cores;
  const offsets = [0, n];

  const tensorType = ndarray([size], "bf16");
  const memType = ndarray([memTile], "bf16");
  const tileType = ndarray([n], "bf16");
  return explicitDesign("npu1_1col", () => {
    const eltwise = externalFunction(
      "eltwise_add_bf16_vector",
      [tileType, tileType, tileType],
      "add.o",
    );

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

    // Input B
    const ofInB = objectFifo("inB", shim, mem, 2, memType);
    const ofB: ExplicitFifo[] = [];
    for (let i = 0; i < cores; i++) {
      ofB.push(objectFifo(`memB${i}`, mem, computes[i], 2, tileType));
    }
    objectFifoLink(ofInB, ofB, [], offsets);

    // Output C
    const ofC: ExplicitFifo[] = [];
    for (let i = 0; i < cores; i++) {
      ofC.push(objectFifo(`memC${i}`, computes[i], mem, 2, tileType));
    }
    const ofOutC = objectFifo("outC", mem, shim, 2, memType);
    objectFifoLink(ofC, ofOutC, offsets, []);

    for (let i = 0; i < cores; i++) {
      core(computes[i], "add.o", () => {
        range(MAX_SIZE, () => {
          range(tiles, () => {
            const elemOut = ofC[i].acquire("Produce", 1);
            const elemA = ofA[i].acquire("Consume", 1);
            const elemB = ofB[i].acquire("Consume", 1);
            eltwise(elemA, elemB, elemOut);
            ofA[i].release("Consume", 1);
            ofB[i].release("Consume", 1);
            ofC[i].release("Produce", 1);
          });
        });
      });
    }

    runtimeSequence([tensorType, tensorType, tensorType], (a, b, c) => {
      const aTask = shimDmaSingleBdTask(ofInA, a, { sizes: [1, 1, 1, size] });
      const bTask = shimDmaSingleBdTask(ofInB, b, { sizes: [1, 1, 1, size] });
      const cTask = shimDmaSingleBdTask(ofOutC, c, { sizes: [1, 1, 1, size], issueToken: true });
      dmaStartTask(aTask, bTask, cTask);
      dmaAwaitTask(cTask);
      dmaFreeTask(aTask, bTask);
    });
  });
}
