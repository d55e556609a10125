import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  externalFunction,
  MAX_SIZE,
  objectFifo,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import { ndarray } from "../../graph/types.ts";

/** VSOp(Mul): a vector times a factor that is fetched once. */
export function design(size = 4096): DesignGraph {
  const tiles = 4;
  const tileSize = size / tiles;
  const tensorType = ndarray([size], "i16");
  const tileType = ndarray([tileSize], "i16");
  const scalarType = ndarray([1], "i32");
  return explicitDesign("npu1_1col", () => {
    const scale = externalFunction(
      "vector_scalar_mul_int16_vector",
      [tileType, tileType, scalarType, "i32"],
      "scale.o",
    );

    const shim = tile(0, 0);
    const compute = tile(0, 2);

    const ofIn = objectFifo("in", shim, compute, 2, tileType);
    const ofFactor = objectFifo("infactor", shim, compute, 2, scalarType);
    const ofOut = objectFifo("out", compute, shim, 2, tileType);

    core(compute, "scale.o", () => {
      range(MAX_SIZE, () => {
        const elemFactor = ofFactor.acquire("Consume", 1);
        range(tiles, () => {
          const elemOut = ofOut.acquire("Produce", 1);
          const elemIn = ofIn.acquire("Consume", 1);
          scale(elemIn, elemOut, elemFactor, tileSize);
          ofIn.release("Consume", 1);
          ofOut.release("Produce", 1);
        });
        ofFactor.release("Consume", 1);
      });
    });

    runtimeSequence([tensorType, scalarType, tensorType], (a, f, c) => {
      const inTask = shimDmaSingleBdTask(ofIn, a, { sizes: [1, 1, 1, size] });
      const factorTask = shimDmaSingleBdTask(ofFactor, f, { sizes: [1, 1, 1, 1] });
      const outTask = shimDmaSingleBdTask(ofOut, c, { sizes: [1, 1, 1, size], issueToken: true });
      dmaStartTask(inTask, factorTask, outTask);
      dmaAwaitTask(outTask);
      dmaFreeTask(inTask, factorTask);
    });
  });
}
