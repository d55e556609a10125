import {
  buffer,
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

/** EdgeDetect: edges drawn over the image; a pipeline of four stages. */
export function design(width = 1920, height = 1080): DesignGraph {
  const rgbaType = ndarray([width * 4], "ui8");
  const grayType = ndarray([width], "ui8");
  const filterType = ndarray([3, 3], "i16");
  const tensorType = ndarray([width * height * 4], "i8");
  return explicitDesign("npu1_1col", () => {
    const rgba2grayLine = externalFunction(
      "rgba2grayLine",
      [rgbaType, grayType, "i32"],
      "rgba2gray.cc.o",
    );
    const filter2dLine = externalFunction(
      "filter2dLine",
      [grayType, grayType, grayType, grayType, "i32", filterType],
      "filter2d.cc.o",
    );
    const thresholdLine = externalFunction(
      "thresholdLine",
      [grayType, grayType, "i32", "i16", "i16", "i8"],
      "threshold.cc.o",
    );
    const gray2rgbaLine = externalFunction(
      "gray2rgbaLine",
      [grayType, rgbaType, "i32"],
      "combined_gray2rgba_addWeighted.a",
    );
    const addWeightedLine = externalFunction(
      "addWeightedLine",
      [rgbaType, rgbaType, rgbaType, "i32", "i16", "i16", "i8"],
      "combined_gray2rgba_addWeighted.a",
    );

    const shim = tile(0, 0);
    const mem = tile(0, 1);
    const compute2 = tile(0, 2);
    const compute3 = tile(0, 3);
    const compute4 = tile(0, 4);
    const compute5 = tile(0, 5);

    // Input
    const inL3L2 = objectFifo("inOF_L3L2", shim, [compute2, mem], [2, 2, 7], rgbaType);
    const inL2L1 = objectFifo("inOF_L2L1", mem, compute5, 7, rgbaType);
    objectFifoLink(inL3L2, inL2L1);

    // Output
    const outL2L3 = objectFifo("outOF_L2L3", mem, shim, 2, rgbaType);
    const outL1L2 = objectFifo("outOF_L1L2", compute5, mem, 2, rgbaType);
    objectFifoLink(outL1L2, outL2L3);

    // Between cores
    const of2to3 = objectFifo("OF_2to3", compute2, compute3, 4, grayType);
    const of3to4 = objectFifo("OF_3to4", compute3, compute4, 2, grayType);
    const of4to5 = objectFifo("OF_4to5", compute4, compute5, 2, grayType);
    const of5to5 = objectFifo("OF_5to5", compute5, compute5, 1, rgbaType);

    // Laplacian in 1/4096
    const kernel = buffer(
      compute3,
      filterType,
      "kernel",
      [0, 4096, 0, 4096, -16384, 4096, 0, 4096, 0],
    );

    core(compute2, "rgba2gray.cc.o", () => {
      range(MAX_SIZE, () => {
        const elemIn = inL3L2.acquire("Consume", 1);
        const elemOut = of2to3.acquire("Produce", 1);
        rgba2grayLine(elemIn, elemOut, width);
        inL3L2.release("Consume", 1);
        of2to3.release("Produce", 1);
      });
    });

    core(compute3, "filter2d.cc.o", () => {
      range(MAX_SIZE, () => {
        // Top line: itself stands in for the line above.
        const topLines = of2to3.acquire("Consume", 2);
        const topOut = of3to4.acquire("Produce", 1);
        filter2dLine(topLines[0], topLines[0], topLines[1], topOut, width, kernel);
        of3to4.release("Produce", 1);
        // Middle lines: a window of three.
        range(1, height - 1, () => {
          const lines = of2to3.acquire("Consume", 3);
          const elemOut = of3to4.acquire("Produce", 1);
          filter2dLine(lines[0], lines[1], lines[2], elemOut, width, kernel);
          of2to3.release("Consume", 1);
          of3to4.release("Produce", 1);
        });
        // Bottom line: itself stands in for the line below.
        const bottomLines = of2to3.acquire("Consume", 2);
        const bottomOut = of3to4.acquire("Produce", 1);
        filter2dLine(bottomLines[0], bottomLines[1], bottomLines[1], bottomOut, width, kernel);
        of2to3.release("Consume", 2);
        of3to4.release("Produce", 1);
      });
    });

    core(compute4, "threshold.cc.o", () => {
      range(MAX_SIZE, () => {
        const elemIn = of3to4.acquire("Consume", 1);
        const elemOut = of4to5.acquire("Produce", 1);
        thresholdLine(elemIn, elemOut, width, 10, 255, 0);
        of3to4.release("Consume", 1);
        of4to5.release("Produce", 1);
      });
    });

    core(compute5, "combined_gray2rgba_addWeighted.a", () => {
      range(MAX_SIZE, () => {
        const elemIn = of4to5.acquire("Consume", 1);
        const elemRgba = of5to5.acquire("Produce", 1);
        gray2rgbaLine(elemIn, elemRgba, width);
        of4to5.release("Consume", 1);
        of5to5.release("Produce", 1);
        const elemEdges = of5to5.acquire("Consume", 1);
        const elemImage = inL2L1.acquire("Consume", 1);
        const elemOut = outL1L2.acquire("Produce", 1);
        addWeightedLine(elemEdges, elemImage, elemOut, width * 4, 16384, 16384, 0);
        of5to5.release("Consume", 1);
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
