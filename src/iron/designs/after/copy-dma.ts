import { AnyComputeTile, ndarray, ObjectFifo, Program, Runtime } from "../../interface/mod.ts";

/** Copy(DMA): data passes through a compute tile's memory without its core. */
export function design(size = 4096): Program {
  const lineSize = size / 4;
  const vectorType = ndarray([size], "i32");
  const lineType = ndarray([lineSize], "i32");

  const ofIn = new ObjectFifo(lineType, { name: "in" });
  const ofOut = ofIn.cons().forward({ placement: AnyComputeTile, name: "out" });

  const rt = new Runtime();
  rt.sequence([vectorType, vectorType, vectorType], (a, _b, c) => {
    rt.fill(ofIn.prod(), a);
    rt.drain(ofOut.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
