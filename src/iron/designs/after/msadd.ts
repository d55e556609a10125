import { ndarray, ObjectFifo, Program, range, Runtime, Worker } from "../../interface/mod.ts";
import { TensorTiler2D } from "../../taplib/mod.ts";

/** MSAdd: one tile of a matrix plus one (Figure 7.2b). */
export function design(M = 16, N = 128, m = 8, n = 16): Program {
  const matrixType = ndarray([M, N], "i32");
  const tileType = ndarray([m, n], "i32");
  const tap = TensorTiler2D.simpleTiler({ tensorDims: [M, N], tileDims: [m, n] }).at(0);

  const ofIn = new ObjectFifo(tileType, { name: "in" });
  const ofOut = new ObjectFifo(tileType, { name: "out" });

  function coreFn(ofIn: any, ofOut: any) {
    const elemIn = ofIn.acquire(1);
    const elemOut = ofOut.acquire(1);
    range(m, (i) => {
      range(n, (j) => {
        elemOut.set([i, j], elemIn.at(i, j).plus(1));
      });
    });
    ofIn.release(1);
    ofOut.release(1);
  }

  const worker = new Worker(coreFn, [ofIn.cons(), ofOut.prod()]);

  const rt = new Runtime();
  rt.sequence([matrixType, matrixType, matrixType], (a, _b, c) => {
    rt.start(worker);
    rt.fill(ofIn.prod(), a, { tap });
    rt.drain(ofOut.cons(), c, { tap, wait: true });
  });
  return new Program("npu1_1col", rt);
}
