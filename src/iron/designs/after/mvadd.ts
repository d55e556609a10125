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

/** MVAdd: a row vector added to every row of a matrix, tile by tile. */
export function design(M = 768, N = 2304, m = 96, n = 32): Program {
  const tensorType = ndarray([m * n], "f32");
  const biasType = ndarray([n], "f32");

  const rowWiseBiasAdd = new Kernel("row_wise_bias_add_f32_f32", "kernel.o", [
    tensorType,
    biasType,
    tensorType,
  ]);

  const inFifo = new ObjectFifo(tensorType, { name: "in_fifo" });
  const biasFifo = new ObjectFifo(biasType, { name: "bias_fifo" });
  const outFifo = new ObjectFifo(tensorType, { name: "out_fifo" });

  function coreFn(inFifo: any, biasFifo: any, outFifo: any, rowWiseBiasAdd: any) {
    range(N / n, () => {
      const elemBias = biasFifo.acquire(1);
      range(M / m, () => {
        const elemIn = inFifo.acquire(1);
        const elemOut = outFifo.acquire(1);
        rowWiseBiasAdd.call(elemIn, elemBias, elemOut);
        outFifo.release(1);
        inFifo.release(1);
      });
      biasFifo.release(1);
    });
  }

  const worker = new Worker(coreFn, [
    inFifo.cons(),
    biasFifo.cons(),
    outFifo.prod(),
    rowWiseBiasAdd,
  ]);

  const tap = TensorTiler2D.groupTiler({
    tensorDims: [M, N],
    tileDims: [m, n],
    tileGroupDims: [M / m, N / n],
    tileGroupColMajor: true,
  }).at(0);
  const biasTap = TensorTiler2D.groupTiler({
    tensorDims: [1, N],
    tileDims: [1, n],
    tileGroupDims: [1, N / n],
  }).at(0);

  const rt = new Runtime();
  rt.sequence([tensorType, biasType, tensorType], (input, bias, output) => {
    rt.start(worker);
    rt.fill(inFifo.prod(), input, { tap });
    rt.fill(biasFifo.prod(), bias, { tap: biasTap });
    rt.drain(outFifo.cons(), output, { tap, wait: true });
  });
  return new Program("npu1_1col", rt);
}
