/** Cycles of compiled loops, from instruction counts. */
import { CORE_COST, VECTOR_LATENCY } from "../run/cost.ts";

/** Scalar code: instructions executed. */
export function scalar(instructions: number): number {
  return instructions * CORE_COST.scalarInstruction.value;
}

/** The longest dependent chain of one loop iteration: how many operations of which kind. */
export type Chain = Partial<Record<keyof typeof VECTOR_LATENCY, number>>;

/**
 * A vector loop that the compiler has not software-pipelined: `elements` in steps of `lanes`. Each
 * iteration takes its longest chain, with one load, one store and the loop unless it says otherwise.
 */
export function vector(elements: number, lanes: number, chain: Chain = {}): number {
  const operations = { load: 1, store: 1, loop: 1, ...chain };
  let cycles = 0;
  for (const [kind, n] of Object.entries(operations)) {
    cycles += n * VECTOR_LATENCY[kind as keyof typeof VECTOR_LATENCY];
  }
  return Math.ceil(elements / lanes) * cycles;
}

/** A pipelined matrix loop: `macs` multiply-adds at `perCycle` of which a share is reached. */
export function matrix(macs: number, perCycle: number, efficiency: number): number {
  return macs / perCycle / efficiency;
}
