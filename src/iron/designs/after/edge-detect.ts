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

/** EdgeDetect: edges drawn over the image; a pipeline of four stages. */
export function design(width = 1920, height = 1080): Program {
  const rgbaType = ndarray([width * 4], "ui8");
  const grayType = ndarray([width], "ui8");
  const filterType = ndarray([3, 3], "i16");
  const tensorType = ndarray([width * height * 4], "i8");
  const combined = "combined_gray2rgba_addWeighted.a";

  const rgba2grayLine = new Kernel("rgba2grayLine", "rgba2gray.cc.o", [rgbaType, grayType, "i32"]);
  const filter2dLine = new Kernel("filter2dLine", "filter2d.cc.o", [
    grayType,
    grayType,
    grayType,
    grayType,
    "i32",
    filterType,
  ]);
  const thresholdLine = new Kernel("thresholdLine", "threshold.cc.o", [
    grayType,
    grayType,
    "i32",
    "i16",
    "i16",
    "i8",
  ]);
  const gray2rgbaLine = new Kernel("gray2rgbaLine", combined, [grayType, rgbaType, "i32"]);
  const addWeightedLine = new Kernel("addWeightedLine", combined, [
    rgbaType,
    rgbaType,
    rgbaType,
    "i32",
    "i16",
    "i16",
    "i8",
  ]);

  // Input
  const inL3L2 = new ObjectFifo(rgbaType, { name: "inOF_L3L2" });
  const inL2L1 = inL3L2.cons(7).forward({ name: "inOF_L2L1" });

  // Output
  const outL1L2 = new ObjectFifo(rgbaType, { name: "outOF_L1L2" });
  const outL2L3 = outL1L2.cons().forward({ name: "outOF_L2L3" });

  // Between cores
  const of2to3 = new ObjectFifo(grayType, { depth: 4, name: "OF_2to3" });
  const of3to4 = new ObjectFifo(grayType, { name: "OF_3to4" });
  const of4to5 = new ObjectFifo(grayType, { name: "OF_4to5" });
  const of5to5 = new ObjectFifo(rgbaType, { depth: 1, name: "OF_5to5" });

  // Laplacian in 1/4096
  const kernel = new GlobalBuffer(filterType, {
    name: "kernel",
    init: [0, 4096, 0, 4096, -16384, 4096, 0, 4096, 0],
  });

  function grayFn(ofIn: any, ofOut: any, rgba2grayLine: any) {
    const elemIn = ofIn.acquire(1);
    const elemOut = ofOut.acquire(1);
    rgba2grayLine.call(elemIn, elemOut, width);
    ofIn.release(1);
    ofOut.release(1);
  }

  function filterFn(ofIn: any, ofOut: any, kernel: any, filter2dLine: any) {
    // Top line: itself stands in for the line above.
    const topLines = ofIn.acquire(2);
    const topOut = ofOut.acquire(1);
    filter2dLine.call(topLines[0], topLines[0], topLines[1], topOut, width, kernel);
    ofOut.release(1);
    // Middle lines: a window of three.
    range(1, height - 1, () => {
      const lines = ofIn.acquire(3);
      const elemOut = ofOut.acquire(1);
      filter2dLine.call(lines[0], lines[1], lines[2], elemOut, width, kernel);
      ofIn.release(1);
      ofOut.release(1);
    });
    // Bottom line: itself stands in for the line below.
    const bottomLines = ofIn.acquire(2);
    const bottomOut = ofOut.acquire(1);
    filter2dLine.call(bottomLines[0], bottomLines[1], bottomLines[1], bottomOut, width, kernel);
    ofIn.release(2);
    ofOut.release(1);
  }

  function thresholdFn(ofIn: any, ofOut: any, thresholdLine: any) {
    const elemIn = ofIn.acquire(1);
    const elemOut = ofOut.acquire(1);
    thresholdLine.call(elemIn, elemOut, width, 10, 255, 0);
    ofIn.release(1);
    ofOut.release(1);
  }

  function blendFn(
    ofIn: any,
    ofRgbaProd: any,
    ofRgbaCons: any,
    ofImage: any,
    ofOut: any,
    gray2rgbaLine: any,
    addWeightedLine: any,
  ) {
    const elemIn = ofIn.acquire(1);
    const elemRgba = ofRgbaProd.acquire(1);
    gray2rgbaLine.call(elemIn, elemRgba, width);
    ofIn.release(1);
    ofRgbaProd.release(1);
    const elemEdges = ofRgbaCons.acquire(1);
    const elemImage = ofImage.acquire(1);
    const elemOut = ofOut.acquire(1);
    addWeightedLine.call(elemEdges, elemImage, elemOut, width * 4, 16384, 16384, 0);
    ofRgbaCons.release(1);
    ofImage.release(1);
    ofOut.release(1);
  }

  const workers = [
    new Worker(grayFn, [inL3L2.cons(), of2to3.prod(), rgba2grayLine]),
    new Worker(filterFn, [of2to3.cons(), of3to4.prod(), kernel, filter2dLine]),
    new Worker(thresholdFn, [of3to4.cons(), of4to5.prod(), thresholdLine]),
    new Worker(blendFn, [
      of4to5.cons(),
      of5to5.prod(),
      of5to5.cons(),
      inL2L1.cons(),
      outL1L2.prod(),
      gray2rgbaLine,
      addWeightedLine,
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
