import { AnyComputeTile, ndarray, ObjectFifo, Program, Runtime } from "../../interface/mod.ts";
import { TensorTiler2D } from "../../taplib/mod.ts";

/** MTranspose: a matrix is transposed by the order in which it is fetched. */
export function design(M = 64, K = 32): Program {
  const matrixType = ndarray([M, K], "i32");
  const tapIn = TensorTiler2D.simpleTiler({ tensorDims: [M, K], tileColMajor: true }).at(0);

  const ofIn = new ObjectFifo(matrixType, { name: "in" });
  const ofOut = ofIn.cons().forward({ placement: AnyComputeTile, name: "out" });

  const rt = new Runtime();
  rt.sequence([matrixType, matrixType, matrixType], (a, _b, c) => {
    rt.fill(ofIn.prod(), a, { tap: tapIn });
    rt.drain(ofOut.cons(), c, { wait: true });
  });
  return new Program("npu1_1col", rt);
}
