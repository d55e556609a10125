import {
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Worker,
} from "../../interface/mod.ts";

/** VSoftMax: the softmax of every 1024 elements, on two cores. */
export function design(size = 262144): Program {
  const n = 1024;
  const cores = 2;
  const tiles = size / n / cores;
  const offsets = [0, n];

  const tensorType = ndarray([size], "bf16");
  const memType = ndarray([n * cores], "bf16");
  const tileType = ndarray([n], "bf16");
  const types = [tileType, tileType];

  const kernel = new Kernel("softmax_bf16", "kernels.a", [tileType, tileType, "i32"]);

  const inA = new ObjectFifo(memType, { name: "inA" });
  const memA = inA.cons().split(offsets, { types, names: ["memA0", "memA1"] });
  const outC = new ObjectFifo(memType, { name: "outC" });
  const memC = outC.prod().join(offsets, { types, names: ["memC0", "memC1"] });

  function coreFn(ofA: any, ofC: any, kernel: any) {
    range(tiles, () => {
      const elemOut = ofC.acquire(1);
      const elemIn = ofA.acquire(1);
      kernel.call(elemIn, elemOut, n);
      ofA.release(1);
      ofC.release(1);
    });
  }

  const workers = memA.map((ofA, i) => new Worker(coreFn, [ofA.cons(), memC[i].prod(), kernel]));

  const rt = new Runtime();
  rt.sequence([tensorType, tensorType], (a, c) => {
    rt.start(workers);
    rt.fill(inA.prod(), a);
    rt.drain(outC.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
