/** What cores take for their work beyond data movement. */
import type { NpuConstant } from "../../hardware/npu/mod.ts";

/** Costs of core programs; the first is fitted, the second an assumption. */
export const CORE_COST = {
  /** One scalar instruction of compiled code, stalls included. */
  scalarInstruction: {
    value: 0.916,
    unit: "cycles",
    mark: "calibrated",
    source: "data/iron/latency_npu1_calibration.csv: MVMul, 82944 multiply-adds",
  } as NpuConstant,
  /** Entering and leaving a kernel. */
  call: {
    value: 40,
    unit: "cycles",
    mark: "assumed",
    source: "call, prologue and epilogue of a compiled kernel",
  } as NpuConstant,
} as const;

/**
 * Cycles until a vector operation's result can be used, on AIE2 (Peano's scheduling model, rounded).
 * A loop that is not software-pipelined takes the sum over its longest dependent chain.
 */
export const VECTOR_LATENCY = {
  load: 7,
  shuffle: 2,
  alu: 2,
  multiply: 5,
  accumulate: 2,
  round: 3,
  store: 1,
  loop: 5,
} as const;
