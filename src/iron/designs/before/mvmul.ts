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

/** MVMul: a matrix times a vector, one core in each column used. */
export function design(M = 288, K = 288, m = 32, k = 32, cores = 1): DesignGraph {
  const tilesM = M / m;
  const tilesK = K / k;
  const tilesPerCore = tilesM / cores;
  const aType = ndarray([M, K], "i16");
  const bType = ndarray([K], "i16");
  const cType = ndarray([M], "i32");
  const aTileType = ndarray([m, k], "i16");
  const bTileType = ndarray([k], "i16");
  const cTileType = ndarray([m], "i32");
  return explicitDesign("npu1_4col", () => {
    const zero = externalFunction("zero_scalar_i32", [cTileType], "mv_32x32.o");
    const matvec = externalFunction(
      "matvec_scalar_i16_i32",
      [aTileType, bTileType, cTileType],
      "mv_32x32.o",
    );

    const shims = [];
    const mems = [];
    const computes = [];
    for (let i = 0; i < cores; i++) {
      shims.push(tile(i, 0));
      mems.push(tile(i, 1));
      computes.push(tile(i, 2));
    }

    const memA: ExplicitFifo[] = [];
    const inA: ExplicitFifo[] = [];
    const outC: ExplicitFifo[] = [];
    for (let i = 0; i < cores; i++) {
      // Input A
      memA.push(objectFifo(`memA${i}`, shims[i], mems[i], 2, aTileType));
      inA.push(objectFifo(`inA${i}`, mems[i], computes[i], 2, aTileType));
      objectFifoLink(memA[i], inA[i]);
      // Output C
      outC.push(objectFifo(`outC${i}`, computes[i], shims[i], 2, cTileType));
    }
    // Input B, to all cores
    const inB = objectFifo("inB", shims[0], computes, 2, bTileType);

    for (let i = 0; i < cores; i++) {
      core(computes[i], "mv_32x32.o", () => {
        range(MAX_SIZE, () => {
          const elemOut = outC[i].acquire("Produce", 1);
          zero(elemOut);
          range(tilesK, () => {
            const elemA = inA[i].acquire("Consume", 1);
            const elemB = inB.acquire("Consume", 1);
            matvec(elemA, elemB, elemOut);
            inA[i].release("Consume", 1);
            inB.release("Consume", 1);
          });
          outC[i].release("Produce", 1);
        });
      });
    }

    runtimeSequence([aType, bType, cType], (a, b, c) => {
      const bTask = shimDmaSingleBdTask(inB, b, {
        sizes: [tilesPerCore, 1, 1, K],
        strides: [0, 0, 0, 1],
      });
      const aTasks = [];
      const cTasks = [];
      for (let i = 0; i < cores; i++) {
        const aOffset = i * tilesPerCore * m * K;
        const cOffset = i * tilesPerCore * m;
        aTasks.push(shimDmaSingleBdTask(memA[i], a, {
          offset: aOffset,
          sizes: [tilesPerCore, tilesK, m, k],
          strides: [m * K, k, K, 1],
        }));
        cTasks.push(shimDmaSingleBdTask(outC[i], c, {
          offset: cOffset,
          sizes: [1, 1, 1, tilesPerCore * m],
          issueToken: true,
        }));
      }
      dmaStartTask(bTask);
      for (let i = 0; i < cores; i++) {
        dmaStartTask(aTasks[i], cTasks[i]);
      }
      dmaAwaitTask(...cTasks);
      dmaFreeTask(bTask, ...aTasks);
    });
  });
}
