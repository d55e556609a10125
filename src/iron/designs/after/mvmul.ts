import {
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Worker,
} from "../../interface/mod.ts";
import { TensorTiler2D } from "../../taplib/mod.ts";

/** MVMul: a matrix times a vector, one core in each column used. */
export function design(M = 288, K = 288, m = 32, k = 32, cores = 1): Program {
  const tilesPerCore = M / m / cores;
  const aType = ndarray([M, K], "i16");
  const bType = ndarray([K], "i16");
  const cType = ndarray([M], "i32");
  const aTileType = ndarray([m, k], "i16");
  const bTileType = ndarray([k], "i16");
  const cTileType = ndarray([m], "i32");

  const zero = new Kernel("zero_scalar_i32", "mv_32x32.o", [cTileType]);
  const matvec = new Kernel("matvec_scalar_i16_i32", "mv_32x32.o", [
    aTileType,
    bTileType,
    cTileType,
  ]);

  function coreFn(ofA: any, ofB: any, ofC: any, zero: any, matvec: any) {
    const elemOut = ofC.acquire(1);
    zero.call(elemOut);
    range(K / k, () => {
      const elemA = ofA.acquire(1);
      const elemB = ofB.acquire(1);
      matvec.call(elemA, elemB, elemOut);
      ofA.release(1);
      ofB.release(1);
    });
    ofC.release(1);
  }

  const inB = new ObjectFifo(bTileType, { name: "inB" });
  const memA: ObjectFifo[] = [];
  const outC: ObjectFifo[] = [];
  const workers: Worker[] = [];
  for (let i = 0; i < cores; i++) {
    memA.push(new ObjectFifo(aTileType, { name: `memA${i}` }));
    const inA = memA[i].cons().forward({ name: `inA${i}` });
    outC.push(new ObjectFifo(cTileType, { name: `outC${i}` }));
    workers.push(new Worker(coreFn, [inA.cons(), inB.cons(), outC[i].prod(), zero, matvec]));
  }

  const aTaps = TensorTiler2D.groupTiler({
    tensorDims: [M, K],
    tileDims: [m, k],
    tileGroupDims: [tilesPerCore, K / k],
  });
  const bTap = TensorTiler2D.simpleTiler({ tensorDims: [1, K], patternRepeat: tilesPerCore }).at(0);
  const cTaps = TensorTiler2D.simpleTiler({ tensorDims: [1, M], tileDims: [1, M / cores] });

  const rt = new Runtime();
  rt.sequence([aType, bType, cType], (a, b, c) => {
    rt.start(workers);
    const taskGroup = rt.taskGroup();
    rt.fill(inB.prod(), b, { tap: bTap, taskGroup });
    for (let i = 0; i < cores; i++) {
      rt.fill(memA[i].prod(), a, { tap: aTaps.at(i), taskGroup });
      rt.drain(outC[i].cons(), c, { tap: cTaps.at(i), taskGroup, wait: true });
    }
    rt.finishTaskGroup(taskGroup);
  });
  return new Program("npu1_4col", rt);
}
