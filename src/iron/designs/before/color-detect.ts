import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
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

/** ColorDetect: pixels of two ranges of hue are kept, all others go black; a pipeline of three stages. */
export function design(width = 1920, height = 1080): DesignGraph {
  const rgbaType = ndarray([width * 4], "ui8");
  const grayType = ndarray([width], "ui8");
  const tensorType = ndarray([width * height * 4], "i8");
  return explicitDesign("npu1_1col", () => {
    const rgba2hueLine = externalFunction(
      "rgba2hueLine",
      [rgbaType, grayType, "i32"],
      "rgba2hue.cc.o",
    );
    const thresholdLine = externalFunction(
      "thresholdLine",
      [grayType, grayType, "i32", "i16", "i16", "i8"],
      "threshold.cc.o",
    );
    const bitwiseORLine = externalFunction(
      "bitwiseORLine",
      [grayType, grayType, grayType, "i32"],
      "combined_bitwiseOR_gray2rgba_bitwiseAND.a",
    );
    const gray2rgbaLine = externalFunction(
      "gray2rgbaLine",
      [grayType, rgbaType, "i32"],
      "combined_bitwiseOR_gray2rgba_bitwiseAND.a",
    );
    const bitwiseANDLine = externalFunction(
      "bitwiseANDLine",
      [rgbaType, rgbaType, rgbaType, "i32"],
      "combined_bitwiseOR_gray2rgba_bitwiseAND.a",
    );

    const shim = tile(0, 0);
    const mem = tile(0, 1);
    const compute2 = tile(0, 2);
    const compute3 = tile(0, 3);
    const compute4 = tile(0, 4);
    const compute5 = tile(0, 5);

    // Input
    const inL3L2 = objectFifo("inOF_L3L2", shim, [compute2, mem], [2, 2, 6], rgbaType);
    const inL2L1 = objectFifo("inOF_L2L1", mem, compute5, 6, rgbaType);
    objectFifoLink(inL3L2, inL2L1);

    // Output
    const outL2L3 = objectFifo("outOF_L2L3", mem, shim, 2, rgbaType);
    const outL1L2 = objectFifo("outOF_L1L2", compute5, mem, 2, rgbaType);
    objectFifoLink(outL1L2, outL2L3);

    // Between cores
    const of2to34 = objectFifo("OF_2to34", compute2, [compute3, compute4], 2, grayType);
    const of3to3 = objectFifo("OF_3to3", compute3, compute3, 1, grayType);
    const of3to5 = objectFifo("OF_3to5", compute3, compute5, 2, grayType);
    const of4to4 = objectFifo("OF_4to4", compute4, compute4, 1, grayType);
    const of4to5 = objectFifo("OF_4to5", compute4, compute5, 2, grayType);
    const of5to5a = objectFifo("OF_5to5a", compute5, compute5, 1, grayType);
    const of5to5b = objectFifo("OF_5to5b", compute5, compute5, 1, rgbaType);

    core(compute2, "rgba2hue.cc.o", () => {
      range(MAX_SIZE, () => {
        const elemIn = inL3L2.acquire("Consume", 1);
        const elemOut = of2to34.acquire("Produce", 1);
        rgba2hueLine(elemIn, elemOut, width);
        inL3L2.release("Consume", 1);
        of2to34.release("Produce", 1);
      });
    });

    core(compute3, "threshold.cc.o", () => {
      range(MAX_SIZE, () => {
        const elemIn = of2to34.acquire("Consume", 1);
        const elemTemp = of3to3.acquire("Produce", 1);
        thresholdLine(elemIn, elemTemp, width, 40, 255, 4);
        of2to34.release("Consume", 1);
        of3to3.release("Produce", 1);
        const elemMid = of3to3.acquire("Consume", 1);
        const elemOut = of3to5.acquire("Produce", 1);
        thresholdLine(elemMid, elemOut, width, 30, 255, 0);
        of3to3.release("Consume", 1);
        of3to5.release("Produce", 1);
      });
    });

    core(compute4, "threshold.cc.o", () => {
      range(MAX_SIZE, () => {
        const elemIn = of2to34.acquire("Consume", 1);
        const elemTemp = of4to4.acquire("Produce", 1);
        thresholdLine(elemIn, elemTemp, width, 160, 255, 4);
        of2to34.release("Consume", 1);
        of4to4.release("Produce", 1);
        const elemMid = of4to4.acquire("Consume", 1);
        const elemOut = of4to5.acquire("Produce", 1);
        thresholdLine(elemMid, elemOut, width, 90, 255, 0);
        of4to4.release("Consume", 1);
        of4to5.release("Produce", 1);
      });
    });

    core(compute5, "combined_bitwiseOR_gray2rgba_bitwiseAND.a", () => {
      range(MAX_SIZE, () => {
        const elemIn1 = of3to5.acquire("Consume", 1);
        const elemIn2 = of4to5.acquire("Consume", 1);
        const elemOr = of5to5a.acquire("Produce", 1);
        bitwiseORLine(elemIn1, elemIn2, elemOr, width);
        of3to5.release("Consume", 1);
        of4to5.release("Consume", 1);
        of5to5a.release("Produce", 1);
        const elemGray = of5to5a.acquire("Consume", 1);
        const elemRgba = of5to5b.acquire("Produce", 1);
        gray2rgbaLine(elemGray, elemRgba, width);
        of5to5a.release("Consume", 1);
        of5to5b.release("Produce", 1);
        const elemMask = of5to5b.acquire("Consume", 1);
        const elemImage = inL2L1.acquire("Consume", 1);
        const elemOut = outL1L2.acquire("Produce", 1);
        bitwiseANDLine(elemMask, elemImage, elemOut, width * 4);
        of5to5b.release("Consume", 1);
        inL2L1.release("Consume", 1);
        outL1L2.release("Produce", 1);
      });
    });

    runtimeSequence([tensorType, ndarray([16, 16], "i32"), tensorType], (input, _b, output) => {
      const inTask = shimDmaSingleBdTask(inL3L2, input, { sizes: [1, 1, 1, width * height * 4] });
      const outTask = shimDmaSingleBdTask(outL2L3, output, {
        sizes: [1, 1, 1, width * height * 4],
        issueToken: true,
      });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
