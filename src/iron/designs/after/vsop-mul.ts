import {
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Worker,
} from "../../interface/mod.ts";

/** VSOp(Mul): a vector times a factor that is fetched once. */
export function design(size = 4096): Program {
  const tiles = 4;
  const tileSize = size / tiles;
  const tensorType = ndarray([size], "i16");
  const tileType = ndarray([tileSize], "i16");
  const scalarType = ndarray([1], "i32");

  const scale = new Kernel("vector_scalar_mul_int16_vector", "scale.o", [
    tileType,
    tileType,
    scalarType,
    "i32",
  ]);

  const ofIn = new ObjectFifo(tileType, { name: "in" });
  const ofFactor = new ObjectFifo(scalarType, { name: "infactor" });
  const ofOut = new ObjectFifo(tileType, { name: "out" });

  function coreFn(ofIn: any, ofFactor: any, ofOut: any, scale: any) {
    const elemFactor = ofFactor.acquire(1);
    range(tiles, () => {
      const elemOut = ofOut.acquire(1);
      const elemIn = ofIn.acquire(1);
      scale.call(elemIn, elemOut, elemFactor, tileSize);
      ofIn.release(1);
      ofOut.release(1);
    });
    ofFactor.release(1);
  }

  const worker = new Worker(coreFn, [ofIn.cons(), ofFactor.cons(), ofOut.prod(), scale]);

  const rt = new Runtime();
  rt.sequence([tensorType, scalarType, tensorType], (a, f, c) => {
    rt.start(worker);
    rt.fill(ofIn.prod(), a);
    rt.fill(ofFactor.prod(), f);
    rt.drain(ofOut.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
