import { ndarray, ObjectFifo, Program, range, Runtime, Worker } from "../../interface/mod.ts";

/** VSOp(Add): a vector plus one, staged in a memory tile with larger objects than the core's. */
export function design(size = 1024, memTile = 64, coreTile = 32): Program {
  const allType = ndarray([size], "i32");
  const memTileType = ndarray([memTile], "i32");
  const coreTileType = ndarray([coreTile], "i32");

  const ofIn0 = new ObjectFifo(memTileType, { name: "in0" });
  const ofIn1 = ofIn0.cons().forward({ type: coreTileType, name: "in1" });
  const ofOut1 = new ObjectFifo(coreTileType, { name: "out1" });
  const ofOut0 = ofOut1.cons().forward({ type: memTileType, name: "out0" });

  function coreFn(ofIn: any, ofOut: any) {
    const elemIn = ofIn.acquire(1);
    const elemOut = ofOut.acquire(1);
    range(coreTile, (i) => {
      elemOut.set([i], elemIn.at(i).plus(1));
    });
    ofIn.release(1);
    ofOut.release(1);
  }

  const worker = new Worker(coreFn, [ofIn1.cons(), ofOut1.prod()]);

  const rt = new Runtime();
  rt.sequence([allType, allType], (a, c) => {
    rt.start(worker);
    rt.fill(ofIn0.prod(), a);
    rt.drain(ofOut0.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
