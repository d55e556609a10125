/** What cores take for their work beyond data movement. */
import type { NpuConstant } from "../../hardware/npu/mod.ts";

/** Costs of core programs; the first is fitted, the others are assumptions stated in the README. */
export const CORE_COST = {
  /** One scalar instruction of compiled code, stalls included. */
  scalarInstruction: {
    value: 0.94,
    unit: "cycles",
    mark: "calibrated",
    source: "data/iron/latency_npu1_calibration.csv: MVMul, 82944 multiply-adds",
  } as NpuConstant,
  /** One vector instruction in a loop that the compiler has not software-pipelined. */
  vectorInstruction: {
    value: 5,
    unit: "cycles",
    mark: "assumed",
    source:
      "AIE2 latencies: load 7, shuffle 2, multiply-add 4-5, store 2; mean of a dependent chain",
  } as NpuConstant,
  /** Entering and leaving a kernel. */
  call: {
    value: 40,
    unit: "cycles",
    mark: "assumed",
    source: "call, prologue and epilogue of a compiled kernel",
  } as NpuConstant,
} as const;
