import {
  GlobalBuffer,
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Worker,
} from "../../interface/mod.ts";

/** Conv2D: a 1x1 convolution of 8-bit numbers, one image row at a time. */
export function design(width = 32, height = 32, channels = 64): Program {
  const rowSize = width * channels;
  const tensorType = ndarray([rowSize * height], "i8");
  const weightType = ndarray([channels * channels], "i8");
  const memType = ndarray([2 * rowSize], "i8");
  const rowType = ndarray([rowSize], "i8");

  const conv2dk1 = new Kernel("conv2dk1_i8", "conv2dk1_i8.o", [
    rowType,
    weightType,
    rowType,
    "i32",
    "i32",
    "i32",
    "i32",
  ]);

  // Input
  const actL3L2 = new ObjectFifo(memType, { name: "inOF_act_L3L2" });
  const actL2 = actL3L2.cons().forward({ type: rowType, name: "act_L2_02" });
  const weights = new ObjectFifo(weightType, { depth: 1, name: "inOF_wts_0_L3L2" });

  // Output
  const outL2 = new ObjectFifo(rowType, { name: "out_02_L2" });
  const outL3 = outL2.cons().forward({ type: memType, name: "outOFL2L3" });

  const rtp = new GlobalBuffer(ndarray([16], "i32"), { name: "rtp2", useWriteRtp: true });

  function coreFn(ofWeights: any, ofAct: any, ofOut: any, rtp: any, conv2dk1: any) {
    const elemWeights = ofWeights.acquire(1);
    const scale = rtp.at(0);
    range(height, () => {
      const elemIn = ofAct.acquire(1);
      const elemOut = ofOut.acquire(1);
      conv2dk1.call(elemIn, elemWeights, elemOut, width, channels, channels, scale);
      ofAct.release(1);
      ofOut.release(1);
    });
    ofWeights.release(1);
  }

  const worker = new Worker(coreFn, [weights.cons(), actL2.cons(), outL2.prod(), rtp, conv2dk1]);

  const rt = new Runtime();
  rt.sequence([tensorType, weightType, tensorType], (act, wts, out) => {
    rt.inlineOps(() => rtp.set(0, 10));
    rt.start(worker);
    rt.fill(actL3L2.prod(), act);
    rt.fill(weights.prod(), wts);
    rt.drain(outL3.cons(), out, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
