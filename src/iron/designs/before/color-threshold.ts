import {
  buffer,
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  type ExplicitFifo,
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

/** ColorThreshold: every sample of an image against a threshold, four tiles of a line in parallel. */
export function design(width = 1920, height = 1080): DesignGraph {
  const cores = 4;
  const lineType = ndarray([width], "ui8");
  const memType = ndarray([width * cores], "ui8");
  const tensorType = ndarray([width * height], "i8");
  return explicitDesign("npu1_1col", () => {
    const thresholdLine = externalFunction(
      "thresholdLine",
      [lineType, lineType, "i32", "i16", "i16", "i8"],
      "threshold.cc.o",
    );

    const shim = tile(0, 0);
    const mem = tile(0, 1);
    const compute2 = tile(0, 2);
    const compute3 = tile(0, 3);
    const compute4 = tile(0, 4);
    const compute5 = tile(0, 5);
    const computes = [compute2, compute3, compute4, compute5];
    const offsets = [0, width, 2 * width, 3 * width];

    // Input RGBA broadcast + memtile for skip
    const inL3L2 = objectFifo("inOOB_L3L2", shim, mem, 2, memType);
    const inL2L1: ExplicitFifo[] = [];
    for (let i = 0; i < cores; i++) {
      inL2L1.push(objectFifo(`inOOB_L2L1_${i}`, mem, computes[i], 2, lineType));
    }
    objectFifoLink(inL3L2, inL2L1, [], offsets);

    // Output RGBA
    const outL2L3 = objectFifo("outOOB_L2L3", mem, shim, 2, memType);
    const outL1L2: ExplicitFifo[] = [];
    for (let i = 0; i < cores; i++) {
      outL1L2.push(objectFifo(`outOOB_L1L2_${i}`, computes[i], mem, 2, lineType));
    }
    objectFifoLink(outL1L2, outL2L3, offsets, []);

    // Runtime parameters
    const rtp2 = buffer(compute2, ndarray([16], "i32"), "rtpComputeTile2");
    const rtp3 = buffer(compute3, ndarray([16], "i32"), "rtpComputeTile3");
    const rtp4 = buffer(compute4, ndarray([16], "i32"), "rtpComputeTile4");
    const rtp5 = buffer(compute5, ndarray([16], "i32"), "rtpComputeTile5");
    const rtps = [rtp2, rtp3, rtp4, rtp5];

    for (let i = 0; i < cores; i++) {
      core(computes[i], "threshold.cc.o", () => {
        range(MAX_SIZE, () => {
          const elemIn = inL2L1[i].acquire("Consume", 1);
          const elemOut = outL1L2[i].acquire("Produce", 1);
          // Parameters are read once data is here: the runtime has written them by then.
          const limit = rtps[i].at(0).truncate("i16");
          const max = rtps[i].at(1).truncate("i16");
          const kind = rtps[i].at(2).truncate("i8");
          thresholdLine(elemIn, elemOut, width, limit, max, kind);
          inL2L1[i].release("Consume", 1);
          outL1L2[i].release("Produce", 1);
        });
      });
    }

    runtimeSequence([tensorType, ndarray([32], "i32"), tensorType], (input, _b, output) => {
      npuRtpWrite("rtpComputeTile2", 0, 50);
      npuRtpWrite("rtpComputeTile2", 1, 255);
      npuRtpWrite("rtpComputeTile2", 2, 0);
      npuRtpWrite("rtpComputeTile3", 0, 50);
      npuRtpWrite("rtpComputeTile3", 1, 255);
      npuRtpWrite("rtpComputeTile3", 2, 0);
      npuRtpWrite("rtpComputeTile4", 0, 50);
      npuRtpWrite("rtpComputeTile4", 1, 255);
      npuRtpWrite("rtpComputeTile4", 2, 0);
      npuRtpWrite("rtpComputeTile5", 0, 50);
      npuRtpWrite("rtpComputeTile5", 1, 255);
      npuRtpWrite("rtpComputeTile5", 2, 0);
      const inTask = shimDmaSingleBdTask(inL3L2, input, { sizes: [1, 1, 1, width * height] });
      const outTask = shimDmaSingleBdTask(outL2L3, output, {
        sizes: [1, 1, 1, width * height],
        issueToken: true,
      });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask);
    });
  });
}
