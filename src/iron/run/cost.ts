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

/** The longest dependent chain of one loop iteration: how many operations of which kind. */
export type Chain = Partial<Record<keyof typeof VECTOR_LATENCY, number>>;

/** What core programs and kernels take; pass another to sweep it. */
export class CoreCosts {
  constructor(
    /** Cycles of one scalar instruction. */
    readonly scalarInstruction: number = CORE_COST.scalarInstruction.value,
    /**
     * Whether the compiler has software-pipelined the kernels' vector loops. It has not in the designs:
     * EdgeDetect would take less than a third of what was measured (iron/kernel-loops).
     */
    readonly pipelined: boolean = false,
    /** Cycles of entering and leaving a kernel. */
    readonly call: number = CORE_COST.call.value,
  ) {}

  /** Cycles of scalar code, from the instructions executed. */
  scalar(instructions: number): number {
    return instructions * this.scalarInstruction;
  }

  /**
   * Cycles of a vector loop over `elements` in steps of `lanes`. Each iteration has one load, one store and
   * the loop's end unless `chain` says otherwise. Pipelined, a new iteration begins as soon as the
   * busiest unit is free: of a vector of 512 bits a load takes one cycle over both ports, a store two.
   */
  vector(elements: number, lanes: number, chain: Chain = {}): number {
    const { load = 1, store = 1, loop = 1, ...others } = chain;
    const { shuffle = 0, alu = 0, multiply = 0, accumulate = 0, round = 0 } = others;
    let latency = 0;
    for (const [kind, n] of Object.entries({ load, store, loop, ...others })) {
      latency += n * VECTOR_LATENCY[kind as keyof typeof VECTOR_LATENCY];
    }
    const steps = Math.ceil(elements / lanes);
    if (!this.pipelined) return steps * latency;
    const busiest = Math.max(1, load, 2 * store, shuffle + alu, multiply + accumulate, round);
    return (steps - 1) * busiest + latency;
  }

  /** Cycles of a pipelined matrix loop: `macs` multiply-adds at `perCycle`, of which a share is reached. */
  matrix(macs: number, perCycle: number, efficiency: number): number {
    return macs / perCycle / efficiency;
  }
}
