import {
  Kernel,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Tile,
  Worker,
} from "../../interface/mod.ts";
import { TensorTiler2D } from "../../taplib/mod.ts";

/** GEMM: a matrix product on all 16 cores, in blocks of the sizes of the matrix instructions. */
export function design(M = 512, K = 512, N = 512, m = 64, k = 64, n = 64): Program {
  const rows = 4;
  const cols = 4;
  const r = 4;
  const s = 4;
  const t = 4;
  if (M % (m * rows * 2) !== 0 || K % k !== 0 || N % (n * cols) !== 0) {
    throw new RangeError(`GEMM: ${M}x${K}x${N} is not made of ${rows * 2}x1x${cols} tiles`);
  }
  const tilesPerCore = (M / m) * (N / n) / (rows * cols);
  const blocksOfRows = M / m / rows;

  const aType = ndarray([M * K], "i16");
  const bType = ndarray([K * N], "i16");
  const cType = ndarray([M * N], "i16");
  const aL2Type = ndarray([m * k], "i16");
  const bL2Type = ndarray([k * n], "i16");
  const cL2Type = ndarray([m * n * rows], "i16");
  const aL1Type = ndarray([m, k], "i16");
  const bL1Type = ndarray([k, n], "i16");
  const cL1Type = ndarray([m, n], "i16");

  const binary = `mm_${m}x${k}x${n}.o`;
  const zero = new Kernel("zero_i16", binary, [cL1Type]);
  const matmul = new Kernel("matmul_i16_i16", binary, [aL1Type, bL1Type, cL1Type]);

  // Input A: each row of cores gets one row of tiles
  const aL3L2: ObjectFifo[] = [];
  const aL2L1: ObjectFifo[] = [];
  for (let row = 0; row < rows; row++) {
    aL3L2.push(new ObjectFifo(aL2Type, { name: `A_L3L2_${row}` }));
    aL2L1.push(
      aL3L2[row].cons().forward({
        placement: new Tile(row, 1),
        type: aL1Type,
        name: `A_L2L1_${row}`,
        dimsToStream: [[m / r, r * k], [k / s, s], [r, k], [s, 1]],
      }),
    );
  }

  // Input B: each column of cores gets one column of tiles
  const bL3L2: ObjectFifo[] = [];
  const bL2L1: ObjectFifo[] = [];
  // Output C: the tiles of a column of cores are joined
  const cL1L2: ObjectFifo[][] = [];
  const cL2L3: ObjectFifo[] = [];
  for (let col = 0; col < cols; col++) {
    bL3L2.push(new ObjectFifo(bL2Type, { name: `B_L3L2_${col}` }));
    bL2L1.push(
      bL3L2[col].cons().forward({
        placement: new Tile(col, 1),
        type: bL1Type,
        name: `B_L2L1_${col}`,
        dimsToStream: [[k / s, s * n], [n / t, t], [s, n], [t, 1]],
      }),
    );
    cL2L3.push(
      new ObjectFifo(cL2Type, {
        name: `C_L2L3_${col}`,
        dimsToStream: [[m / r, r * n], [r, t], [n / t, r * t], [t, 1]],
      }),
    );
    const parts = [0, 1, 2, 3];
    cL1L2.push(
      cL2L3[col].prod().join(parts.map((row) => m * n * row), {
        placement: new Tile(col, 1),
        types: parts.map(() => cL1Type),
        names: parts.map((row) => `C_L1L2_${col}_${row}`),
      }),
    );
  }

  function coreFn(ofA: any, ofB: any, ofC: any, zero: any, matmul: any) {
    range(tilesPerCore, () => {
      const elemOut = ofC.acquire(1);
      zero.call(elemOut);
      range(K / k, () => {
        const elemA = ofA.acquire(1);
        const elemB = ofB.acquire(1);
        matmul.call(elemA, elemB, elemOut);
        ofA.release(1);
        ofB.release(1);
      });
      ofC.release(1);
    });
  }

  const workers: Worker[] = [];
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      workers.push(
        new Worker(
          coreFn,
          [aL2L1[row].cons(), bL2L1[col].cons(), cL1L2[col][row].prod(), zero, matmul],
          { placement: new Tile(col, row + 2) },
        ),
      );
    }
  }

  const aTiles = TensorTiler2D.groupTiler({
    tensorDims: [M, K],
    tileDims: [m, k],
    tileGroupDims: [1, K / k],
    patternRepeat: N / n / cols,
  });
  const bTiles = TensorTiler2D.stepTiler({
    tensorDims: [K, N],
    tileDims: [k, n],
    tileGroupRepeats: [K / k, N / n / cols],
    tileGroupSteps: [1, cols],
    tileGroupColMajor: true,
  });
  const cTiles = TensorTiler2D.stepTiler({
    tensorDims: [M, N],
    tileDims: [m * rows, n],
    tileGroupRepeats: [blocksOfRows, N / n / cols],
    tileGroupSteps: [1, cols],
  });

  const rt = new Runtime();
  rt.sequence([aType, bType, cType], (a, b, c) => {
    rt.start(workers);
    const group = rt.taskGroup();
    for (let col = 0; col < cols; col++) {
      const placement = new Tile(col, 0);
      rt.drain(cL2L3[col].cons(), c, {
        tap: cTiles.at(col),
        taskGroup: group,
        wait: true,
        placement,
      });
      for (let block = 0; block < blocksOfRows; block++) {
        const tap = aTiles.at(block * rows + col);
        rt.fill(aL3L2[col].prod(), a, { tap, taskGroup: group, placement });
        rt.fill(bL3L2[col].prod(), b, { tap: bTiles.at(col), taskGroup: group, placement });
      }
    }
    rt.finishTaskGroup(group);
  });
  return new Program("npu1_4col", rt);
}
