/** Cycles of compiled loops, from instruction counts. */
import { CORE_COST } from "../run/cost.ts";

/** Scalar code: instructions executed. */
export function scalar(instructions: number): number {
  return instructions * CORE_COST.scalarInstruction.value;
}

/**
 * A vector loop that the compiler has not pipelined: `elements` in steps of `lanes`, each step a chain
 * of `instructions` (loads, shuffles, multiply-adds, rounding, stores, loop).
 */
export function vector(elements: number, lanes: number, instructions: number): number {
  return Math.ceil(elements / lanes) * instructions * CORE_COST.vectorInstruction.value;
}

/** A pipelined matrix loop: `macs` multiply-adds at `perCycle` of which a share is reached. */
export function matrix(macs: number, perCycle: number, efficiency: number): number {
  return macs / perCycle / efficiency;
}
