import {
  CoreFunction,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Worker,
} from "../../interface/mod.ts";

/** Copy(Kern): a function of the design copies line by line. */
export function design(size = 4096): Program {
  const lineSize = size / 4;
  const vectorType = ndarray([size], "ui8");
  const lineType = ndarray([lineSize], "ui8");

  const ofIn = new ObjectFifo(lineType, { name: "in" });
  const ofOut = new ObjectFifo(lineType, { name: "out" });

  const passThroughLine = new CoreFunction(
    "passThroughLine",
    [lineType, lineType, "i32"],
    (input, output, _lineSize) => {
      range(lineSize, (i) => {
        output.set([i], input.at(i));
      });
    },
  );

  function coreFn(ofIn: any, ofOut: any, passThroughLine: any) {
    const elemOut = ofOut.acquire(1);
    const elemIn = ofIn.acquire(1);
    passThroughLine.call(elemIn, elemOut, lineSize);
    ofIn.release(1);
    ofOut.release(1);
  }

  const worker = new Worker(coreFn, [ofIn.cons(), ofOut.prod(), passThroughLine]);

  const rt = new Runtime();
  rt.sequence([vectorType, vectorType, vectorType], (a, b, _c) => {
    rt.start(worker);
    rt.fill(ofIn.prod(), a);
    rt.drain(ofOut.cons(), b, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
