import { Kernel, ndarray, ObjectFifo, Program, Runtime, Worker } from "../../interface/mod.ts";

/** VReduce(Max): the largest of a vector. */
export function design(size = 1024): Program {
  const inType = ndarray([size], "i32");
  const outType = ndarray([1], "i32");

  const reduce = new Kernel("reduce_max_vector", "reduce_max.cc.o", [inType, outType, "i32"]);

  const ofIn = new ObjectFifo(inType, { name: "in" });
  const ofOut = new ObjectFifo(outType, { name: "out" });

  function coreFn(ofIn: any, ofOut: any, reduce: any) {
    const elemOut = ofOut.acquire(1);
    const elemIn = ofIn.acquire(1);
    reduce.call(elemIn, elemOut, size);
    ofIn.release(1);
    ofOut.release(1);
  }

  const worker = new Worker(coreFn, [ofIn.cons(), ofOut.prod(), reduce]);

  const rt = new Runtime();
  rt.sequence([inType, outType], (a, c) => {
    rt.start(worker);
    rt.fill(ofIn.prod(), a);
    rt.drain(ofOut.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
