import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  type DmaTask,
  explicitDesign,
  type ExplicitFifo,
  externalFunction,
  MAX_SIZE,
  objectFifo,
  objectFifoLink,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../../explicit/explicit.ts";
import type { DesignGraph } from "../../graph/graph.ts";
import type { Coordinate } from "../../../hardware/npu/mod.ts";
import { ndarray } from "../../graph/types.ts";

/** GEMM: a matrix product on all 16 cores, in blocks of the sizes of the matrix instructions. */
export function design(M = 512, K = 512, N = 512, m = 64, k = 64, n = 64): DesignGraph {
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
  const tilesOfColumns = N / n / cols;

  const aType = ndarray([M * K], "i16");
  const bType = ndarray([K * N], "i16");
  const cType = ndarray([M * N], "i16");
  const aL2Type = ndarray([m * k], "i16");
  const bL2Type = ndarray([k * n], "i16");
  const cL2Type = ndarray([m * n * rows], "i16");
  const aL1Type = ndarray([m, k], "i16");
  const bL1Type = ndarray([k, n], "i16");
  const cL1Type = ndarray([m, n], "i16");
  return explicitDesign("npu1_4col", () => {
    const binary = `mm_${m}x${k}x${n}.o`;
    const zero = externalFunction("zero_i16", [cL1Type], binary);
    const matmul = externalFunction("matmul_i16_i16", [aL1Type, bL1Type, cL1Type], binary);

    const shims: Coordinate[] = [];
    const mems: Coordinate[] = [];
    for (let col = 0; col < cols; col++) {
      shims.push(tile(col, 0));
      mems.push(tile(col, 1));
    }
    const cores: Coordinate[][] = [];
    for (let row = 0; row < rows; row++) {
      cores.push([]);
      for (let col = 0; col < cols; col++) {
        cores[row].push(tile(col, row + 2));
      }
    }

    // Input A: each row of cores gets one row of tiles
    const aL3L2: ExplicitFifo[] = [];
    const aL2L1: ExplicitFifo[] = [];
    for (let row = 0; row < rows; row++) {
      aL3L2.push(objectFifo(`A_L3L2_${row}`, shims[row], mems[row], 2, aL2Type));
      aL2L1.push(objectFifo(`A_L2L1_${row}`, mems[row], cores[row], 2, aL1Type, {
        toStream: [[m / r, r * k], [k / s, s], [r, k], [s, 1]],
      }));
      objectFifoLink(aL3L2[row], aL2L1[row]);
    }

    // Input B: each column of cores gets one column of tiles
    const bL3L2: ExplicitFifo[] = [];
    const bL2L1: ExplicitFifo[] = [];
    for (let col = 0; col < cols; col++) {
      const column = cores.map((row) => row[col]);
      bL3L2.push(objectFifo(`B_L3L2_${col}`, shims[col], mems[col], 2, bL2Type));
      bL2L1.push(objectFifo(`B_L2L1_${col}`, mems[col], column, 2, bL1Type, {
        toStream: [[k / s, s * n], [n / t, t], [s, n], [t, 1]],
      }));
      objectFifoLink(bL3L2[col], bL2L1[col]);
    }

    // Output C: the tiles of a column of cores are joined
    const cL1L2: ExplicitFifo[][] = [];
    const cL2L3: ExplicitFifo[] = [];
    for (let col = 0; col < cols; col++) {
      cL1L2.push([]);
      const offsets: number[] = [];
      for (let row = 0; row < rows; row++) {
        const name = `C_L1L2_${col}_${row}`;
        cL1L2[col].push(objectFifo(name, cores[row][col], mems[col], 2, cL1Type));
        offsets.push(m * n * row);
      }
      cL2L3.push(objectFifo(`C_L2L3_${col}`, mems[col], shims[col], 2, cL2Type, {
        toStream: [[m / r, r * n], [r, t], [n / t, r * t], [t, 1]],
      }));
      objectFifoLink(cL1L2[col], cL2L3[col], offsets, []);
    }

    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) {
        core(cores[row][col], binary, () => {
          range(MAX_SIZE, () => {
            range(tilesPerCore, () => {
              const elemOut = cL1L2[col][row].acquire("Produce", 1);
              zero(elemOut);
              range(K / k, () => {
                const elemA = aL2L1[row].acquire("Consume", 1);
                const elemB = bL2L1[col].acquire("Consume", 1);
                matmul(elemA, elemB, elemOut);
                aL2L1[row].release("Consume", 1);
                bL2L1[col].release("Consume", 1);
              });
              cL1L2[col][row].release("Produce", 1);
            });
          });
        });
      }
    }

    runtimeSequence([aType, bType, cType], (a, b, c) => {
      const cTasks: DmaTask[] = [];
      const inTasks: DmaTask[] = [];
      for (let col = 0; col < cols; col++) {
        // Output tiles of this column of cores: two columns of two blocks of rows.
        const cTask = shimDmaSingleBdTask(cL2L3[col], c, {
          offset: col * n,
          sizes: [blocksOfRows, tilesOfColumns, m * rows, n],
          strides: [m * rows * N, n * cols, N, 1],
          issueToken: true,
        });
        dmaStartTask(cTask);
        cTasks.push(cTask);
        for (let block = 0; block < blocksOfRows; block++) {
          // The row of A tiles, once for every column of C tiles.
          const aTask = shimDmaSingleBdTask(aL3L2[col], a, {
            offset: (block * rows + col) * m * K,
            sizes: [tilesOfColumns, K / k, m, k],
            strides: [0, k, K, 1],
          });
          dmaStartTask(aTask);
          // All B tiles of this column of cores.
          const bTask = shimDmaSingleBdTask(bL3L2[col], b, {
            offset: col * n,
            sizes: [tilesOfColumns, K / k, k, n],
            strides: [n * cols, k * N, N, 1],
          });
          dmaStartTask(bTask);
          inTasks.push(aTask, bTask);
        }
      }
      dmaAwaitTask(...cTasks);
      dmaFreeTask(...inTasks);
    });
  });
}
