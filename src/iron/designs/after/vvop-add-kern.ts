import {
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Worker,
} from "../../interface/mod.ts";

/** VVOp(AddKern): element-wise sum of two bf16 vectors on two cores. */
export function design(size = 65536): Program {
  const n = 1024;
  const cores = 2;
  const tiles = size / n / cores;
  const offsets = [0, n];

  const tensorType = ndarray([size], "bf16");
  const memType = ndarray([n * cores], "bf16");
  const tileType = ndarray([n], "bf16");
  const types = [tileType, tileType];

  const eltwise = new Kernel("eltwise_add_bf16_vector", "add.o", [tileType, tileType, tileType]);

  const inA = new ObjectFifo(memType, { name: "inA" });
  const memA = inA.cons().split(offsets, { types, names: ["memA0", "memA1"] });
  const inB = new ObjectFifo(memType, { name: "inB" });
  const memB = inB.cons().split(offsets, { types, names: ["memB0", "memB1"] });
  const outC = new ObjectFifo(memType, { name: "outC" });
  const memC = outC.prod().join(offsets, { types, names: ["memC0", "memC1"] });

  function coreFn(ofA: any, ofB: any, ofC: any, eltwise: any) {
    range(tiles, () => {
      const elemOut = ofC.acquire(1);
      const elemA = ofA.acquire(1);
      const elemB = ofB.acquire(1);
      eltwise.call(elemA, elemB, elemOut);
      ofA.release(1);
      ofB.release(1);
      ofC.release(1);
    });
  }

  const workers = memA.map((ofA, i) =>
    new Worker(coreFn, [ofA.cons(), memB[i].cons(), memC[i].prod(), eltwise])
  );

  const rt = new Runtime();
  rt.sequence([tensorType, tensorType, tensorType], (a, b, c) => {
    rt.start(workers);
    rt.fill(inA.prod(), a);
    rt.fill(inB.prod(), b);
    rt.drain(outC.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
