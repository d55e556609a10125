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

/** MVAdd: a row vector added to every row of a matrix, tile by tile. */
export function design(M = 768, N = 2304, m = 96, n = 32): DesignGraph {
  const tensorType = ndarray([m * n], "f32");
  const biasType = ndarray([n], "f32");
  return explicitDesign("npu1_1col", () => {
    const rowWiseBiasAdd = externalFunction(
      "row_wise_bias_add_f32_f32",
      [tensorType, biasType, tensorType],
      "kernel.o",
    );

    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const inFifo = objectFifo("in_fifo", shim, compute, 2, tensorType);
    const biasFifo = objectFifo("bias_fifo", shim, compute, 2, biasType);
    const outFifo = objectFifo("out_fifo", compute, shim, 2, tensorType);

    core(compute, "kernel.o", () => {
      range(MAX_SIZE, () => {
        range(N / n, () => {
          const elemBias = biasFifo.acquire("Consume", 1);
          range(M / m, () => {
            const elemIn = inFifo.acquire("Consume", 1);
            const elemOut = outFifo.acquire("Produce", 1);
            rowWiseBiasAdd(elemIn, elemBias, elemOut);
            outFifo.release("Produce", 1);
            inFifo.release("Consume", 1);
          });
          biasFifo.release("Consume", 1);
        });
      });
    });

    runtimeSequence([tensorType, biasType, tensorType], (input, bias, output) => {
      const inTask = shimDmaSingleBdTask(inFifo, input, {
        sizes: [1, N / n, M, n],
        strides: [0, n, N, 1],
      });
      const biasTask = shimDmaSingleBdTask(biasFifo, bias, {
        sizes: [1, 1, N / n, n],
        strides: [0, 0, n, 1],
      });
      const outTask = shimDmaSingleBdTask(outFifo, output, {
        sizes: [1, N / n, M, n],
        strides: [0, n, N, 1],
        issueToken: true,
      });
      dmaStartTask(inTask, biasTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask, biasTask);
    });
  });
}
