import { ndarray, ObjectFifo, Program, range, Runtime, Worker } from "../../interface/mod.ts";

/** VVOp(Mod): element-wise remainder of two vectors, written in the core's own code. */
export function design(size = 256, n = 16): Program {
  const tensorType = ndarray([size], "i32");
  const tileType = ndarray([n], "i32");

  const ofIn1 = new ObjectFifo(tileType, { name: "in1" });
  const ofIn2 = new ObjectFifo(tileType, { name: "in2" });
  const ofOut = new ObjectFifo(tileType, { name: "out" });

  function coreFn(ofIn1: any, ofIn2: any, ofOut: any) {
    range(size / n, () => {
      const elemIn1 = ofIn1.acquire(1);
      const elemIn2 = ofIn2.acquire(1);
      const elemOut = ofOut.acquire(1);
      range(n, (i) => {
        elemOut.set([i], elemIn1.at(i).modulo(elemIn2.at(i)));
      });
      ofIn1.release(1);
      ofIn2.release(1);
      ofOut.release(1);
    });
  }

  const worker = new Worker(coreFn, [ofIn1.cons(), ofIn2.cons(), ofOut.prod()]);

  const rt = new Runtime();
  rt.sequence([tensorType, tensorType, tensorType], (a, b, c) => {
    rt.start(worker);
    rt.fill(ofIn1.prod(), a);
    rt.fill(ofIn2.prod(), b);
    rt.drain(ofOut.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
