import {
  buffer,
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  externalFunction,
  MAX_SIZE,
  npuRtpWrite,
  objectFifo,
  objectFifoLink,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import { ndarray } from "../../graph/types.ts";

/** Conv2D: a 1x1 convolution of 8-bit numbers, one image row at a time. */
export function design(width = 32, height = 32, channels = 64): DesignGraph {
  const rowSize = width * channels;
  const weightSize = channels * channels;
  const tensorType = ndarray([rowSize * height], "i8");
  const weightType = ndarray([weightSize], "i8");
  const memType = ndarray([2 * rowSize], "i8");
  const rowType = ndarray([rowSize], "i8");
  return explicitDesign("npu1_1col", () => {
    const conv2dk1 = externalFunction(
      "conv2dk1_i8",
      [rowType, weightType, rowType, "i32", "i32", "i32", "i32"],
      "conv2dk1_i8.o",
    );

    const shim = tile(0, 0);
    const mem = tile(0, 1);
    const compute = tile(0, 2);

    // Input
    const actL3L2 = objectFifo("inOF_act_L3L2", shim, mem, 2, memType);
    const actL2 = objectFifo("act_L2_02", mem, compute, 2, rowType);
    objectFifoLink(actL3L2, actL2);
    const weights = objectFifo("inOF_wts_0_L3L2", shim, compute, 1, weightType);

    // Output
    const outL2 = objectFifo("out_02_L2", compute, mem, 2, rowType);
    const outL3 = objectFifo("outOFL2L3", mem, shim, 2, memType);
    objectFifoLink(outL2, outL3);

    const rtp = buffer(compute, ndarray([16], "i32"), "rtp2");

    core(compute, "conv2dk1_i8.o", () => {
      range(MAX_SIZE, () => {
        const elemWeights = weights.acquire("Consume", 1);
        const scale = rtp.at(0);
        range(height, () => {
          const elemIn = actL2.acquire("Consume", 1);
          const elemOut = outL2.acquire("Produce", 1);
          conv2dk1(elemIn, elemWeights, elemOut, width, channels, channels, scale);
          actL2.release("Consume", 1);
          outL2.release("Produce", 1);
        });
        weights.release("Consume", 1);
      });
    });

    runtimeSequence([tensorType, weightType, tensorType], (act, wts, out) => {
      npuRtpWrite("rtp2", 0, 10);
      const actTask = shimDmaSingleBdTask(actL3L2, act, { sizes: [1, 1, 1, rowSize * height] });
      const wtsTask = shimDmaSingleBdTask(weights, wts, { sizes: [1, 1, 1, weightSize] });
      const outTask = shimDmaSingleBdTask(outL3, out, {
        sizes: [1, 1, 1, rowSize * height],
        issueToken: true,
      });
      dmaStartTask(actTask, wtsTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(actTask, wtsTask);
    });
  });
}
