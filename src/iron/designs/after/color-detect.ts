import { Kernel, ndarray, ObjectFifo, Program, Runtime, Worker } from "../../interface/mod.ts";

/** ColorDetect: pixels of two ranges of hue are kept, all others go black; a pipeline of three stages. */
export function design(width = 1920, height = 1080): Program {
  const rgbaType = ndarray([width * 4], "ui8");
  const grayType = ndarray([width], "ui8");
  const tensorType = ndarray([width * height * 4], "i8");
  const combined = "combined_bitwiseOR_gray2rgba_bitwiseAND.a";

  const rgba2hueLine = new Kernel("rgba2hueLine", "rgba2hue.cc.o", [rgbaType, grayType, "i32"]);
  const thresholdLine = new Kernel("thresholdLine", "threshold.cc.o", [
    grayType,
    grayType,
    "i32",
    "i16",
    "i16",
    "i8",
  ]);
  const bitwiseORLine = new Kernel("bitwiseORLine", combined, [
    grayType,
    grayType,
    grayType,
    "i32",
  ]);
  const gray2rgbaLine = new Kernel("gray2rgbaLine", combined, [grayType, rgbaType, "i32"]);
  const bitwiseANDLine = new Kernel("bitwiseANDLine", combined, [
    rgbaType,
    rgbaType,
    rgbaType,
    "i32",
  ]);

  // Input
  const inL3L2 = new ObjectFifo(rgbaType, { name: "inOF_L3L2" });
  const inL2L1 = inL3L2.cons(6).forward({ name: "inOF_L2L1" });

  // Output
  const outL1L2 = new ObjectFifo(rgbaType, { name: "outOF_L1L2" });
  const outL2L3 = outL1L2.cons().forward({ name: "outOF_L2L3" });

  // Between cores
  const of2to34 = new ObjectFifo(grayType, { name: "OF_2to34" });
  const of3to3 = new ObjectFifo(grayType, { depth: 1, name: "OF_3to3" });
  const of3to5 = new ObjectFifo(grayType, { name: "OF_3to5" });
  const of4to4 = new ObjectFifo(grayType, { depth: 1, name: "OF_4to4" });
  const of4to5 = new ObjectFifo(grayType, { name: "OF_4to5" });
  const of5to5a = new ObjectFifo(grayType, { depth: 1, name: "OF_5to5a" });
  const of5to5b = new ObjectFifo(rgbaType, { depth: 1, name: "OF_5to5b" });

  function hueFn(ofIn: any, ofOut: any, rgba2hueLine: any) {
    const elemIn = ofIn.acquire(1);
    const elemOut = ofOut.acquire(1);
    rgba2hueLine.call(elemIn, elemOut, width);
    ofIn.release(1);
    ofOut.release(1);
  }

  function thresholdFn(
    ofIn: any,
    ofSelfProd: any,
    ofSelfCons: any,
    ofOut: any,
    thresholdLine: any,
    below: any,
    above: any,
  ) {
    const elemIn = ofIn.acquire(1);
    const elemTemp = ofSelfProd.acquire(1);
    thresholdLine.call(elemIn, elemTemp, width, below, 255, 4);
    ofIn.release(1);
    ofSelfProd.release(1);
    const elemMid = ofSelfCons.acquire(1);
    const elemOut = ofOut.acquire(1);
    thresholdLine.call(elemMid, elemOut, width, above, 255, 0);
    ofSelfCons.release(1);
    ofOut.release(1);
  }

  function maskFn(
    ofIn1: any,
    ofIn2: any,
    ofGrayProd: any,
    ofGrayCons: any,
    ofRgbaProd: any,
    ofRgbaCons: any,
    ofImage: any,
    ofOut: any,
    bitwiseORLine: any,
    gray2rgbaLine: any,
    bitwiseANDLine: any,
  ) {
    const elemIn1 = ofIn1.acquire(1);
    const elemIn2 = ofIn2.acquire(1);
    const elemOr = ofGrayProd.acquire(1);
    bitwiseORLine.call(elemIn1, elemIn2, elemOr, width);
    ofIn1.release(1);
    ofIn2.release(1);
    ofGrayProd.release(1);
    const elemGray = ofGrayCons.acquire(1);
    const elemRgba = ofRgbaProd.acquire(1);
    gray2rgbaLine.call(elemGray, elemRgba, width);
    ofGrayCons.release(1);
    ofRgbaProd.release(1);
    const elemMask = ofRgbaCons.acquire(1);
    const elemImage = ofImage.acquire(1);
    const elemOut = ofOut.acquire(1);
    bitwiseANDLine.call(elemMask, elemImage, elemOut, width * 4);
    ofRgbaCons.release(1);
    ofImage.release(1);
    ofOut.release(1);
  }

  const workers = [
    new Worker(hueFn, [inL3L2.cons(), of2to34.prod(), rgba2hueLine]),
    new Worker(thresholdFn, [
      of2to34.cons(),
      of3to3.prod(),
      of3to3.cons(),
      of3to5.prod(),
      thresholdLine,
      40,
      30,
    ]),
    new Worker(thresholdFn, [
      of2to34.cons(),
      of4to4.prod(),
      of4to4.cons(),
      of4to5.prod(),
      thresholdLine,
      160,
      90,
    ]),
    new Worker(maskFn, [
      of3to5.cons(),
      of4to5.cons(),
      of5to5a.prod(),
      of5to5a.cons(),
      of5to5b.prod(),
      of5to5b.cons(),
      inL2L1.cons(),
      outL1L2.prod(),
      bitwiseORLine,
      gray2rgbaLine,
      bitwiseANDLine,
    ]),
  ];

  const rt = new Runtime();
  rt.sequence([tensorType, ndarray([16, 16], "i32"), tensorType], (input, _b, output) => {
    rt.start(workers);
    rt.fill(inL3L2.prod(), input);
    rt.drain(outL2L3.cons(), output, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
