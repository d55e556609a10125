import {
  GlobalBuffer,
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  Runtime,
  Worker,
} from "../../interface/mod.ts";

/** ColorThreshold: every sample of an image against a threshold, four tiles of a line in parallel. */
export function design(width = 1920, height = 1080): Program {
  const offsets = [0, width, 2 * width, 3 * width];
  const lineType = ndarray([width], "ui8");
  const memType = ndarray([width * offsets.length], "ui8");
  const tensorType = ndarray([width * height], "i8");

  const thresholdLine = new Kernel("thresholdLine", "threshold.cc.o", [
    lineType,
    lineType,
    "i32",
    "i16",
    "i16",
    "i8",
  ]);

  // Input
  const inL3L2 = new ObjectFifo(memType, { name: "inOOB_L3L2" });
  const inL2L1 = inL3L2.cons().split(offsets, {
    types: offsets.map(() => lineType),
    names: offsets.map((_, i) => `inOOB_L2L1_${i}`),
  });

  // Output
  const outL2L3 = new ObjectFifo(memType, { name: "outOOB_L2L3" });
  const outL1L2 = outL2L3.prod().join(offsets, {
    types: offsets.map(() => lineType),
    names: offsets.map((_, i) => `outOOB_L1L2_${i}`),
  });

  function coreFn(ofIn: any, ofOut: any, rtp: any, thresholdLine: any) {
    const elemIn = ofIn.acquire(1);
    const elemOut = ofOut.acquire(1);
    // Parameters are read once data is here: the runtime has written them by then.
    const limit = rtp.at(0).truncate("i16");
    const max = rtp.at(1).truncate("i16");
    const kind = rtp.at(2).truncate("i8");
    thresholdLine.call(elemIn, elemOut, width, limit, max, kind);
    ofIn.release(1);
    ofOut.release(1);
  }

  const rtps = offsets.map((_, i) =>
    new GlobalBuffer(ndarray([16], "i32"), { name: `rtpComputeTile${i + 2}`, useWriteRtp: true })
  );
  const workers = rtps.map((rtp, i) =>
    new Worker(coreFn, [inL2L1[i].cons(), outL1L2[i].prod(), rtp, thresholdLine])
  );

  const rt = new Runtime();
  rt.sequence([tensorType, ndarray([32], "i32"), tensorType], (input, _b, output) => {
    rt.inlineOps(() => {
      for (const rtp of rtps) {
        rtp.set(0, 50);
        rtp.set(1, 255);
        rtp.set(2, 0);
      }
    });
    rt.start(workers);
    rt.fill(inL3L2.prod(), input);
    rt.drain(outL2L3.cons(), output, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
